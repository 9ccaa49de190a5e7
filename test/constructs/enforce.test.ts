import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu } from '../../imports/k8s';
import { checkImage } from '../../lib/constructs/image';
import { checkHeap } from '../../lib/constructs/jvm-options';
import { Probe } from '../../lib/constructs/probe';
import type { ProbeTiming } from '../../lib/constructs/probe';
import { checkResources } from '../../lib/constructs/resources';
import type { ResourceProps } from '../../lib/constructs/resources';
import { PolicyPack } from '../../lib/policy/pack';
import { policiesWithOptional } from '../../lib/policy/policies';
import { testChart } from '../testing';

const image =
  (value: string) =>
  (scope: Construct): void => {
    checkImage(scope, 'image', value);
  };
const probe =
  (kind: 'startup' | 'readiness' | 'liveness', timing: ProbeTiming) =>
  (scope: Construct): void => {
    Probe.fromTcpSocket(80, timing).toKube(scope, `probes.${kind}`, kind, [80]);
  };
const resources =
  (changes: Partial<ResourceProps>) =>
  (scope: Construct): void => {
    const [cpu, memory] = [{ request: Cpu.units(1) }, { request: Size.mebibytes(1), limit: Size.mebibytes(1) }];
    checkResources(scope, 'resources', { cpu, memory, ...changes });
  };

/** What a caller is told, without why and how: these are the policy's. */
const REFUSALS: readonly (readonly [policy: string, said: string, refused: (scope: Construct) => void])[] = [
  ['image-tag', 'image "shop/web:latest": has the tag latest', image('shop/web:latest')],
  ['image-tag', 'image "shop/web": has neither a tag nor a digest', image('shop/web')],
  [
    'image-denied',
    'image "bitnami/kafka:4": comes from a denied repository (bitnami, bitnamilegacy)',
    image('bitnami/kafka:4'),
  ],
  ['image-mutable-tag', 'image "shop/web:dev": has a tag that is moved from build to build', image('shop/web:dev')],
  [
    'probe-timeout',
    'probes.readiness {"period":"10 s","timeout":"11 s","failureThreshold":3}: waits longer (timeoutSeconds) than the time between two probes (periodSeconds)',
    probe('readiness', { timeout: Duration.seconds(11) }),
  ],
  [
    'probe-startup-budget',
    'probes.startup {"period":"10 s","timeout":"1 s","failureThreshold":3}: gives up after less than 60 s (failureThreshold x periodSeconds)',
    probe('startup', {}),
  ],
  [
    'probe-no-jvm',
    'probes.liveness {"period":"10 s","timeout":"1 s","failureThreshold":3}: livenessProbe starts a JVM',
    (scope) => {
      Probe.fromCommand(['kafka-topics.sh', '--list']).toKube(scope, 'probes.liveness', 'liveness', []);
    },
  ],
  [
    'request-within-limit',
    'resources.memory.request "2Gi": exceeds its limit (1Mi)',
    resources({ memory: { request: Size.gibibytes(2), limit: Size.mebibytes(1) } }),
  ],
  [
    'request-within-limit',
    'resources.cpu.request "1": exceeds its limit (999m)',
    resources({ cpu: { request: Cpu.units(1), limit: Cpu.millis(999) } }),
  ],
  [
    'jvm-heap',
    'javaOptions ["-Xmx512m"]: JAVA_OPTS lets the heap take all of the memory limit (512Mi)',
    (scope): void => {
      checkHeap(scope, 'javaOptions', ['-Xmx512m'], Size.mebibytes(512));
    },
  ],
];

test.each(REFUSALS)('%s: %s', (id, said, refused) => {
  const chart = testChart();
  // An environment that wants all.
  new PolicyPack({ policies: policiesWithOptional() }).apply(chart, { print: () => undefined });
  const { why, fix } = policiesWithOptional().find((policy) => policy.id === id) ?? { why: '', fix: '' };
  let message = '';
  try {
    refused(chart);
  } catch (error) {
    message = error instanceof Error ? error.message : '';
  }

  expect(message).toBe(`test: ${said}. ${why} ${fix} (policy ${id})`);
  // The smallest manifest that is judged has a container, but the caller has named none.
  expect(message).not.toMatch(/container "/);
});

test('every policy that a constructor asks has a row', () => {
  const folder = join(__dirname, '../../lib/constructs');
  const asked = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/policies: \[([^\]]*)\]/g)].flatMap(([, ids = '']) =>
      [...ids.matchAll(/'([^']+)'/g)].map(([, id]) => id),
    ),
  );

  expect([...new Set(REFUSALS.map(([id]) => id))].sort()).toEqual([...new Set(asked)].sort());
});
