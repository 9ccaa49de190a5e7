import { Engine } from '../../lib/policy/engine';
import { Owners } from '../../lib/policy/owners';
import { policies } from '../../lib/policy/policies';
import type { Data } from './manifests';

// What NetworkPolicies hold back of what the manifests say: each row one field apart from one that answers the other way.

const engine = new Engine(policies().filter(({ id }) => /^network-policy-(connection|dns|entrance|open)$/.test(id)));

/** `KIND NAME policy field: message` of each violation. */
function found(set: readonly Data[], given: readonly Data[] = []): readonly string[] {
  const subjects = set.map((manifest, id) => ({ id, manifest }));
  return [...engine.evaluate(subjects, new Owners(), given)].map(
    ({ violation: { policy, field, message, resource } }) =>
      `${String(resource.kind)} ${String(resource.name)} ${policy} ${field}: ${message}`,
  );
}

const object = (apiVersion: string, kind: string, name: string, more: Data = {}, namespace = 'shop'): Data => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
});
/** Pods that carry their name as a label. */
const deployment = (name: string, container: Data = {}, pod: Data = {}, namespace = 'shop'): Data =>
  object(
    'apps/v1',
    'Deployment',
    name,
    {
      spec: {
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name, image: `registry.example.com/${name}:1`, ...container }], ...pod },
        },
      },
    },
    namespace,
  );
const service = (name: string, port: number, targetPort: number, more: Data = {}, namespace = 'shop'): Data =>
  object(
    'v1',
    'Service',
    name,
    { spec: { selector: { app: name }, ports: [{ port, targetPort }], ...more } },
    namespace,
  );
const policy = (name: string, spec: Data, namespace = 'shop'): Data =>
  object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec }, namespace);
const app = (name: string): Data => ({ podSelector: { matchLabels: { app: name } } });
const namespaced = (name: string, peer: Data = {}): Data => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
  ...peer,
});

const REDIS_URL = { env: [{ name: 'REDIS_URL', value: 'redis://redis:6379' }] };
const carts = deployment('carts', REDIS_URL);
const redis = deployment('redis', { ports: [{ name: 'redis', containerPort: 6380 }] });
const redisService = service('redis', 6379, 6380);
const DENY = policy('deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const DNS = policy('dns', {
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [{ to: [namespaced('kube-system')], ports: [{ port: 53, protocol: 'UDP' }] }],
});
const out = (port = 6380, to: Data = app('redis')): Data =>
  policy('carts', { ...app('carts'), policyTypes: ['Egress'], egress: [{ to: [to], ports: [{ port }] }] });
const into = (port = 6380, from: Data = app('carts')): Data =>
  policy('redis', { ...app('redis'), ingress: [{ from: [from], ports: [{ port }] }] });
const SHOP = [carts, redis, redisService];

const AT = 'spec.template.spec.containers[0].env[0].value';
const NO_WAY_OUT = `Deployment carts network-policy-connection ${AT}: redis:6379 cannot be reached: no NetworkPolicy lets it out to there from Deployment shop/carts`;
const NO_WAY_IN = `Deployment carts network-policy-connection ${AT}: redis:6379 cannot be reached: no NetworkPolicy lets it in to Deployment shop/redis`;

interface Row {
  readonly what: string;
  readonly set: readonly Data[];
  readonly given?: readonly Data[];
  /** The only violations, as far as their texts go. */
  readonly violations?: readonly string[];
}

const shared = (...readers: readonly string[]): readonly Data[] => [
  object('v1', 'ConfigMap', 'common', { data: { REDIS_URL: 'redis://redis:6379' } }),
  ...readers.map((name) => deployment(name, { envFrom: [{ configMapRef: { name: 'common' } }] })),
  redis,
  redisService,
  DENY,
  DNS,
];
const CLIENTS = [{ key: 'app', operator: 'In', values: ['carts', 'orders'] }];
const host = (value: string): Data =>
  deployment('carts', { env: [{ name: 'DATABASE_URL', value: `jdbc:postgresql://${value}/carts` }] });
const outTo = (...peers: readonly Data[]): Data =>
  policy('carts', { ...app('carts'), policyTypes: ['Egress'], egress: [{ to: peers, ports: [{ port: 5432 }] }] });

const CONNECTIONS: readonly Row[] = [
  { what: 'no policy holds anything', set: SHOP },
  { what: 'out and in by the pods’ port', set: [...SHOP, DENY, DNS, out(), into()] },
  { what: 'not in', set: [...SHOP, DENY, DNS, out()], violations: [`${NO_WAY_IN} (deny)`] },
  { what: 'not out', set: [...SHOP, DENY, DNS, into()], violations: [`${NO_WAY_OUT} (deny, dns)`] },
  {
    what: 'neither out nor in',
    set: [...SHOP, DENY, DNS],
    violations: [`${NO_WAY_OUT} (deny, dns); no NetworkPolicy lets it in to Deployment shop/redis (deny)`],
  },
  { what: 'in by the port of the Service', set: [...SHOP, DENY, DNS, out(), into(6379)], violations: [NO_WAY_IN] },
  { what: 'out by the port of the Service', set: [...SHOP, DENY, DNS, out(6379), into()], violations: [NO_WAY_OUT] },
  {
    what: 'somebody else is let in',
    set: [...SHOP, DENY, DNS, out(), into(6380, app('orders'))],
    violations: [NO_WAY_IN],
  },
  {
    what: 'a policy of another namespace',
    set: [...SHOP, policy('deny', { podSelector: {} }, 'elsewhere')],
  },
  { what: 'a policy that is given holds back too', set: SHOP, given: [policy('deny', {})], violations: [NO_WAY_IN] },
  {
    what: 'a shared address that all may reach',
    set: [
      ...shared('carts', 'orders'),
      policy('clients', {
        podSelector: { matchExpressions: CLIENTS },
        policyTypes: ['Egress'],
        egress: [{ to: [app('redis')] }],
      }),
      into(6380, { podSelector: { matchExpressions: CLIENTS } }),
    ],
  },
  { what: 'a shared address that one of its readers may reach', set: [...shared('carts', 'orders'), out(), into()] },
  {
    what: 'a shared address that none of its readers may reach',
    set: [...shared('carts', 'orders'), into()],
    violations: [
      'ConfigMap common network-policy-connection data.REDIS_URL: redis:6379 cannot be reached: no NetworkPolicy lets it out to there from Deployment shop/carts (deny, dns)',
    ],
  },
  {
    what: 'a name outside, and any block',
    set: [host('db.example.com:5432'), DENY, DNS, outTo({ ipBlock: { cidr: '192.0.2.0/24' } })],
  },
  {
    what: 'a name outside, and no block',
    set: [host('db.example.com:5432'), DENY, DNS, outTo({ namespaceSelector: {} })],
    violations: ['db.example.com:5432 cannot be reached'],
  },
  {
    what: 'an address in the block',
    set: [host('192.0.2.1:5432'), DENY, outTo({ ipBlock: { cidr: '192.0.2.0/24' } })],
  },
  {
    what: 'an address outside of the block',
    set: [host('198.51.100.1:5432'), DENY, outTo({ ipBlock: { cidr: '192.0.2.0/24' } })],
    violations: ['198.51.100.1:5432 cannot be reached'],
  },
  {
    what: 'pods on the network of their node are held by nothing',
    set: [deployment('carts', REDIS_URL, { hostNetwork: true }), redis, redisService, DENY],
  },
];

const DNS_TO = (peer: Data, port: Data = { port: 53, protocol: 'UDP' }): Data =>
  policy('dns', { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [peer], ports: [port] }] });
const NO_DNS =
  'Deployment carts network-policy-dns : its pods cannot ask DNS for redis: no NetworkPolicy lets it out to there from Deployment shop/carts';
const NAMES: readonly Row[] = [
  { what: 'any namespace', set: [...SHOP, DENY, out(), into(), DNS_TO({ namespaceSelector: {} })] },
  { what: 'no way to DNS', set: [...SHOP, DENY, out(), into()], violations: [`${NO_DNS} (carts, deny)`] },
  {
    what: 'TCP alone',
    set: [...SHOP, DENY, out(), into(), DNS_TO({ namespaceSelector: {} }, { port: 53 })],
    violations: [NO_DNS],
  },
  {
    what: 'its own namespace alone',
    set: [...SHOP, DENY, out(), into(), DNS_TO({ podSelector: {} })],
    violations: [NO_DNS],
  },
  { what: 'an address', set: [...SHOP, DENY, out(), into(), DNS_TO({ ipBlock: { cidr: '10.43.0.10/32' } })] },
  {
    what: 'a port by its name',
    set: [...SHOP, DENY, out(), into(), DNS_TO({ namespaceSelector: {} }, { port: 'dns', protocol: 'UDP' })],
  },
  {
    what: 'the port of its pods in OpenShift',
    set: [...SHOP, DENY, out(), into(), DNS_TO({ namespaceSelector: {} }, { port: 5353, protocol: 'UDP' })],
  },
  {
    what: 'an address is asked of nobody',
    set: [host('192.0.2.1:5432'), DENY, outTo({ ipBlock: { cidr: '192.0.2.0/24' } })],
  },
  { what: 'who connects to nothing asks nobody', set: [deployment('carts'), DENY] },
  {
    what: 'DNS in the same namespace, of the set',
    set: [
      ...SHOP,
      deployment('dns', { ports: [{ containerPort: 53, protocol: 'UDP' }] }),
      DENY,
      out(),
      into(),
      DNS_TO({ podSelector: {} }),
    ],
  },
];

const backend = { service: { name: 'redis', port: { number: 6379 } } };
const ingress = object('networking.k8s.io/v1', 'Ingress', 'shop', {
  spec: { rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
});
const controlled = (pod: Data): readonly Data[] => [
  redis,
  redisService,
  ingress,
  deployment('entrance', {}, pod),
  policy('redis', { ...app('redis'), ingress: [{ from: [app('entrance')] }] }),
];
const NO_ENTRANCE = 'network-policy-entrance';
const letIn = (peer: Data, port = 6380): Data =>
  policy('redis', { ...app('redis'), ingress: [{ from: [peer], ports: [{ port }] }] });
const ENTRANCES: readonly Row[] = [
  { what: 'nothing holds it back', set: [redis, redisService, ingress] },
  { what: 'a namespace that is not of the set', set: [redis, redisService, ingress, letIn(namespaced('ingress'))] },
  {
    what: 'the wrong port',
    set: [redis, redisService, ingress, letIn(namespaced('ingress'), 6379)],
    violations: [NO_ENTRANCE],
  },
  {
    what: 'nobody is let in',
    set: [redis, redisService, ingress, policy('deny', {})],
    violations: ['Ingress shop network-policy-entrance spec.rules[0].http.paths[0].backend.service'],
  },
  {
    what: 'pods of the set alone',
    set: [carts, redis, redisService, ingress, letIn(app('carts'))],
    violations: [NO_ENTRANCE],
  },
  {
    what: 'its namespace alone',
    set: [redis, redisService, ingress, letIn({ podSelector: {} })],
    violations: [NO_ENTRANCE],
  },
  { what: 'pods that the set has not', set: [redis, redisService, ingress, letIn(app('entrance'))] },
  { what: 'addresses', set: [redis, redisService, ingress, letIn({ ipBlock: { cidr: '192.0.2.0/24' } })] },
  { what: 'a controller of the set', set: controlled({ serviceAccountName: 'entrance' }) },
  {
    what: 'pods of the set without a token are no controller',
    set: controlled({ serviceAccountName: 'entrance', automountServiceAccountToken: false }),
    violations: [NO_ENTRANCE],
  },
  {
    what: 'nor are those whose account has none',
    set: [
      ...controlled({ serviceAccountName: 'entrance' }),
      object('v1', 'ServiceAccount', 'entrance', { automountServiceAccountToken: false }),
    ],
    violations: [NO_ENTRANCE],
  },
  { what: 'nor are those of the default account', set: controlled({}), violations: [NO_ENTRANCE] },
];

const guard = policy('redis', { ...app('redis') });
const listening = deployment('carts', { ports: [{ containerPort: 8080 }] });
const OPEN: readonly Row[] = [
  { what: 'nobody guards anything', set: [listening, redis] },
  {
    what: 'one is left out',
    set: [listening, redis, guard],
    violations: [
      'Deployment carts network-policy-open : everybody can reach its pods: no NetworkPolicy decides who may',
    ],
  },
  { what: 'none is left out', set: [listening, redis, guard, policy('carts', app('carts'))] },
  { what: 'who listens on nothing', set: [deployment('carts'), redis, guard] },
  {
    what: 'who is in another namespace',
    set: [deployment('carts', { ports: [{ containerPort: 8080 }] }, {}, 'other'), redis, guard],
  },
  { what: 'who is published', set: [listening, service('carts', 80, 8080, { type: 'LoadBalancer' }), redis, guard] },
  {
    what: 'who has a Service of the cluster',
    set: [listening, service('carts', 80, 8080), redis, guard],
    violations: ['network-policy-open'],
  },
  {
    what: 'a rule without peers',
    set: [listening, redis, policy('open', { podSelector: {}, ingress: [{ from: [app('carts')] }, {}] })],
    violations: [
      'NetworkPolicy open network-policy-open spec.ingress[1]: lets everybody reach the pods of Deployment shop/carts, Deployment shop/redis',
    ],
  },
];

describe.each([
  ['connections', CONNECTIONS],
  ['names', NAMES],
  ['entrances', ENTRANCES],
  ['open to everybody', OPEN],
] as const)('%s', (_, rows) => {
  test.each(rows.map((row) => [row.what, row] as const))('%s', (__, { set, given, violations = [] }) => {
    const texts = found(set, given);
    expect(texts).toEqual(violations.map((text) => expect.stringContaining(text) as unknown));
    expect(found(set.toReversed(), given).length).toBe(texts.length);
  });
});
