import { join } from 'node:path';
import type { LiveCluster } from '../../lib/plan/cluster';
import { compare } from '../../lib/plan/compare';
import { readSets } from '../../lib/plan/read';
import { formatPlans } from '../../lib/plan/report';
import { plan } from '../../lib/plan/plan';
import { until } from '../testing';
import { kubeconfigUnderTest } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import { record, records } from './json';
import { KubectlError } from './kubectl';

// What a cluster holds of manifests that were applied to it does not differ from them, whatever API server and controllers have written.

const ROOT = join(__dirname, '..', '..');
const SETS = ['dist/local/manifests', 'examples/shop/dist', 'test/cluster/plan/various.yaml'];

// Names are their own, and would be somebody else's on his cluster.
(kubeconfigUnderTest() === undefined ? describe : describe.skip).each(testedVersions())(
  'a plan of what a cluster holds, on Kubernetes %s',
  (version) => {
    const cluster = useCluster(version);

    /** As lib/preflight asks a cluster. */
    const live: LiveCluster = {
      ask: async (...args) => {
        try {
          return (await cluster().kubectl.run(args)).stdout;
        } catch (error) {
          if (error instanceof KubectlError && error.message.includes('NotFound')) return undefined;
          throw error;
        }
      },
      list: async (...args) => {
        const said = await live.ask('get', ...args, '-o', 'json');
        return said === undefined ? [] : records(record(JSON.parse(said))['items']);
      },
    };

    const planOf = async (set: string): Promise<string> => {
      const sets = await readSets({
        old: 'cluster:here',
        new: set,
        folder: ROOT,
        stdin: new Uint8Array(),
        cluster: () => live,
      });
      expect(sets.unreadable).toEqual([]);
      expect(sets.old.objects.length).toBeGreaterThan(10);
      return formatPlans(
        [{ ...plan(compare(sets.old, sets.new, sets), []), title: '', from: '', to: '', leftOut: [] }],
        false,
      );
    };

    beforeAll(async () => {
      const { kubectl } = cluster();
      await kubectl.run(['apply', '-f', join(ROOT, 'imports/crds/argo-rollouts-1.9.1.yaml'), '--server-side']);
      await kubectl.wait('crd --all', 'condition=Established');
      for (const set of SETS) {
        await until(`${set} is applied`, async () => {
          try {
            await kubectl.run(['apply', '-R', '-f', join(ROOT, set)]);
            return true;
          } catch (error) {
            // Its namespaces are there now, and its definitions soon.
            if (error instanceof KubectlError) return false;
            throw error;
          }
        });
      }
      await until('the controllers have been at work', async () => {
        const found = await live.list('pods', '--all-namespaces');
        return found.length > 10;
      });
    });

    test.each(SETS)('has nothing that differs from %s', async (set) => {
      expect(await planOf(set)).toContain('\nNo object differs.\n');
    });

    test('has what somebody has changed by hand', async () => {
      const { kubectl } = cluster();
      await kubectl.run(['-n', 'sportstix', 'set', 'image', 'statefulset/kafka', 'kafka=apache/kafka:0.0.1']);
      await kubectl.run(['-n', 'sportstix', 'scale', 'statefulset/kafka', '--replicas=2']);
      await kubectl.run(['-n', 'sportstix', 'delete', 'networkpolicy', 'kafka']);
      await kubectl.run(['-n', 'sportstix', 'create', 'configmap', 'left-behind']);
      await kubectl.run([
        '-n',
        'sportstix',
        'label',
        'configmap',
        'left-behind',
        'app.kubernetes.io/part-of=sportstix',
      ]);
      const told = await planOf('dist/local/manifests');

      expect(told).toContain('spec.template.spec.containers[name=kafka].image: apache/kafka:0.0.1 -> apache/kafka:');
      expect(told).toContain('spec.replicas: 2 -> 1');
      expect(told).toContain('NetworkPolicy sportstix/kafka  created');
      expect(told).toContain('ConfigMap sportstix/left-behind  deleted');
      expect(told).toContain('\n1 created, 1 changed, 1 deleted: ');
    });
  },
);
