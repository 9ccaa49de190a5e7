// The smallest differences that matter: for each policy, a field whose one value passes and whose other value fails. Used by the unit
// tests, and against a real API server.

/** One field of a container, a pod's spec or an object, in two values. */
export interface Row {
  readonly policy: string;
  /** What the field is set in. */
  readonly in: 'container' | 'resourced' | 'longRunning' | 'pod' | 'workload';
  /** An empty list: several fields at once, and the values hold them. */
  readonly path: string | readonly string[];
  readonly good: unknown;
  readonly bad: unknown;
  /** The field to blame, from the container, the pod's spec or the object. */
  readonly field: string;
  readonly message: string;
  /** The field is nothing an API server would take, so that only we can judge it. */
  readonly invalid?: true;
  /** What a node's runtime or another field forbids, so that an API server refuses it for other reasons. */
  readonly onlyIn?: readonly string[];
}

const SAME = 'registry.example.com/x:1';
const tcp = (extra: object = {}): object => ({ tcpSocket: { port: 8080 }, failureThreshold: 30, ...extra });
const exec = (...command: string[]): object => ({ exec: { command } });

const http = (path: string, extra: object = {}): object => ({ httpGet: { path, port: 'http', ...extra } });
const SMALL_REQUEST = { requests: { cpu: '100m', memory: '127Mi' }, limits: { memory: '256Mi' } };

function image(policy: string, bad: string, message: string, good = SAME): Row {
  return { policy, in: 'container', path: 'image', good, bad, field: 'image', message };
}

function jvm(...command: string[]): Row {
  return {
    policy: 'probe-no-jvm',
    in: 'longRunning',
    path: 'livenessProbe',
    good: exec('/bin/true'),
    bad: exec(...command),
    field: 'livenessProbe.exec.command',
    message: 'livenessProbe starts a JVM',
  };
}

function security(policy: string, path: string, good: unknown, bad: unknown, message: string, field = path): Row {
  return { policy, in: 'container', path, good, bad, field, message };
}

function pod(policy: string, path: string, good: unknown, bad: unknown, message: string, field = path): Row {
  return { policy, in: 'pod', path, good, bad, field, message };
}

const APPARMOR_OF_MAIN = 'container.apparmor.security.beta.kubernetes.io/main';

export const ROWS: readonly Row[] = [
  image('image-tag', 'nginx', 'image "nginx" has neither a tag nor a digest'),
  image('image-tag', 'nginx:latest', 'image "nginx:latest" has the tag latest', 'nginx:1.27'),
  image(
    'image-tag',
    'localhost:5000/x',
    'image "localhost:5000/x" has neither a tag nor a digest',
    'localhost:5000/x:1',
  ),
  image('image-tag', 'localhost:5000/a/b:latest', 'image "localhost:5000/a/b:latest" has the tag latest'),
  image('image-tag', 'x@sha256:abc', 'image "x@sha256:abc" has a digest that is none', `x@sha256:${'a'.repeat(64)}`),
  image('image-tag', 'x', 'image "x" has neither a tag nor a digest', `x:latest@sha256:${'0'.repeat(64)}`),
  image('image-denied', 'bitnami/kafka:4.0.0', denied('bitnami/kafka:4.0.0'), 'apache/kafka:4.0.0'),
  image(
    'image-denied',
    'docker.io/bitnami/kafka:4.0.0-debian-12-r10',
    denied('docker.io/bitnami/kafka:4.0.0-debian-12-r10'),
  ),
  image(
    'image-denied',
    'registry-1.docker.io/bitnamilegacy/redis:7',
    denied('registry-1.docker.io/bitnamilegacy/redis:7'),
  ),
  image('image-denied', 'index.docker.io/bitnami/redis:7', denied('index.docker.io/bitnami/redis:7')),
  image('image-denied', 'mirror.local:5000/hub/bitnami/redis:7', denied('mirror.local:5000/hub/bitnami/redis:7')),
  image('image-denied', 'bitnamilegacy/redis:7', denied('bitnamilegacy/redis:7'), 'bitnami.example.com/redis:7'),
  image('image-denied', 'localhost:5000/bitnami/x:1', denied('localhost:5000/bitnami/x:1'), 'notbitnami/x:1'),
  {
    policy: 'image-pull-policy',
    in: 'container',
    path: 'image',
    good: 'shop/web:1',
    bad: 'shop/web:dev',
    field: 'imagePullPolicy',
    message: 'image "shop/web:dev" is imported into the nodes but has imagePullPolicy Always',
  },
  ...['readiness', 'liveness', 'startup'].map((name): Row => ({
    policy: `probe-${name}`,
    in: 'longRunning',
    path: `${name}Probe`,
    good: tcp(),
    bad: undefined,
    field: `${name}Probe`,
    message: `has no ${name} probe`,
  })),
  jvm('kafka-topics.sh', '--list'),
  jvm('/opt/kafka/bin/kafka-broker-api-versions.sh', '--bootstrap-server', 'localhost:9092'),
  jvm('sh', '-c', 'kafka-topics.sh --bootstrap-server localhost:9092 --list'),
  jvm('/bin/bash', '-ec', 'cd /tmp && exec "/opt/kafka/bin/kafka-topics.sh" --list'),
  jvm('sh', '-c', 'test -n "$(kafka-topics --list)"'),
  jvm('java', '-version'),
  jvm('/usr/lib/jvm/bin/java', '-cp', '/app', 'Check'),
  jvm('sh', '-c', 'timeout 5 java -version'),
  jvm('sh', '-c', 'JAVA_OPTS= ${JAVA_HOME}/bin/java -version'),
  jvm('timeout', '5', 'java', '-version'),
  jvm('sh', '-c', 'true; java -version'),
  jvm('sh', '-c', 'if ! java -version; then exit 1; fi'),
  jvm('jcmd', '1', 'VM.version'),
  jvm('sh', '-c', 'jps | grep Kafka'),
  jvm('/app/health.jar'),
  jvm('run', '-cp', 'health.jar'),
  jvm('nodetool', 'status'),
  jvm('/opt/zookeeper/bin/zkServer.sh', 'status'),
  jvm('timeout', '-s', 'KILL', '5', 'kafka-topics.sh', '--list'),
  jvm('env', 'KAFKA_HEAP_OPTS=-Xmx64m', 'kafka-topics.sh', '--list'),
  jvm('sh', '/opt/kafka/bin/kafka-topics.sh', '--list'),
  jvm('/bin/sh', '-e', '/opt/kafka/bin/kafka-topics.sh', '--list'),
  jvm('timeout', '5', 'sh', '-c', 'exec java -version'),
  jvm('sh', '-c', 'gosu kafka kafka-topics.sh --list'),
  jvm('sh', '-c', 'HEAP=64m kafka-topics.sh --list || exit 1'),
  jvm('sh', '-c', 'nc -z localhost 9092 && timeout 5 kafka-topics.sh --list'),
  jvm('xargs', 'java', '-version'),
  jvm('zookeeper-shell.sh', 'localhost', 'ls', '/'),
  {
    policy: 'probe-kafka-tcp',
    in: 'longRunning',
    path: 'image',
    good: 'provectuslabs/kafka-ui:1',
    bad: 'apache/kafka:3.9.0',
    field: 'readinessProbe',
    message: 'readinessProbe of a Kafka broker is not tcpSocket',
  },
  probe(
    'probe-port',
    { httpGet: { port: 'http' } },
    { httpGet: { port: 'web' } },
    'readinessProbe asks a TCP port that the container does not declare',
  ),
  probe(
    'probe-port',
    { httpGet: { port: 8080 } },
    { httpGet: { port: 8081 } },
    'readinessProbe asks a TCP port that the container does not declare',
  ),
  probe(
    'probe-port',
    { tcpSocket: { port: 'http' } },
    { tcpSocket: { port: 'web' } },
    'readinessProbe asks a TCP port that the container does not declare',
  ),
  probe(
    'probe-port',
    { tcpSocket: { port: 8080 } },
    { tcpSocket: { port: 80 } },
    'readinessProbe asks a TCP port that the container does not declare',
  ),
  probe(
    'probe-port',
    { grpc: { port: 8080 } },
    { grpc: { port: 9090 } },
    'readinessProbe asks a TCP port that the container does not declare',
  ),
  {
    ...probe(
      'probe-timeout',
      tcp({ timeoutSeconds: 10 }),
      tcp({ timeoutSeconds: 11 }),
      'readinessProbe waits longer (timeoutSeconds) than the time between two probes (periodSeconds)',
    ),
    field: 'readinessProbe.timeoutSeconds',
  },
  {
    ...probe(
      'probe-timeout',
      tcp({ timeoutSeconds: 3, periodSeconds: 3 }),
      tcp({ timeoutSeconds: 3, periodSeconds: 2 }),
      'readinessProbe waits longer (timeoutSeconds) than the time between two probes (periodSeconds)',
    ),
    field: 'readinessProbe.timeoutSeconds',
  },
  ...[
    [tcp({ failureThreshold: 6 }), tcp({ failureThreshold: 5 })],
    [tcp({ failureThreshold: 12, periodSeconds: 5 }), tcp({ failureThreshold: 12, periodSeconds: 4 })],
    [{ tcpSocket: { port: 8080 }, periodSeconds: 20 }, { tcpSocket: { port: 8080 } }],
  ].map(([good, bad]): Row => ({
    policy: 'probe-startup-budget',
    in: 'longRunning',
    path: 'startupProbe',
    good,
    bad,
    field: 'startupProbe',
    message: 'startupProbe gives up after less than 60 s (failureThreshold x periodSeconds)',
  })),
  ...['startupProbe', 'livenessProbe'].flatMap((name) =>
    (
      [
        [http('/actuator/health/liveness'), http('/actuator/health')],
        [http('/actuator/healthcheck'), http('/api/actuator/health')],
        [http('/manage/actuator/health/ping'), http('/actuator/health/')],
        [http('/health'), http('actuator/health?x=1')],
        [http('/actuator/info?then=/actuator/health/x'), http('/actuator/health#x')],
        [exec('curl', '-f', 'localhost/actuator/health/liveness'), exec('curl', '-f', 'localhost/actuator/health')],
        [exec('sh', '-c', 'cat /actuator/health-file'), exec('sh', '-c', 'wget -qO- "x/actuator/health" | grep UP')],
      ] as const
    ).map(([good, bad]): Row => ({
      policy: 'probe-health-group',
      in: 'longRunning',
      path: name,
      good,
      bad,
      field: name,
      message: `${name} asks /actuator/health, which answers 503 while any dependency is down`,
    })),
  ),
  // The container's other probe asks GET /ready on the port http.
  ...(
    [
      [http('/live'), http('/ready')],
      [
        { ...http('/ready'), failureThreshold: 4 },
        { ...http('/ready'), failureThreshold: 3 },
      ],
      [
        { ...http('/ready'), periodSeconds: 11 },
        { ...http('/ready'), periodSeconds: 5 },
      ],
      [
        { ...http('/ready'), failureThreshold: 6, periodSeconds: 6 },
        { ...http('/ready'), failureThreshold: 6, periodSeconds: 5 },
      ],
      [http('/ready', { scheme: 'HTTPS' }), http('/ready', { scheme: 'HTTP' })],
      [http('/ready', { port: 8080 }), http('/ready', { httpHeaders: [] })],
      [http('/ready', { httpHeaders: [{ name: 'a', value: 'b' }] }), { ...http('/ready'), timeoutSeconds: 3 }],
      [exec('/ready'), { ...http('/ready'), initialDelaySeconds: 60 }],
    ] as const
  ).map(([good, bad]) => patience(http('/ready'), good, bad)),
  ...(
    [
      [{ tcpSocket: { port: 8080 } }, { tcpSocket: { port: 'http' } }],
      [{ grpc: { port: 8080 } }, { grpc: { port: 8080, service: 'live' } }],
      [exec('check'), exec('check', '--live')],
    ] as const
  ).map(([same, other]) => patience(same, other, same)),

  {
    ...security(
      'host-process',
      'securityContext.windowsOptions.hostProcess',
      false,
      true,
      'runs as a Windows host process',
    ),
    invalid: true,
  },
  {
    ...pod(
      'host-process',
      'securityContext.windowsOptions.hostProcess',
      false,
      true,
      'the pod runs as a Windows host process',
    ),
    invalid: true,
  },
  pod('host-namespaces', 'hostNetwork', false, true, 'the pod sets hostNetwork'),
  pod('host-namespaces', 'hostPID', false, true, 'the pod sets hostPID'),
  pod('host-namespaces', 'hostIPC', false, true, 'the pod sets hostIPC'),
  { ...security('privileged', 'securityContext.privileged', false, true, 'is privileged'), invalid: true },
  security('capabilities', 'securityContext.capabilities.drop', ['ALL'], ['NET_RAW'], 'does not drop ALL capabilities'),
  security(
    'capabilities',
    'securityContext.capabilities',
    { drop: ['ALL'] },
    {},
    'does not drop ALL capabilities',
    'securityContext.capabilities.drop',
  ),
  security(
    'capabilities',
    'securityContext.capabilities.add',
    ['NET_BIND_SERVICE'],
    ['SYS_TIME'],
    'adds the capability SYS_TIME',
    'securityContext.capabilities.add',
  ),
  pod(
    'host-path',
    'volumes',
    [{ name: 'd', emptyDir: {} }],
    [{ name: 'd', hostPath: { path: '/' } }],
    'volume "d" is a hostPath',
    'volumes[0].hostPath',
  ),
  pod(
    'volume-types',
    'volumes',
    [{ name: 'd', configMap: { name: 'x' } }],
    [{ name: 'd', nfs: { server: 'x', path: '/' } }],
    'volume "d" has a type that is not allowed',
    'volumes[0]',
  ),
  pod(
    'volume-types',
    'volumes',
    [{ name: 'd' }],
    [{ name: 'a' }, { name: 'd', iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:x', lun: 0 } }],
    'volume "d" has a type that is not allowed',
    'volumes[1]',
  ),
  // Of equal names, and without one, the item is to blame that is wrong. No API server takes these, but for variables.
  ...[{ name: 'd' }, {}].flatMap((named): Row[] => {
    const volumes = (...contents: readonly object[]): readonly object[] =>
      contents.map((content) => ({ ...named, ...content }));
    const name = `volume "${'name' in named ? 'd' : ''}"`;
    const [harmless, token] = [{ emptyDir: {} }, { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }];
    return [
      pod(
        'host-path',
        'volumes',
        volumes(harmless, harmless),
        volumes({ hostPath: { path: '/' } }, harmless),
        `${name} is a hostPath`,
        'volumes[0].hostPath',
      ),
      pod(
        'volume-types',
        'volumes',
        volumes(harmless, harmless),
        volumes({ nfs: { server: 'x', path: '/' } }, harmless),
        `${name} has a type that is not allowed`,
        'volumes[0]',
      ),
      pod(
        'service-account-token',
        'volumes',
        volumes(harmless, harmless),
        volumes(token, harmless),
        `${name} holds a service account token`,
        'volumes[0].projected',
      ),
      {
        ...secret('DB_PASSWORD', '', '', ''),
        good: [named, named].map((each) => ({ ...each, value: 'x' })),
        bad: [
          { ...named, value: 'postgresql://u:hunter2@db/x' },
          { ...named, value: 'x' },
        ],
        field: 'env[0].value',
        message: `variable "${'name' in named ? 'd' : ''}" holds a secret in plain text`,
      },
    ].map((row): Row => ({ ...row, invalid: true }));
  }),
  {
    ...pod(
      'sysctls',
      'securityContext.sysctls',
      [{ name: 'net.ipv4.tcp_rmem', value: '1' }],
      [{ value: '1' }, { name: 'net.ipv4.tcp_rmem', value: '1' }],
      'the pod sets the sysctl ',
      'securityContext.sysctls[0]',
    ),
    invalid: true,
  },
  {
    ...secret('DB_PASSWORD', '', 'DB_PASSWORD', ''),
    good: [{ name: 'DB_PASSWORD', value: '$(A)' }],
    bad: [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'DB_PASSWORD', value: '$(A)' },
    ],
    field: 'env[0].value',
  },
  pod(
    'host-ports',
    'hostNetwork',
    false,
    true,
    'container "main": takes port 8080 of the node',
    'containers[0].ports[0]',
  ),
  {
    policy: 'host-ports',
    in: 'longRunning',
    path: 'ports',
    good: [{ name: 'http', containerPort: 8080 }],
    bad: [
      { name: 'http', containerPort: 8080, hostPort: 0 },
      { name: 'admin', containerPort: 8081, hostPort: 80 },
    ],
    field: 'ports[1]',
    message: 'takes port 80 of the node',
  },
  probe(
    'host-probes',
    { httpGet: { port: 8080 } },
    { httpGet: { port: 8080, host: '169.254.169.254' } },
    'readinessProbe names a host',
  ),
  probe(
    'host-probes',
    { tcpSocket: { port: 8080 } },
    { tcpSocket: { port: 8080, host: 'localhost' } },
    'readinessProbe names a host',
  ),
  {
    policy: 'host-probes',
    in: 'longRunning',
    path: 'lifecycle',
    good: { preStop: { httpGet: { port: 8080 } } },
    bad: { preStop: { httpGet: { port: 8080, host: 'x' } } },
    field: 'lifecycle.preStop',
    message: 'lifecycle hook preStop names a host',
  },
  {
    policy: 'host-probes',
    in: 'longRunning',
    path: 'lifecycle',
    good: { postStart: { httpGet: { port: 8080, host: '' } } },
    bad: { postStart: { httpGet: { port: 8080, host: 'x' } } },
    field: 'lifecycle.postStart',
    message: 'lifecycle hook postStart names a host',
  },
  security(
    'apparmor',
    'securityContext.appArmorProfile',
    { type: 'RuntimeDefault' },
    { type: 'Unconfined' },
    'has an AppArmor profile that is not allowed',
    'securityContext.appArmorProfile.type',
  ),
  pod(
    'apparmor',
    'securityContext.appArmorProfile',
    { type: 'Localhost', localhostProfile: 'x' },
    { type: 'Unconfined' },
    'the pod has an AppArmor profile that is not allowed',
    'securityContext.appArmorProfile.type',
  ),
  ...['canary.canaryMetadata', 'canary.stableMetadata', 'blueGreen.activeMetadata', 'blueGreen.previewMetadata'].map(
    (metadata): Row => ({
      policy: 'apparmor',
      in: 'workload',
      path: ['spec', 'strategy', ...metadata.split('.'), 'annotations', APPARMOR_OF_MAIN],
      good: 'runtime/default',
      bad: 'unconfined',
      field: `spec.strategy.${metadata}.annotations["${APPARMOR_OF_MAIN}"]`,
      message: `annotation ${APPARMOR_OF_MAIN} sets an AppArmor profile that is not allowed`,
      onlyIn: ['Rollout'],
    }),
  ),
  ...['type', 'user', 'role'].flatMap((name) => [
    security(
      'selinux',
      `securityContext.seLinuxOptions.${name}`,
      name === 'type' ? 'container_t' : undefined,
      'spc_t',
      'sets an SELinux type, user or role that is not allowed',
      'securityContext.seLinuxOptions',
    ),
    pod(
      'selinux',
      `securityContext.seLinuxOptions.${name}`,
      name === 'type' ? 'container_init_t' : '',
      'spc_t',
      'the pod sets an SELinux type, user or role that is not allowed',
      'securityContext.seLinuxOptions',
    ),
  ]),
  {
    ...security('proc-mount', 'securityContext.procMount', 'Default', 'Unmasked', 'has an unmasked /proc (procMount)'),
    invalid: true,
  },
  security(
    'seccomp',
    'securityContext.seccompProfile',
    { type: 'RuntimeDefault' },
    { type: 'Unconfined' },
    'has no seccomp profile, or one that is not allowed',
    'securityContext.seccompProfile.type',
  ),
  pod(
    'seccomp',
    'securityContext.seccompProfile',
    { type: 'Localhost', localhostProfile: 'x' },
    { type: 'Unconfined' },
    'the pod has a seccomp profile that is not allowed',
    'securityContext.seccompProfile.type',
  ),
  pod(
    'sysctls',
    'securityContext.sysctls',
    [{ name: 'net.ipv4.tcp_rmem', value: '1' }],
    [{ name: 'kernel.msgmax', value: '1' }],
    'the pod sets the sysctl kernel.msgmax',
    'securityContext.sysctls[0]',
  ),
  security(
    'privilege-escalation',
    'securityContext.allowPrivilegeEscalation',
    false,
    true,
    'does not set allowPrivilegeEscalation to false',
  ),
  security(
    'privilege-escalation',
    'securityContext.allowPrivilegeEscalation',
    false,
    undefined,
    'does not set allowPrivilegeEscalation to false',
  ),
  security(
    'run-as-non-root',
    'securityContext.runAsNonRoot',
    true,
    false,
    'does not set runAsNonRoot to true, nor does the pod',
  ),
  pod('run-as-non-root', 'securityContext.runAsNonRoot', true, false, 'the pod sets runAsNonRoot to false'),
  security('run-as-user', 'securityContext.runAsUser', 1, 0, 'runs as user 0'),
  pod('run-as-user', 'securityContext.runAsUser', 1000, 0, 'the pod runs as user 0'),
  security(
    'read-only-root-filesystem',
    'securityContext.readOnlyRootFilesystem',
    true,
    false,
    'has a writable root file system',
  ),
  security(
    'read-only-root-filesystem',
    'securityContext.readOnlyRootFilesystem',
    true,
    undefined,
    'has a writable root file system',
  ),
  pod('service-account-token', 'automountServiceAccountToken', false, true, 'the pod mounts a service account token'),
  pod(
    'service-account-token',
    'automountServiceAccountToken',
    false,
    undefined,
    'the pod does not say that it mounts no service account token, and no ServiceAccount known here says so for it',
  ),
  pod(
    'service-account-token',
    'volumes',
    [{ name: 't', projected: { sources: [{ configMap: { name: 'x' } }] } }],
    [{ name: 't', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }],
    'volume "t" holds a service account token',
    'volumes[0].projected',
  ),
  pod('service-links', 'enableServiceLinks', false, true, 'the pod gets variables for every Service of its namespace'),
  pod(
    'service-links',
    'enableServiceLinks',
    false,
    undefined,
    'the pod gets variables for every Service of its namespace',
  ),
  secret('DB_PASSWORD', 'hunter2', 'DB_PASSWORD', '$(FROM_ELSEWHERE)'),
  secret('API_TOKEN', 'abc', 'API_TOKEN', 'true'),
  secret('GITHUB_CLIENT_SECRET', 'abc', 'GITHUB_CLIENT_SECRET', ''),
  secret('URL', 'postgresql://u:hunter2@db/x', 'URL', 'jdbc:postgresql://db.example:5432/x'),
  secret('KEY', '-----BEGIN PRIVATE KEY-----\nabc', 'KEY', '-----BEGIN PUBLIC KEY-----\nabc'),
  secret('AWS', 'AKIAIOSFODNN7EXAMPLE', 'AWS', 'AKIA'),

  resource('cpu-request', 'resources.requests.cpu', '1m', undefined, 'requests no CPU'),
  resource(
    'memory-request',
    'resources',
    { limits: { memory: '1Gi' }, requests: { cpu: 1 } },
    { requests: { cpu: '1' } },
    'requests no memory',
    'resources.requests.memory',
  ),
  resource('memory-limit', 'resources.limits.memory', '1Gi', undefined, 'has no memory limit'),
  {
    ...resource(
      'request-within-limit',
      'resources.limits.memory',
      '134217728',
      '127Mi',
      'the request for memory (128Mi) exceeds its limit (127Mi)',
      'resources.requests.memory',
    ),
    invalid: true,
  },

  ...(
    [
      ['JAVA_OPTS', '-Xmx255m', '-Xmx256m'],
      ['JAVA_TOOL_OPTIONS', '-Xmx262143k', '-Xmx262144K'],
      ['JDK_JAVA_OPTIONS', '-Xmx268435455', '-Xmx268435456'],
      ['ES_JAVA_OPTS', '-Xms1g -Xmx128m', '-Xms64m -Xmx1g'],
      ['KAFKA_HEAP_OPTS', '-Xmx1g -Xmx128M', '-Xmx128m -Xmx1G'],
      ['_JAVA_OPTIONS', '-XX:MaxHeapSize=64m', '-XX:MaxHeapSize=1t'],
      ['CATALINA_OPTS', '-Xmx$(HEAP)', '"-Xmx1g"'],
      ['JAVA_OPTS_APPEND', '-XX:MaxRAMPercentage=99.9', '-XX:MaxRAMPercentage=100'],
      ['JAVA_OPTS', '-XX:MaxRAMPercentage=100 -XX:MaxRAMPercentage=75', '-Dx=y\t-XX:MaxRAMPercentage=100.0'],
      ['JAVA_OPTS', '-Xmx64m -XX:MaxRAMPercentage=100', '-Xmx256m -XX:MaxRAMPercentage=50'],
      ['JAVA_OPTS', '-XX:MaxRAMFraction=2', '-XX:MaxRAMFraction=1'],
    ] as const
  ).map(([name, good, bad]): Row => ({
    policy: 'jvm-heap',
    in: 'resourced',
    path: 'env',
    good: [{ name, value: good }],
    bad: [{ name: 'A' }, { name, value: bad }],
    field: 'env[1].value',
    message: `${name} lets the heap take all of the memory limit (256Mi)`,
  })),
  resource(
    'jvm-heap',
    'command',
    ['java', '-Xmx128m', '-jar', 'app.jar'],
    ['java', '-Xmx256m', '-jar', 'app.jar'],
    'command lets the heap take all of the memory limit (256Mi)',
  ),
  resource(
    'jvm-heap',
    'args',
    ['-c', "exec java '-Xmx128m' -jar app.jar"],
    ['-c', "exec java\n '-Xmx1g' -jar app.jar"],
    'args lets the heap take all of the memory limit (256Mi)',
  ),
  ...(
    [
      [{ env: [{ name: 'GREETING', value: '-Xmx1m' }] }, { env: [{ name: 'JAVA_OPTS', value: '' }] }],
      [
        { env: [{ name: 'OPTS_OF_JAVA', value: 'x' }] },
        { env: [{ name: 'JAVA_OPTS', valueFrom: { configMapKeyRef: { name: 'x', key: 'y' } } }] },
      ],
      [{ command: ['javac-wrapper'] }, { command: ['/usr/bin/java', '-jar', 'app.jar'] }],
      [{ args: ['-Xmsx'] }, { args: ['-Xms64m'] }],
      [{ command: ['serve', 'java.txt'] }, { command: ['sh', '-c', 'exec java -jar app.jar'] }],
    ] as const
  ).map(([good, bad]): Row => ({
    policy: 'jvm-memory-request',
    in: 'resourced',
    path: [],
    good: { ...good, resources: SMALL_REQUEST },
    bad: { ...bad, resources: SMALL_REQUEST },
    field: 'resources.requests.memory',
    message: 'requests 127Mi of memory, less than half of the limit (256Mi) that its heap grows by',
  })),
  {
    policy: 'pod-spread',
    in: 'workload',
    path: 'spec.replicas',
    good: 1,
    bad: 2,
    field: 'spec.template.spec.topologySpreadConstraints',
    message: 'nothing keeps its 2 pods apart',
    onlyIn: ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController', 'Rollout'],
  },
  ...(
    [
      ['exactly-fifteen', 'exactly-sixteen-', '"exactly-sixteen-" is no name of a port'],
      ['a', 'sixteen-letters-', '"sixteen-letters-" is no name of a port'],
      ['http-2', 'sixteenletters16', '"sixteenletters16" is no name of a port'],
      ['8080tcp', '8080', '"8080" is no name of a port'],
      ['a-b', 'a--b', '"a--b" is no name of a port'],
      ['http', 'HTTP', '"HTTP" is no name of a port'],
      ['http', '-http', '"-http" is no name of a port'],
      ['http', 'http_2', '"http_2" is no name of a port'],
    ] as const
  ).map(([good, bad, message]): Row => ({
    policy: 'port-name',
    in: 'longRunning',
    path: 'ports',
    good: [
      { name: 'http', containerPort: 8080 },
      { name: good === 'http' ? 'other' : good, containerPort: 8081 },
    ],
    bad: [
      { name: 'http', containerPort: 8080 },
      { name: bad, containerPort: 8081 },
    ],
    field: 'ports[1].name',
    message,
    invalid: true,
  })),
  {
    policy: 'port-name',
    in: 'longRunning',
    path: 'ports',
    good: [
      { name: 'http', containerPort: 8080 },
      { name: 'metrics', containerPort: 8081 },
    ],
    bad: [
      { name: 'http', containerPort: 8080 },
      { name: 'http', containerPort: 8081 },
    ],
    field: 'ports',
    message: 'two ports have the name "http"',
    invalid: true,
  },
  ...[{ httpGet: { port: '8080' } }, { tcpSocket: { port: 'client_port' } }].map((bad): Row => ({
    ...probe('port-name', http('/ready'), bad, 'readinessProbe asks a port whose name is none'),
    invalid: true,
  })),

  {
    policy: 'duplicate-variable',
    in: 'container',
    path: 'env',
    good: [
      { name: 'A', value: '1' },
      { name: 'a', value: '1' },
    ],
    bad: [{ name: 'B' }, { name: 'A', value: '1' }, { name: 'A', value: '2' }],
    field: 'env[2]',
    message: 'variable "A" is defined more than once',
  },
  {
    policy: 'duplicate-variable',
    in: 'container',
    path: 'env',
    good: [{ name: 'A', value: '1' }, { value: '1' }, { value: '1' }],
    // The same twice is no less twice.
    bad: [{ name: 'A', value: '1' }, { value: '1' }, { name: 'B' }, { name: 'B' }, { name: 'A', value: '1' }],
    field: 'env[4]',
    message: 'variable "A" is defined more than once',
    invalid: true,
  },
  ...['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'app.kubernetes.io/component'].map((label): Row => ({
    policy: 'recommended-labels',
    in: 'workload',
    path: ['metadata', 'labels', label],
    good: 'x',
    bad: undefined,
    field: `metadata.labels["${label}"]`,
    message: `the label ${label} is missing`,
  })),
  {
    policy: 'selector-matches-labels',
    in: 'workload',
    path: ['spec', 'selector', 'matchLabels', 'app.kubernetes.io/name'],
    good: 'web',
    bad: 'other',
    field: 'spec.selector.matchLabels["app.kubernetes.io/name"]',
    message: 'the selector wants app.kubernetes.io/name=other, which the pod template does not have',
    onlyIn: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'],
    invalid: true,
  },
  {
    policy: 'selector-matches-labels',
    in: 'workload',
    path: ['spec', 'selector', 'app.kubernetes.io/name'],
    good: 'web',
    bad: 'other',
    field: 'spec.selector["app.kubernetes.io/name"]',
    message: 'the selector wants app.kubernetes.io/name=other, which the pod template does not have',
    onlyIn: ['ReplicationController'],
    invalid: true,
  },
  ...[
    [
      { key: 'app.kubernetes.io/name', operator: 'In', values: ['web', 'x'] },
      { key: 'app.kubernetes.io/name', operator: 'In', values: ['x'] },
    ],
    [
      { key: 'app.kubernetes.io/name', operator: 'NotIn', values: ['x'] },
      { key: 'app.kubernetes.io/name', operator: 'NotIn', values: ['web'] },
    ],
    [
      { key: 'app.kubernetes.io/name', operator: 'Exists' },
      { key: 'app.kubernetes.io/x', operator: 'Exists' },
    ],
    [
      { key: 'app.kubernetes.io/x', operator: 'DoesNotExist' },
      { key: 'app.kubernetes.io/name', operator: 'DoesNotExist' },
    ],
    [
      { key: 'app.kubernetes.io/name', operator: 'In', values: ['web'] },
      { key: 'app.kubernetes.io/x', operator: 'In', values: ['web'] },
    ],
  ].map(([good, bad]): Row => ({
    policy: 'selector-matches-labels',
    in: 'workload',
    path: 'spec.selector.matchExpressions',
    good: [good],
    bad: [bad],
    field: 'spec.selector.matchExpressions',
    message: 'the selector has an expression that the labels of the pod template do not meet',
    onlyIn: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'],
    invalid: true,
  })),
];

/** What probes may run: programs that only look like a JVM, or only look for one. */
export const HARMLESS_PROBES: readonly (readonly string[])[] = [
  ['/bin/true'],
  ['pgrep', 'java'],
  ['pgrep', '-f', 'kafka.Kafka'],
  ['/usr/bin/pgrep', '-f', 'kafka-server-start.sh'],
  ['sh', '-c', 'ps aux | grep java'],
  ['sh', '-c', 'test -x /usr/bin/java'],
  ['curl', '-f', 'http://localhost:8080/java'],
  ['javascript-check'],
  ['sh', '-c', 'nc -z kafka-0.kafka 9092'],
  ['node', 'java.js'],
  ['cat', '/tmp/app.jar.ready'],
  ['echo', 'jcmd'],
  ['pgrep', '-f', 'app.jar'],
  ['test', '-e', '/opt/kafka/bin/kafka-topics.sh'],
  ['wget', '-q', '-O', '-', 'http://localhost:8080/app.jar'],
  ['sh', '-c', 'wget -q -O - http://localhost:8080/app.jar'],
  ['sh', '-c', 'echo jcmd'],
  ['sh', '-c', '[ -x /opt/kafka/bin/kafka-topics.sh ]'],
  ['sh', '-c', 'pgrep -f app.jar > /dev/null'],
  ['timeout', '5', 'grep', 'java', '/proc/1/cmdline'],
  ['timeout', '5', 'sh', '-c', 'grep -q java /proc/1/cmdline'],
  ['env', 'APP=java', 'curl', 'http://localhost'],
  ['/app/check', 'java'],
  ['sh', '/app/check.sh', 'java'],
];

function denied(name: string): string {
  return `image "${name}" comes from a denied repository (bitnami, bitnamilegacy)`;
}

function probe(policy: string, good: object, bad: object, message: string): Row {
  return { policy, in: 'longRunning', path: 'readinessProbe', good, bad, field: 'readinessProbe', message };
}

/** A liveness probe beside the readiness probe that it is compared with. */
function patience(readinessProbe: object, good: object, bad: object): Row {
  return {
    policy: 'probe-liveness-patience',
    in: 'longRunning',
    path: [],
    good: { readinessProbe, livenessProbe: good },
    bad: { readinessProbe, livenessProbe: bad },
    field: 'livenessProbe',
    message: 'livenessProbe asks what readinessProbe asks, and gives up as soon (failureThreshold x periodSeconds)',
  };
}

function secret(name: string, value: string, offender: string, harmless: string): Row {
  return {
    policy: 'literal-secret',
    in: 'container',
    path: 'env',
    good: [{ name, value: harmless }],
    bad: [
      { name: 'A', value: 'x' },
      { name, value },
    ],
    field: 'env[1].value',
    message: `variable "${offender}" holds a secret in plain text`,
  };
}

function resource(policy: string, path: string, good: unknown, bad: unknown, message: string, field = path): Row {
  return { policy, in: 'resourced', path, good, bad, field, message };
}
