import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { checkInputs } from '../../lib/policy/check-inputs';
import { policies } from '../../lib/policy/policies';
import { PolicyPack } from '../../lib/policy/pack';
import { addShop, SECRETS } from '../../examples/shop/shop';

const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), 'utf8')]));

// As the installed package does it: test/package.
test('the example synthesizes to what is committed, without a violation', () => {
  const outdir = mkdtempSync(join(tmpdir(), 'shop-'));
  try {
    const app = new App({ outdir });
    addShop(app);
    app.synth();

    expect(new PolicyPack({ given: SECRETS }).judge(app).violations).toEqual([]);
    const inputs = { inputs: [outdir], given: [join(__dirname, '../../examples/shop/given.yaml')] };
    const checked = checkInputs({ ...inputs, stdin: new Uint8Array(), policies: policies(), exceptions: true });
    expect([checked.violations, checked.unreadable]).toEqual([[], []]);
    expect(filesOf(outdir)).toEqual(filesOf(join(__dirname, '../../examples/shop/dist')));
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
