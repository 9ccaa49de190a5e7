import type { InvalidProp } from '../../../lib/constructs/invalid-prop';
import type { JsonRecord } from '../json';

/**
 * A reason for which constructs refuse a prop, and what an API server would do with it: refuse the smallest manifest that has the value, or
 * take it, and then another reason holds.
 */
export type Refusal = {
  /** Part of the reason. */
  readonly reason: RegExp;
  /**
   * Of which props.
   * @default - of every one
   */
  readonly prop?: RegExp;
  /**
   * Of which values, as JSON.
   * @default - of every one
   */
  readonly value?: RegExp;
} & (
  | {
      /** The smallest manifest with the value. */
      readonly manifest: (invalid: { readonly value: unknown; readonly reason: string }) => JsonRecord;
      /** Why newer versions than the oldest take it all the same. */
      readonly takenByNewer?: string;
    }
  | {
      /** Why it is refused although the API server would take it. */
      readonly because: string;
    }
);

/** The first that fits a refusal. */
export function refusalOf({ prop, value, reason, remedy }: InvalidProp): Refusal | undefined {
  const json = typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value);
  return REFUSALS.find(
    (refusal) =>
      refusal.reason.test(`${reason} ${remedy}`) &&
      (refusal.prop?.test(prop) ?? true) &&
      (refusal.value?.test(json) ?? true),
  );
}

const named =
  (apiVersion: string, kind: string, more: JsonRecord = {}) =>
  ({ value }: { readonly value: unknown }) => ({
    apiVersion,
    kind,
    metadata: { name: value },
    ...more,
  });
const configMap = (fields: JsonRecord, metadata: JsonRecord = {}): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...metadata },
  ...fields,
});
const namespace = (labels: JsonRecord): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'a', labels },
});
const service = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'a' },
  spec,
});
const externalName = ({ value }: { readonly value: unknown }): JsonRecord =>
  service({ type: 'ExternalName', externalName: value });
const slice = (addressType: string, addresses: readonly unknown[]): JsonRecord => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'a' },
  addressType,
  endpoints: addresses.map((address) => ({ addresses: [address] })),
  ports: [],
});
const ingress = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'a' },
  spec: { defaultBackend: { service: { name: 'a', port: { number: 1 } } }, ...spec },
});
const networkPolicy = (peer: JsonRecord): JsonRecord => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'a' },
  spec: { podSelector: {}, ingress: [{ from: [peer] }] },
});
const ingressPath = (path: unknown): JsonRecord =>
  ingress({
    rules: [
      { http: { paths: [{ path, pathType: 'Exact', backend: { service: { name: 'a', port: { number: 1 } } } }] } },
    ],
  });
const pod = (container: JsonRecord, spec: JsonRecord = {}): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a' },
  spec: { containers: [{ name: 'a', image: 'a', ...container }], ...spec },
});
const spread = (constraints: readonly JsonRecord[], matchLabels: JsonRecord): JsonRecord =>
  pod(
    {},
    {
      topologySpreadConstraints: constraints.map((constraint) => ({
        maxSkew: 1,
        topologyKey: 'a',
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels },
        ...constraint,
      })),
    },
  );
const claim = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'a' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const deployment = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a' },
  spec: {
    selector: { matchLabels: { a: 'a' } },
    template: { metadata: { labels: { a: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
    ...spec,
  },
});
const autoscaler = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a' },
  spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 2, ...spec },
});
const cronJob = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'a' },
  spec: {
    schedule: '@daily',
    jobTemplate: { spec: { template: { spec: { containers: [{ name: 'a', image: 'a' }], restartPolicy: 'Never' } } } },
    ...spec,
  },
});
const gateway = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'a' },
  spec: { gatewayClassName: 'a', listeners: [{ name: 'a', protocol: 'HTTP', port: 80 }], ...spec },
});
const route = (spec: JsonRecord): JsonRecord => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'a' },
  spec,
});
const routePath = (value: unknown): JsonRecord => route({ rules: [{ matches: [{ path: { type: 'Exact', value } }] }] });
const numberIn = (value: unknown): number => Number.parseFloat(String(value));
const firstNumberIn = (reason: string): number => Number(/\d+/.exec(reason)?.[0]);

export const REFUSALS: readonly Refusal[] = [
  { reason: /\(policy [a-z-]+\)$/, because: 'a policy refuses it: what is valid and does harm' },

  // Names
  {
    reason: /^not a DNS label,/,
    value: /^"\d[a-z0-9-]*[a-z0-9]"$|^"\d"$/,
    manifest: named('v1', 'Service', { spec: { ports: [{ port: 1 }] } }),
    takenByNewer: 'RelaxedServiceNameValidation takes a first digit',
  },
  { reason: /^not a DNS label,/, manifest: named('v1', 'Service', { spec: { ports: [{ port: 1 }] } }) },
  {
    reason: /^(6[4-9]|[7-9]\d|\d{3,}) characters long;/,
    manifest: named('v1', 'Service', { spec: { ports: [{ port: 1 }] } }),
  },
  {
    reason: /^5[3-9]|6[0-3] characters long;/,
    because:
      'the API server takes the StatefulSet, and then refuses its pods: it adds to the name for their label controller-revision-hash',
  },
  { reason: /^not a name for a namespace,/, manifest: named('v1', 'Namespace') },
  {
    reason: /^not a DNS subdomain,/,
    prop: /^storage\.storageClassName$/,
    manifest: ({ value }) => claim({ storageClassName: value }),
  },
  {
    reason: /^not a DNS subdomain,/,
    prop: /^ingressClassName$/,
    manifest: ({ value }) => ingress({ ingressClassName: value }),
  },
  {
    reason: /^not a DNS subdomain,/,
    prop: /^tls\[\d+\]\.secretName$/,
    value: /^""$/,
    because: 'an empty name is as none: to leave it out says that',
  },
  {
    reason: /^not a DNS subdomain,/,
    prop: /^tls\[\d+\]\.secretName$/,
    manifest: ({ value }) => ingress({ tls: [{ secretName: value }] }),
  },
  { reason: /^not a DNS subdomain,/, manifest: named('v1', 'ConfigMap') },
  {
    reason: /^not a label key,/,
    manifest: ({ value }) => configMap({}, { labels: { [String(value)]: '' } }),
  },
  { reason: /^not a label value,/, manifest: ({ value }) => configMap({}, { labels: { a: value } }) },
  {
    reason: /^not an annotation key,/,
    manifest: ({ value }) => configMap({}, { annotations: { [String(value)]: '' } }),
  },
  {
    reason: /^\d+ bytes in all, and the API server refuses more than 256 KiB/,
    manifest: ({ reason }) => configMap({}, { annotations: { a: 'a'.repeat(firstNumberIn(reason) - 1) } }),
  },
  {
    reason: /^not a level of the Pod Security/,
    manifest: ({ value }) => namespace({ 'pod-security.kubernetes.io/audit': value }),
  },
  {
    reason: /^not a version of the Pod Security/,
    manifest: ({ value }) => namespace({ 'pod-security.kubernetes.io/audit-version': value }),
  },
  { reason: /^a label that podSecurity stands for/, because: 'one thing is said in one place' },

  // Data and variables
  { reason: /^a key that JavaScript keeps for itself/, because: 'it would be lost before it reaches the API server' },
  { reason: /^not a key,/, manifest: ({ value }) => configMap({ data: { [String(value)]: '' } }) },
  {
    reason: /^\d+ bytes in all, and the API server refuses more than 1 MiB/,
    manifest: ({ reason }) => configMap({ data: { a: 'a'.repeat(firstNumberIn(reason)) } }),
  },
  {
    reason: /^not a name for an environment variable/,
    manifest: ({ value }) => pod({ env: [{ name: value, value: '' }] }),
    takenByNewer:
      'RelaxedEnvironmentVariableValidation, on by default from 1.32, takes every printable ASCII text without =',
  },
  {
    reason: /^not a field of a pod/,
    value: /^"status\.hostIPs"$/,
    manifest: ({ value }) => pod({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: value } } }] }),
    takenByNewer: 'PodHostIPs, on by default from 1.29',
  },
  {
    reason: /^not a field of a pod/,
    manifest: ({ value }) => pod({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: value } } }] }),
  },

  // Ports
  { reason: /^not a port:/, manifest: ({ value }) => service({ ports: [{ port: value }] }) },
  {
    reason: /^not a port name/,
    value: /^""$/,
    because: 'an only port needs no name for the API server; a route and a probe are given the name',
  },
  { reason: /^not a port name/, manifest: ({ value }) => pod({ ports: [{ name: value, containerPort: 1 }] }) },
  { reason: /^not a range of addresses,/, manifest: ({ value }) => networkPolicy({ ipBlock: { cidr: value } }) },
  { reason: /^begins before the address/, because: 'API servers of these versions take it, for more than it names' },
  { reason: /^no range, and a network policy/, because: 'a rule without a peer lets through everybody' },
  { reason: /^no label: every pod/, because: 'an empty selector selects every pod of the namespace' },
  { reason: /^there twice: one would take/, because: 'the API server would take the second for a change of the first' },
  { reason: /^no time, and Prometheus/, because: 'the pattern of the definition takes it, and Prometheus does not' },
  { reason: /^no port:/, manifest: () => service({ ports: [] }) },
  {
    reason: /^given twice; names and numbers of ports/,
    manifest: ({ value }) =>
      service({
        ports:
          typeof value === 'number'
            ? ['a', 'b'].map((name) => ({ name, port: value }))
            : [1, 2].map((port) => ({ name: value, port })),
      }),
  },
  { reason: /^not a protocol name,/, manifest: ({ value }) => service({ ports: [{ port: 1, appProtocol: value }] }) },

  // Numbers
  { reason: /^not a whole number/, value: /^(NaN|Infinity)$/, because: 'JSON has no such number' },
  { reason: /^not a whole number/, value: /^0$/, because: 'the API server would take it, and it would not work' },
  { reason: /^not a whole number/, prop: /weight$/, because: "Argo Rollouts' controller refuses it" },
  {
    reason: /^not a whole number/,
    prop: /ode$/,
    manifest: ({ value }) => pod({}, { volumes: [{ name: 'a', configMap: { name: 'a', defaultMode: value } }] }),
  },
  {
    reason: /^not a whole number/,
    prop: /stabilizationWindow/,
    manifest: ({ value }) => autoscaler({ behavior: { scaleUp: { stabilizationWindowSeconds: value } } }),
  },
  { reason: /^not a whole number/, manifest: ({ value }) => deployment({ replicas: value }) },
  { reason: /^not whole seconds/, value: /NaN/, because: 'JSON has no such number' },
  { reason: /^not whole seconds/, prop: /^canary/, because: "Argo Rollouts' controller refuses it" },
  {
    reason: /^not whole seconds/,
    prop: /^(preStop|terminationGracePeriod|activeDeadline|startingDeadline)|preStop$|expiration$/,
    value: /^"2147483648 s"$/,
    because: 'the field has 64 bits, but nobody waits for 68 years',
  },
  {
    reason: /^not whole seconds/,
    value: /^"0 s"$/,
    because: 'the API server takes 0 for the default of a probe, which is another time than was asked for',
  },
  {
    reason: /^not whole seconds/,
    prop: /^(preStop|terminationGracePeriod|activeDeadline|startingDeadline)|preStop$|expiration$/,
    manifest: ({ value }) => pod({}, { terminationGracePeriodSeconds: numberIn(value) }),
  },
  {
    reason: /^not whole seconds/,
    manifest: ({ value }) => pod({ readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: numberIn(value) } }),
  },
  {
    reason: /^not a number of whole (bytes|thousandths)/,
    value: /^"(?!0+[A-Z])[\d.]+[A-Za-z]*"$/,
    because: 'the API server takes it and rounds it up: another amount than was asked for',
  },
  {
    reason: /^not a number of whole bytes/,
    prop: /^storage/,
    manifest: ({ value }) => claim({ resources: { requests: { storage: value } } }),
  },
  {
    reason: /^not a number of whole (bytes|thousandths)/,
    value: /^"0/,
    because:
      'the API server takes it, and the container would be the first that a busy node kills, or could not run at all',
  },
  {
    reason: /^not a number of whole (bytes|thousandths)/,
    manifest: ({ value }) => pod({ resources: { requests: { cpu: value } } }),
  },

  // Containers
  {
    reason: /^not an image reference/,
    because: 'the kubelet refuses it; the API server asks only that it is not empty',
  },
  { reason: /^not a port of the container/, because: 'the API server compares no probe with the ports' },
  {
    reason: /^not an absolute path, and the container could not be made/,
    because: 'the API server would take it; the container runtime does not',
  },
  {
    reason: /^not an absolute path, and the init container/,
    because: 'it is an argument of a program, which the API server does not read',
  },
  { reason: /^not an absolute path\./, because: 'the API server would take it; the kubelet puts the / there' },
  {
    reason: /^not a path where a volume can be mounted/,
    because:
      "the API server would take it: the runtime mounts no relative path and none with a colon, and the path's letters and digits name the volume",
  },
  {
    reason: /^mounted twice|its volume would be named as/,
    manifest: () => pod({}, { volumes: ['a', 'a'].map((name) => ({ name, emptyDir: {} })) }),
  },
  {
    reason: /^not shorter than the grace period/,
    because: 'the kubelet would kill the container before it is told to stop',
  },

  { reason: /^no command,/, manifest: () => pod({ livenessProbe: { exec: { command: [] } } }) },
  {
    reason: /^taken by container/,
    value: /^"/,
    manifest: ({ value }) => pod({ name: value }, { initContainers: [{ name: value, image: 'a' }] }),
  },
  { reason: /^taken by container/, because: 'the second process to listen on the port would end' },
  {
    reason: /^not a path within a volume,/,
    value: /^"[^"]*:/,
    because: 'the API server takes a colon, and the container runtime does not',
  },
  {
    reason: /^not a path within a volume,/,
    manifest: ({ value }) =>
      pod(
        { volumeMounts: [{ name: 'a', mountPath: '/a', subPath: value === '' ? '..' : value }] },
        { volumes: [{ name: 'a', configMap: { name: 'a', items: [{ key: 'a', path: value }] } }] },
      ),
  },
  {
    reason: /^not a field of a pod that a file/,
    manifest: ({ value }) =>
      pod({}, { volumes: [{ name: 'a', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: value } }] } }] }),
  },
  {
    reason: /^not a unit of limits|^not a unit of requests/,
    manifest: ({ value, reason }) =>
      pod({
        env: [
          {
            name: 'A',
            valueFrom: { resourceFieldRef: { resource: /^not a unit of ([^,]*)/.exec(reason)?.[1], divisor: value } },
          },
        ],
      }),
  },
  {
    reason:
      /^not a key of|^not possible: the kubelet mounts|^refers to itself|^the annotation by which pods are rolled/,
    because: 'the API server reads no ConfigMap and no reference',
  },
  { reason: /^the label by which pods are selected|^a label that follows/, because: 'one thing is said in one place' },

  // Placement
  {
    reason: /^the label that selects the pods anyway/,
    manifest: ({ value }) => spread([{ matchLabelKeys: [value] }], { [String(value)]: 'a' }),
    takenByNewer: 'MatchLabelKeysInPodTopologySpreadSelectorMerge writes the keys into the selector itself',
  },
  {
    reason: /^given twice; one of the two says nothing/,
    because: 'the API server refuses two that differ in nothing else either, and takes the others',
  },
  {
    reason: /Write it as the taint of the node that is meant\.$/,
    prop: /operator$/,
    manifest: ({ value }) => pod({}, { tolerations: [{ operator: value }] }),
  },
  {
    reason: /Write it as the taint of the node that is meant\.$/,
    prop: /value$/,
    manifest: ({ value }) => pod({}, { tolerations: [{ key: 'a', operator: 'Exists', value }] }),
  },
  {
    reason: /Write it as the taint of the node that is meant\.$/,
    prop: /effect$/,
    manifest: ({ value }) => pod({}, { tolerations: [{ operator: 'Exists', effect: value }] }),
  },
  {
    reason: /Write it as the taint of the node that is meant\.$/,
    manifest: ({ value }) => pod({}, { tolerations: [{ operator: 'Exists', tolerationSeconds: value }] }),
  },

  {
    reason: /^a path given twice,/,
    because: 'the API server refuses it of some sources, and takes it of others',
  },

  // Services, scaling and updates
  {
    reason: /^not a NodePort /,
    because: 'the API server asks its allocator of ports, and a dry run does not come so far',
  },
  {
    reason: /^without effect on a headless Service/,
    because: 'the API server would take it, and nobody be answered on that port',
  },
  {
    reason: /^neither one pod more nor one fewer/,
    manifest: () => deployment({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
  },
  {
    reason: /^below minReplicas,/,
    manifest: ({ value, reason }) => autoscaler({ maxReplicas: value, minReplicas: firstNumberIn(reason) }),
  },
  {
    reason: /^not longer than minReady,/,
    manifest: ({ value, reason }) =>
      deployment({ progressDeadlineSeconds: numberIn(value), minReadySeconds: firstNumberIn(reason) }),
  },
  { reason: /^no policy, and the API server/, manifest: () => autoscaler({ behavior: { scaleUp: { policies: [] } } }) },
  {
    reason:
      /^given beside autoscaling|^a step that the pods cannot give|^runs two versions side by side|^stops all old pods first/,
    because: 'each is valid on its own, and they would work against each other',
  },

  // Spring
  {
    reason:
      /^a heap of |^not a path that Spring Boot takes|^there is no certificate|^without effect: it is of Actuator's own port/,
    because: 'it is a setting of Spring Boot or of its JVM, which the API server does not read',
  },

  // Kafka
  {
    reason: /^not apache\/kafka:|^not one for each of the \d+ brokers/,
    because: 'Kafka would not work, which the API server cannot know',
  },

  {
    reason:
      /^even: a quorum|^more than the \d+ brokers|^not below the replication factor|^no name of a topic|^there is a topic|^empty: Kafka refuses/,
    because: 'it is what the operator, or Kafka, does not do, of which the definitions say nothing',
  },

  // Secrets from a store
  {
    reason:
      /^no key: the Secret|^empty: no store has|^a key that the store has a value for|^an expression, which the operator/,
    because: 'the API server asks no store, and would take it',
  },

  // Gateway
  { reason: /^no host: nobody would be served/, because: 'the API server takes a Gateway that only redirects' },
  {
    reason: /^given twice, and the API server refuses two listeners/,
    manifest: () =>
      gateway({
        listeners: ['a', 'b'].map((name) => ({ name, hostname: 'example.com', protocol: 'HTTP', port: 80 })),
      }),
  },
  { reason: /^no host: the route would be attached/, because: 'the API server takes a route without a parent' },
  { reason: /^a host that the Gateway does not serve/, because: 'the API server compares no route with its Gateway' },
  {
    reason: /^given twice, and the API server refuses a route that is attached twice/,
    manifest: () => route({ parentRefs: ['a', 'a'].map((name) => ({ name, sectionName: 'a' })) }),
  },
  {
    reason: /^not 1 to 16 routes/,
    value: /^0$/,
    because: 'the API server takes one without rules for one that answers every path by an error',
  },
  {
    reason: /^not 1 to 16 routes/,
    manifest: ({ value }) =>
      route({ rules: Array.from({ length: Number(value) }, (_, index) => ({ name: `a${String(index)}` })) }),
  },
  { reason: /^not a path as it stands in a URL/, manifest: ({ value }) => routePath(value) },
  {
    reason: /^more than \d+ hours/,
    manifest: ({ value }) =>
      route({ rules: [{ timeouts: { request: `${String(Math.floor(numberIn(value) / 3600))}h` } }] }),
  },

  // Jobs
  { reason: /^a day that its months do not have/, because: 'the API server takes it, and no Job would ever be made' },
  { reason: /Write minute, hour, day of the month/, manifest: ({ value }) => cronJob({ schedule: value }) },
  { reason: /^not a time zone,/, manifest: ({ value }) => cronJob({ timeZone: value }) },

  // Ingress
  {
    reason: /^not a DNS name, and the API server refuses it or takes it for another/,
    value: /^"(?!\d+\.\d+\.\d+\.\d+")(.*\.)?(\d+|0x[0-9a-f]*)"$|[^."]{64,}/,
    because:
      'the API server takes it: browsers take a last number for an address, and a label of more than 63 characters is none',
  },
  {
    reason: /^not a DNS name, and the API server refuses it or takes it for another/,
    value: /^""$/,
    because: 'an empty host is as none: to leave it out says that',
  },
  {
    reason: /^not a DNS name, and the API server refuses it or takes it for another/,
    manifest: ({ value }) =>
      ingress({
        rules: [
          {
            host: value,
            http: {
              paths: [{ path: '/', pathType: 'Exact', backend: { service: { name: 'a', port: { number: 1 } } } }],
            },
          },
        ],
      }),
  },
  {
    reason: /^no route:/,
    prop: /^routes$/,
    manifest: () => ({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'a' }, spec: {} }),
  },
  { reason: /^no route:/, manifest: () => ingress({ rules: [{ http: { paths: [] } }] }) },
  {
    reason: /^not an absolute, normal path/,
    value: /^"\/(?!.*(\/\/|%2f|\/\.\.?(\/|"))).*(\s|\\[nrtfv]|\\u)/i,
    because: 'the API server takes white space, which no URL has',
  },
  { reason: /^not an absolute, normal path/, manifest: ({ value }) => ingressPath(value) },
  {
    reason: /^given twice; (which|a controller)|^given together with|^a host of no rule/,
    because: 'the API server compares no rules; what happens would be up to the ingress controller',
  },

  // Servers outside
  {
    reason: /^no server's address/,
    value: /^"(0\.0\.0\.0|127\.|169\.254\.|224\.0\.0\.)/,
    manifest: ({ value }) => slice('IPv4', [value]),
  },
  { reason: /^no server's address/, value: /^"(::|::1|fe80:.*)"$/, manifest: ({ value }) => slice('IPv6', [value]) },
  {
    reason: /^no server's address/,
    because:
      'the API server refuses the same in fewer spellings, and takes multicast and reserved addresses, at which no server answers',
  },
  {
    reason: /^the pod itself|^the name of the Service itself|^a DNS name beside other hosts|^given twice, perhaps/,
    because: 'the API server resolves and compares no names',
  },
  {
    reason: /^not the port \d+: a DNS name/,
    because: 'the API server knows that ports of an alias have no meaning, and says nothing',
  },
  {
    reason: /^0 hosts/,
    because: 'the API server takes an EndpointSlice without endpoints, behind which nobody answers',
  },
  {
    reason: /^\d+ hosts/,
    manifest: ({ reason }) =>
      slice(
        'IPv4',
        Array.from({ length: firstNumberIn(reason) }, () => '10.0.0.1'),
      ),
  },
  {
    reason: /^neither a DNS name nor/,
    value: /^"(?![^"]*\.\.|\.)[a-zA-Z0-9.-]*[^."]{64,}|^"([a-z0-9-]+\.)*(\d+|0x[0-9a-f]*)\.?"$/i,
    because:
      'the API server takes it: a last number is an address for whoever connects, and a label of more than 63 characters is none',
  },
  { reason: /^(neither a DNS name nor|a URL,|a host with a port)/, manifest: externalName },

  // What stands in the configuration of a program
  {
    reason:
      /^(none, which kube-state-metrics|not a Kafka id|an even number|a line break or a backslash|a property that|not a broker property|not an identifier that PostgreSQL|a variable that|leaves no time|not a number of whole (hours|seconds)|no namespace:|not a field that|a setting that|not a setting|not above the weight|no step:|not a name that Grafana reads|not an address that a browser opens|neither a uid of Grafana|given twice: of two dashboards|not an absolute path of a folder that the collector)/,
    because: 'the API server does not read what a program is told',
  },
];

/** What the oldest version refuses of what constructs make, since newer ones alone know it, as the doc comment of the prop says. */
export const NEWER: readonly { readonly says: RegExp; readonly prop: string }[] = [
  { says: /unknown field "[^"]*\.preStop\.sleep"/, prop: 'PreStop.sleep: 1.30' },
  {
    says: /initContainers\[\d+\]\.(restartPolicy|livenessProbe|readinessProbe|startupProbe|lifecycle)/,
    prop: 'SidecarProps: 1.29',
  },
];
