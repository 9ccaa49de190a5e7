import { Duration, Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import type { ContainerProps } from '../../lib/constructs/container';
import type { PodProps } from '../../lib/constructs/pod-template';
import { PreStop } from '../../lib/constructs/pre-stop';
import { Probe } from '../../lib/constructs/probe';
import { Volume } from '../../lib/constructs/volumes';

/** CPU and memory of a small container. */
export const SMALL: ContainerProps['resources'] = {
  cpu: { request: Cpu.millis(10), limit: Cpu.millis(50) },
  memory: { request: Size.mebibytes(16), limit: Size.mebibytes(32) },
};

/** Every prop of pods, each other than its default. */
export function everyPodProp(): Required<PodProps> {
  const settings = { kind: 'ConfigMap', name: 'settings' } as const;
  const credentials = { kind: 'Secret', name: 'credentials' } as const;
  const shared = Volume.emptyDir({ sizeLimit: Size.mebibytes(64), medium: 'Memory' });
  return {
    command: ['/bin/run', '--node=$(NODE)'],
    args: ['serve'],
    workingDir: '/srv',
    environmentFrom: [settings, { from: credentials, prefix: 'CREDENTIAL_', optional: true }],
    environment: {
      GREETING: 'hello',
      NODE: { fieldPath: 'spec.nodeName' },
      MEMORY: { resource: 'limits.memory', divisor: '1Mi' },
      PASSWORD: { from: credentials, key: 'password' },
      FLAG: { from: settings, key: 'flag', optional: true },
    },
    mounts: [
      { path: '/etc/settings/app.yaml', volume: Volume.fromSource(settings), subPath: 'app.yaml' },
      {
        path: '/etc/credentials',
        volume: Volume.fromSource(credentials, {
          items: [{ key: 'password', path: 'db/password', mode: 0o400 }],
          defaultMode: 0o440,
          optional: true,
        }),
      },
      { path: '/srv/uploads', volume: Volume.fromPersistentVolumeClaim('uploads', { accessMode: 'ReadWriteMany' }) },
      {
        path: '/srv/catalogue',
        volume: Volume.fromPersistentVolumeClaim('catalogue', { accessMode: 'ReadOnlyMany' }),
        writable: false,
      },
      { path: '/srv/shared', volume: shared },
      {
        path: '/etc/identity',
        volume: Volume.projected(
          [
            { from: settings },
            { serviceAccountToken: { path: 'token', audience: 'vault', expiration: Duration.minutes(10) } },
            {
              downwardApi: {
                labels: { fieldPath: 'metadata.labels' },
                cpus: { resource: 'limits.cpu', containerName: 'proxy', divisor: '1m' },
              },
            },
          ],
          { defaultMode: 0o440 },
        ),
      },
    ],
    writablePaths: ['/srv/cache'],
    topologySpread: [
      {
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        maxSkew: 2,
        matchLabelKeys: ['pod-template-hash'],
      },
      { topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
    nodeSelector: { 'kubernetes.io/arch': 'amd64' },
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 10,
            preference: {
              matchExpressions: [
                { key: 'disk', operator: 'In', values: ['ssd'] },
                { key: 'cpus', operator: 'Gt', values: ['4'] },
                { key: 'spot', operator: 'DoesNotExist' },
              ],
              matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['node-1'] }],
            },
          },
        ],
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'Exists' }] }],
        },
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: 'kubernetes.io/hostname',
            namespaces: ['shop'],
            namespaceSelector: { matchLabels: { team: 'a' } },
            labelSelector: { matchExpressions: [{ key: 'noisy', operator: 'NotIn', values: ['', 'no'] }] },
          },
        ],
      },
    },
    tolerations: [{ key: 'dedicated', value: 'shop', effect: 'NoExecute', tolerationSeconds: 60 }],
    priorityClassName: 'important',
    runtimeClassName: 'gvisor',
    serviceAccount: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders' } },
    serviceAccountToken: true,
    podLabels: { 'shop.example/tier': 'front' },
    podAnnotations: { 'shop.example/note': 'Any text, of any length.' },
    initContainers: [
      {
        name: 'prepare',
        image: 'shop/prepare:1.0',
        resources: SMALL,
        user: 1001,
        args: ['--into', '/work'],
        mounts: [{ path: '/work', volume: shared }],
      },
      {
        name: 'proxy',
        restartPolicy: 'Always',
        image: 'shop/proxy:1.0',
        resources: SMALL,
        ports: [{ name: 'proxy', port: 15001 }],
        probes: {
          startup: Probe.fromGrpc(15001, 'ready', { failureThreshold: 60 }),
          readiness: Probe.fromTcpSocket(15001),
          liveness: Probe.fromHttpGet('/alive', 15001, { failureThreshold: 6 }),
        },
        preStop: PreStop.sleep(Duration.seconds(3)),
        writablePaths: [],
      },
    ],
    user: 1234,
    connectsTo: [{ host: '192.0.2.10', port: 6379 }],
    discovers: [{ host: '192.0.2.11', port: 25 }],
    imagePullSecrets: ['registry'],
    probeTiming: { startup: { failureThreshold: 240 } },
    preStop: PreStop.sleep(Duration.seconds(9)),
    terminationGracePeriod: Duration.seconds(45),
  };
}
