import { App } from 'cdk8s';
import { PolicyPack } from 'sportstix-cdk8s/policy';
import { addShop, SECRETS } from './shop';

const app = new App();
// Judges everything below, whatever it is made by: the synth fails with one report.
new PolicyPack({ given: SECRETS }).apply(app);
addShop(app);
app.synth();
