import type { BringUpProps } from '../../lib/k3d/bring-up';
import { cluster } from './example';

/** What the tests of `up` bring up. */
export const platform: BringUpProps = {
  cluster,
  configFile: 'dist/local/k3d.yml',
  images: ['shop/orders-service:dev', 'shop/carts-service:dev'],
  manifests: [
    { name: 'custom resources', apply: ['--server-side', '-f', 'crds'], established: ['rollouts.argoproj.io'] },
    { name: 'platform', apply: ['-f', 'dist/local/manifests'] },
  ],
  namespaces: ['shop'],
  workloadKinds: ['deployments', 'statefulsets', 'rollouts.argoproj.io'],
  addresses: new Map([
    ['Shop', 'http://localhost:8880'],
    ['Grafana', 'http://grafana.localhost:8880'],
  ]),
  timeoutSeconds: 600,
};
