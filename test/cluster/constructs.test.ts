import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import fc from 'fast-check';
import { InvalidPropError } from '../../lib/constructs/invalid-prop';
import { synthesized } from '../testing';
import { progress } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import { CONSTRUCTS } from './constructs/props';
import { type Refusal, NEWER, refusalOf, REFUSALS } from './constructs/refusals';
import { DryRun } from './dry-run';
import { record, records, type JsonRecord } from './json';

// Constructs against the judge: what a construct takes, an API server takes; what it refuses, the server refuses as well, or there is another
// reason, which constructs/refusals.ts gives.

const SEED = 15;

/** How often each construct is made, or not; the more often, the fewer objects it makes. */
const RUNS = 150;
const RUNS_OF_SMALL = 900;
const SMALL = [
  'ConfigMap',
  'Secret',
  'Namespace',
  'Ingress',
  'ExternalHostService',
  'ExternalSecret',
  'Gateway',
  'HttpRoute',
  'PodMonitors',
  'AlertReceiver',
];
const runsOf = (construct: string): number => (SMALL.includes(construct) ? RUNS_OF_SMALL : RUNS);

const CRDS = join(__dirname, '../../imports/crds');

const API_VERSIONS = [
  ...[
    'v1',
    'apps/v1',
    'batch/v1',
    'autoscaling/v2',
    'networking.k8s.io/v1',
    'discovery.k8s.io/v1',
    'policy/v1',
    'rbac.authorization.k8s.io/v1',
  ],
  'argoproj.io/v1alpha1',
  'external-secrets.io/v1',
  'gateway.networking.k8s.io/v1',
  'kafka.strimzi.io/v1',
  'monitoring.coreos.com/v1',
  'monitoring.coreos.com/v1alpha1',
];

/** A construct that was made, or the reason why not. */
type Outcome =
  | { readonly construct: string; readonly manifests: readonly JsonRecord[] }
  | { readonly construct: string; readonly error: InvalidPropError };

const outcomes: readonly Outcome[] = Object.entries(CONSTRUCTS).flatMap(([construct, arbitrary], index) =>
  fc.sample(arbitrary, { seed: SEED + index, numRuns: runsOf(construct) }).map((make): Outcome => {
    const chart = new Chart(new App(), 'test', { namespace: 'shop', labels: { 'app.kubernetes.io/part-of': 'shop' } });
    try {
      make(chart);
    } catch (error) {
      if (error instanceof InvalidPropError) {
        return { construct, error };
      }
      throw error;
    }
    return { construct, manifests: synthesized(chart).flatMap((manifest) => asController(record(manifest))) };
  }),
);

/** An object, and what controllers make of it where the API server looks at it only then. */
function asController(object: JsonRecord): readonly JsonRecord[] {
  const spec = record(object['spec']);
  switch (object['kind']) {
    case 'Rollout': // a custom resource, whose pod template has a schema and nothing more
      return [object, { ...object, apiVersion: 'apps/v1', kind: 'Deployment', spec: { ...spec, strategy: undefined } }];
    case 'StatefulSet':
      return [
        object,
        ...records(spec['volumeClaimTemplates']).map((claim) => ({
          ...claim,
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
        })),
      ];
    default:
      return [object];
  }
}

describe.each(testedVersions())('constructs and Kubernetes %s', (version) => {
  const cluster = useCluster(version);
  const isOldest = version.startsWith('1.28.');
  let server: DryRun | undefined;

  const ask = async (object: JsonRecord) => {
    if (server === undefined) {
      throw new Error('the tests have not begun');
    }
    return server.ask(object);
  };

  beforeAll(async () => {
    const { kubectl } = cluster();
    const namespace = await cluster().createNamespace('constructs');
    // Kubernetes 1.28 does not know selectableFields, of which nothing here makes use.
    const how = cluster().isOwn ? ['create', '--validate=ignore'] : ['apply', '--server-side'];
    await kubectl.run([...how, `--filename=${CRDS}`]);
    await kubectl.wait('crd --all', 'condition=Established');
    server = await DryRun.in(kubectl, namespace, API_VERSIONS);
  });

  afterAll(() => {
    server?.stop();
  });

  it('the server takes all that they make', async () => {
    const made = outcomes.filter((outcome) => 'manifests' in outcome);
    const refused: string[] = [];
    let objects = 0;
    await server?.each(made, async ({ construct, manifests }) => {
      for (const manifest of manifests) {
        objects++;
        const { accepts, message } = await ask(manifest);
        if (!accepts && !(isOldest && NEWER.some(({ says }) => says.test(message)))) {
          refused.push(`${construct}: ${message}`);
        }
      }
    });
    progress(
      [
        `constructs made with random props, their objects taken by Kubernetes ${version}: ${made.length} of ${outcomes.length}, ${objects} objects`,
        ...Object.keys(CONSTRUCTS).map(
          (construct) =>
            `  ${construct.padEnd(24)} ${made.filter((outcome) => outcome.construct === construct).length} of ${runsOf(construct)}`,
        ),
      ].join('\n'),
    );

    expect(refused).toEqual([]);
  });

  it('the server refuses what they refuse, or there is another reason', async () => {
    const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
    const counts = new Map<Refusal, number>();
    const differences = new Set<string>();
    await server?.each(errors, async ({ invalid, message }) => {
      const refusal = refusalOf(invalid);
      if (refusal === undefined) {
        differences.add(`constructs/refusals.ts does not know the reason: ${message}`);
        return;
      }
      counts.set(refusal, (counts.get(refusal) ?? 0) + 1);
      if ('manifest' in refusal && (isOldest || refusal.takenByNewer === undefined)) {
        const { accepts } = await ask(refusal.manifest({ value: invalid.value, reason: invalid.reason }));
        if (accepts) {
          differences.add(`the server takes: ${message}`);
        }
      }
    });
    const [byServer, otherwise] = [true, false].map((isByServer) =>
      [...counts].reduce((sum, [refusal, count]) => sum + ('manifest' in refusal === isByServer ? count : 0), 0),
    );
    progress(
      `props refused: ${errors.length}; by Kubernetes ${version} too: ${byServer ?? 0}; for another reason: ${otherwise ?? 0}; ` +
        `of ${REFUSALS.length} reasons seen: ${counts.size}`,
    );

    expect([...differences].sort()).toEqual([]);
  });
});
