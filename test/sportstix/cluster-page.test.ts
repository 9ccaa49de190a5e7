import type { Environment } from '../../lib/sportstix/environments';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { example, orders, placeholderSecrets, withoutCluster } from './example';

test('a cluster that is made elsewhere has a page of what it needs, one that is made here needs none', () => {
  const elsewhere = { ...withoutCluster(example), services: [orders] };
  const pageOf = (environment: Environment): unknown =>
    renderEnvironment(environment, placeholderSecrets(environment)).others.get('README.md');

  expect(pageOf(example)).toBeUndefined();
  expect(pageOf(elsewhere)).toEqual({
    content: expect.stringContaining('| IngressClass traefik | Ingress sportstix |') as string,
  });
});
