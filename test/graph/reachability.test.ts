import { Graph } from '../../lib/graph/graph';
import type { Workload } from '../../lib/graph/model';
import { type Party, type Port, Reachability } from '../../lib/graph/reachability';

// Each row is one field away from a row that answers the other way.

const http: Port = { port: 8080, protocol: 'TCP' };
const CARTS = { app: 'carts', tier: 'backend' };
const ORDERS = { app: 'orders', tier: 'backend' };
const PROBE = { app: 'probe' };

const pod = (namespace: string, name: string, labels: object, spec: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: { containers: [{ name, ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
});
const namespace = (name: string, labels: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});
const policy = (spec: object, where = 'shop', name = 'policy'): object => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: where },
  spec,
});

/** Pods `carts` and `orders` in namespace `shop`, `probe` in `monitoring` (team: watch), and `stray` in a namespace that the set lacks. */
const PODS = [
  namespace('shop'),
  namespace('monitoring', { team: 'watch' }),
  pod('shop', 'carts', CARTS),
  pod('shop', 'orders', ORDERS),
  pod('monitoring', 'probe', PROBE),
  pod('elsewhere', 'stray', PROBE),
  pod('shop', 'agent', { app: 'agent' }, { hostNetwork: true }),
];

class Set {
  private readonly graph: Graph;
  public readonly reachability: Reachability;

  public constructor(...objects: readonly object[]) {
    this.graph = new Graph([...PODS, ...objects].map((manifest) => ({ manifest })));
    this.reachability = new Reachability(this.graph);
  }

  public pods(name: string, addresses?: readonly string[]): Party {
    return { type: 'pods', workload: this.workload(name), ...(addresses && { addresses }) };
  }

  public workload(name: string): Workload {
    const found = this.graph.workloads.find(({ resource }) => resource.name === name);
    if (found === undefined) {
      throw new Error(`there is no ${name}`);
    }
    return found;
  }
}

const stranger: Party = { type: 'stranger', mightBe: () => false };
const hosts = (...names: readonly string[]): Party => ({ type: 'hosts', hosts: names });
const ALL = { podSelector: {} };
const ingress = (...rules: readonly object[]): object => ({ ...ALL, ingress: rules });
const from = (...peers: readonly object[]): object => ingress({ from: peers });
const egress = (...rules: readonly object[]): object => ({ ...ALL, policyTypes: ['Egress'], egress: rules });
const to = (...peers: readonly object[]): object => egress({ to: peers });
const named = (...names: readonly string[]): object => ({
  namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: names }] },
});
const OPEN = [] as const;
const CLOSED_IN = ['ingress'] as const;
const CLOSED_OUT = ['egress'] as const;
/** The directions in which a connection is held back; of a policy in `shop` unless it says otherwise. */
type Row = readonly [what: string, spec: object, answer: readonly string[]];

/** The directions that hold somebody back from `orders` at port 8080, or another. */
function heldBack(spec: object, party: (set: Set) => Party, port = http): readonly string[] {
  const set = new Set(policy(spec));
  return set.reachability.barriers(party(set), set.pods('orders'), port).map(({ direction }) => direction);
}

describe('isolation', () => {
  const rows: readonly Row[] = [
    ['a policy selects it by an empty selector', { podSelector: {} }, CLOSED_IN],
    ['a policy has no selector, which is an empty one', {}, CLOSED_IN],
    ['a policy selects it by a label', { podSelector: { matchLabels: { app: 'orders' } } }, CLOSED_IN],
    ['a policy selects others by a label', { podSelector: { matchLabels: { app: 'payments' } } }, OPEN],
    [
      'a policy selects it by an expression',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['orders'] }] } },
      CLOSED_IN,
    ],
    [
      'a policy selects others by an expression',
      { podSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['orders'] }] } },
      OPEN,
    ],
    ['types are not said: Ingress', { ...ALL }, CLOSED_IN],
    ['types are empty: Ingress', { ...ALL, policyTypes: [] }, CLOSED_IN],
    ['types are Ingress', { ...ALL, policyTypes: ['Ingress'] }, CLOSED_IN],
    ['types are Egress alone', { ...ALL, policyTypes: ['Egress'] }, CLOSED_OUT],
    ['types are both', { ...ALL, policyTypes: ['Ingress', 'Egress'] }, ['egress', 'ingress']],
    ['types are not said, and there is an egress rule: both', { ...ALL, egress: [{}] }, CLOSED_IN],
    [
      'types are not said, and there is an egress rule that does not lead there: both',
      { ...ALL, egress: [{ ports: [{ port: 1 }] }] },
      ['egress', 'ingress'],
    ],
    ['types are not said, and egress is empty: Ingress', { ...ALL, egress: [] }, CLOSED_IN],
    ['types are Ingress, and there is an egress rule', { ...ALL, policyTypes: ['Ingress'], egress: [] }, CLOSED_IN],
    ['there are no ingress rules', ingress(), CLOSED_IN],
    ['there is an empty ingress rule', ingress({}), OPEN],
    ['there is an empty egress rule', egress({}), OPEN],
    ['there are no egress rules', egress(), CLOSED_OUT],
  ];
  test.each(rows)('%s', (_, spec, answer) => {
    expect(heldBack(spec, (set) => set.pods('carts'))).toEqual(answer);
  });

  test('a policy of another namespace decides nothing', () => {
    const set = new Set(policy({ podSelector: {} }, 'monitoring'));
    expect(set.reachability.barriers(set.pods('carts'), set.pods('orders'), http)).toEqual([]);
  });

  test('policies add up: one of them lets it in', () => {
    const set = new Set(policy({}, 'shop', 'deny'), policy(from({ podSelector: {} }), 'shop', 'allow'));
    expect(set.reachability.barriers(set.pods('carts'), set.pods('orders'), http)).toEqual([]);
  });

  test('a connection must be let out and in', () => {
    const [out, into] = [policy(to({ podSelector: {} }), 'shop', 'out'), policy(from(named('shop')), 'shop', 'in')];
    const direction = (...policies: readonly object[]): readonly string[] => {
      const set = new Set(policy({ policyTypes: ['Ingress', 'Egress'] }, 'shop', 'deny'), ...policies);
      return set.reachability.barriers(set.pods('carts'), set.pods('orders'), http).map((barrier) => barrier.direction);
    };
    expect(direction(out, into)).toEqual([]);
    expect(direction(out)).toEqual(['ingress']);
    expect(direction(into)).toEqual(['egress']);
  });

  test('a barrier names whose pods, and all policies that decide', () => {
    const deny = policy({}, 'shop', 'deny');
    const other = policy(from({ podSelector: { matchLabels: { app: 'payments' } } }), 'shop', 'orders');
    const set = new Set(deny, other, policy({ podSelector: { matchLabels: { app: 'carts' } } }, 'shop', 'carts'));
    const [barrier] = set.reachability.barriers(set.pods('carts'), set.pods('orders'), http);
    expect(barrier?.workload.resource.name).toBe('orders');
    expect(barrier?.policies.map(({ manifest }) => manifest)).toEqual([deny, other]);
  });
});

describe('peers', () => {
  const carts = (set: Set): Party => set.pods('carts');
  const probe = (set: Set): Party => set.pods('probe');
  const stray = (set: Set): Party => set.pods('stray');
  const agent = (set: Set): Party => set.pods('agent');
  const at =
    (address: string, name = 'carts') =>
    (set: Set): Party =>
      set.pods(name, [address]);
  const watch = { namespaceSelector: { matchLabels: { team: 'watch' } } };
  const block = (cidr: string, ...except: readonly string[]): object => ({ ipBlock: { cidr, except } });
  const rows: readonly (readonly [string, object, (set: Set) => Party, readonly string[]])[] = [
    ['no peers: everybody', from(), carts, OPEN],
    ['no peers: everybody, of another namespace too', from(), probe, OPEN],
    ['no peers: hosts too', from(), () => hosts('192.0.2.1'), OPEN],
    ['a pod selector that it meets', from({ podSelector: { matchLabels: { app: 'carts' } } }), carts, OPEN],
    ['a pod selector that it does not', from({ podSelector: { matchLabels: { app: 'cart' } } }), carts, CLOSED_IN],
    ['an empty pod selector: all of the namespace', from({ podSelector: {} }), carts, OPEN],
    ['an empty pod selector: none of another', from({ podSelector: {} }), probe, CLOSED_IN],
    ['the labels of a pod of another namespace', from({ podSelector: { matchLabels: PROBE } }), probe, CLOSED_IN],
    ['an empty pod selector: no hosts', from({ podSelector: {} }), () => hosts('10.42.0.9'), CLOSED_IN],
    ['an empty namespace selector: all pods', from({ namespaceSelector: {} }), probe, OPEN],
    ['an empty namespace selector: no hosts', from({ namespaceSelector: {} }), () => hosts('10.42.0.9'), CLOSED_IN],
    ['a label of its namespace', from(watch), probe, OPEN],
    ['a label of another namespace', from(watch), carts, CLOSED_IN],
    ['the name of its namespace', from(named('monitoring')), probe, OPEN],
    ['the name of another namespace', from(named('monitoring')), carts, CLOSED_IN],
    ['both of one peer: namespace and pod', from({ ...watch, podSelector: { matchLabels: PROBE } }), probe, OPEN],
    ['both of one peer: not the pod', from({ ...watch, podSelector: { matchLabels: CARTS } }), probe, CLOSED_IN],
    ['both of one peer: not the namespace', from({ ...watch, podSelector: { matchLabels: CARTS } }), carts, CLOSED_IN],
    ['namespace and pod, all pods of it', from({ ...watch, podSelector: {} }), probe, OPEN],
    ['one of two peers', from(watch, { podSelector: { matchLabels: CARTS } }), carts, OPEN],
    ['one of two rules', ingress({ from: [watch] }, { from: [{ podSelector: {} }] }), carts, OPEN],
    ['null for a selector is none', from({ namespaceSelector: null, podSelector: {} }), probe, CLOSED_IN],
    ['a peer that says nothing selects nobody', from({}), carts, CLOSED_IN],
    // What the set does not tell.
    ['a label of a namespace that the set does not have', from(watch), stray, OPEN],
    ['the name of one that it does not have', from(named('elsewhere')), stray, OPEN],
    ['another name than that of one that it does not have', from(named('monitoring')), stray, CLOSED_IN],
    ['of that one, pods by their labels', from({ ...watch, podSelector: { matchLabels: PROBE } }), stray, OPEN],
    ['of that one, not these pods', from({ ...watch, podSelector: { matchLabels: CARTS } }), stray, CLOSED_IN],
    // Addresses.
    ['a block that has the host', from(block('192.0.2.0/24')), () => hosts('192.0.2.1'), OPEN],
    ['a block that has not', from(block('192.0.2.0/25')), () => hosts('192.0.2.129'), CLOSED_IN],
    ['an exception for the host', from(block('192.0.2.0/24', '192.0.2.0/28')), () => hosts('192.0.2.1'), CLOSED_IN],
    ['an exception for others', from(block('192.0.2.0/24', '192.0.2.0/28')), () => hosts('192.0.2.16'), OPEN],
    [
      'an exception, and another block',
      from(block('192.0.2.0/24', '192.0.2.0/28'), block('192.0.2.1/32')),
      () => hosts('192.0.2.1'),
      OPEN,
    ],
    ['one of two hosts', from(block('192.0.2.1/32')), () => hosts('192.0.2.1', '192.0.2.2'), CLOSED_IN],
    [
      'each of two hosts',
      from(block('192.0.2.1/32'), block('192.0.2.2/32')),
      () => hosts('192.0.2.1', '192.0.2.2'),
      OPEN,
    ],
    ['a block of the other family', from(block('::/0')), () => hosts('192.0.2.1'), CLOSED_IN],
    ['a block of version 6', from(block('2001:db8::/32')), () => hosts('2001:db8::1'), OPEN],
    ['no range', from(block('192.0.2.0')), () => hosts('192.0.2.0'), CLOSED_IN],
    ['a name, which may be in the block', from(block('192.0.2.0/24')), () => hosts('db.example.com'), OPEN],
    ['a name is no pod', from(watch), () => hosts('db.example.com'), CLOSED_IN],
    ['a pod with an address in the block', from(block('10.42.0.0/24')), at('10.42.0.9'), OPEN],
    ['a pod with an address outside', from(block('10.42.1.0/24')), at('10.42.0.9'), CLOSED_IN],
    ['a pod that nobody knows the address of', from(block('10.42.1.0/24')), carts, OPEN],
    ['such a pod, and public addresses', from(block('192.0.2.0/24')), carts, CLOSED_IN],
    ['such a pod, and everything', from(block('0.0.0.0/0')), carts, OPEN],
    [
      'such a pod, and everything that is public',
      from(block('0.0.0.0/0', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10')),
      carts,
      CLOSED_IN,
    ],
    [
      'such a pod, and everything but one private range',
      from(block('0.0.0.0/0', '10.0.0.0/8', '172.16.0.0/12', '100.64.0.0/10')),
      carts,
      OPEN,
    ],
    ['such a pod, and everything of version 6 that is public', from(block('::/0', 'fc00::/7')), carts, CLOSED_IN],
    // On the network of the node.
    ['a pod on the network of its node, which may be the same', from(named('monitoring')), agent, OPEN],
    // Of whom the set says nothing.
    ['a stranger, and everybody', from(), () => stranger, OPEN],
    ['a stranger, and pods of the namespace', from({ podSelector: {} }), () => stranger, CLOSED_IN],
    [
      'a stranger, and pods of the namespace that the set has not',
      from({ podSelector: { matchLabels: { app: 'nginx' } } }),
      () => stranger,
      OPEN,
    ],
    ['a stranger, and a namespace that the set makes', from(named('monitoring')), () => stranger, CLOSED_IN],
    ['a stranger, and such a one or another', from(named('monitoring', 'ingress')), () => stranger, OPEN],
    ['a stranger, and one that it does not make', from(named('elsewhere')), () => stranger, OPEN],
    ['a stranger, and namespaces by a label', from(watch), () => stranger, OPEN],
    ['a stranger, and addresses', from(block('192.0.2.0/24')), () => stranger, OPEN],
    [
      'a stranger, and pods of the namespace of which one might be he',
      from({ podSelector: { matchLabels: CARTS } }),
      () => ({ type: 'stranger', mightBe: ({ resource }) => resource.name === 'carts' }),
      OPEN,
    ],
    [
      'a stranger, and others',
      from({ podSelector: { matchLabels: ORDERS } }),
      () => ({ type: 'stranger', mightBe: ({ resource }) => resource.name === 'carts' }),
      CLOSED_IN,
    ],
    [
      'a stranger, and the namespace of one that might be he',
      from({ podSelector: {} }),
      () => ({ type: 'stranger', mightBe: ({ resource }) => resource.name === 'carts' }),
      OPEN,
    ],
  ];
  test.each(rows)('%s', (_, spec, party, answer) => {
    expect(heldBack(spec, party)).toEqual(answer);
  });

  test('what the cluster itself has in kube-system is not of the set', () => {
    const SYSTEM = 'kube-system';
    const set = new Set(
      namespace(SYSTEM),
      pod(SYSTEM, 'agents', { app: 'agents' }),
      policy(from({ podSelector: {} }), SYSTEM),
    );
    expect(set.reachability.barriers(stranger, set.pods('agents'), http)).toEqual([]);
  });

  test('a namespace that is given is not known whole', () => {
    const spec = from(named('kitchen'));
    const directions = (isGiven: boolean): readonly string[] => {
      const objects = [...PODS, pod('kitchen', 'cook', { app: 'cook' }), policy(spec)].map((manifest) => ({
        manifest,
      }));
      const graph = new Graph([...objects, { manifest: namespace('kitchen'), isGiven }]);
      const orders = graph.workloads.find(({ resource }) => resource.name === 'orders');
      return orders === undefined
        ? ['no orders']
        : new Reachability(graph)
            .barriers(stranger, { type: 'pods', workload: orders }, http)
            .map(({ direction }) => direction);
    };
    expect(directions(true)).toEqual([]);
    expect(directions(false)).toEqual(['ingress']);
  });

  test('what goes out is judged by the same rules', () => {
    const out = (peer: object, party: (set: Set) => Party): readonly string[] => {
      const set = new Set(policy(to(peer)));
      return set.reachability.barriers(set.pods('carts'), party(set), http).map(({ direction }) => direction);
    };
    expect(out({ podSelector: { matchLabels: ORDERS } }, (set) => set.pods('orders'))).toEqual([]);
    expect(out({ podSelector: { matchLabels: PROBE } }, (set) => set.pods('orders'))).toEqual(['egress']);
    expect(out(watch, probe)).toEqual([]);
    expect(out(block('192.0.2.0/24'), () => hosts('db.example.com'))).toEqual([]);
    expect(out({ podSelector: {} }, () => hosts('db.example.com'))).toEqual(['egress']);
    expect(out(block('192.0.2.0/24'), agent)).toEqual([]);
    expect(out({ podSelector: {} }, () => stranger)).toEqual(['egress']);
    expect(out({ namespaceSelector: {} }, () => stranger)).toEqual([]);
  });

  test('no policy holds pods on the network of their node', () => {
    const set = new Set(policy({ policyTypes: ['Ingress', 'Egress'] }));
    expect(set.reachability.barriers(set.pods('agent'), hosts('192.0.2.1'), http)).toEqual([]);
    expect(set.reachability.barriers(set.pods('probe'), set.pods('agent'), http)).toEqual([]);
    expect(set.reachability.isIsolated(set.workload('agent'), 'egress')).toBe(false);
    expect(set.reachability.isIsolated(set.workload('carts'), 'egress')).toBe(true);
  });
});

describe('ports', () => {
  const rows: readonly (readonly [string, object | undefined, Port, readonly string[]])[] = [
    ['none: all', undefined, http, OPEN],
    ['its number', { port: 8080 }, http, OPEN],
    ['another number', { port: 8081 }, http, CLOSED_IN],
    ['its number, of the protocol', { port: 8080, protocol: 'UDP' }, { port: 8080, protocol: 'UDP' }, OPEN],
    ['its number, of another protocol', { port: 8080, protocol: 'UDP' }, http, CLOSED_IN],
    ['no protocol is TCP', { port: 8080 }, { port: 8080, protocol: 'UDP' }, CLOSED_IN],
    ['a protocol alone', { protocol: 'TCP' }, http, OPEN],
    ['another protocol alone', { protocol: 'SCTP' }, http, CLOSED_IN],
    ['null for a port is none', { port: null }, http, OPEN],
    ['the first of a range', { port: 8080, endPort: 8090 }, http, OPEN],
    ['the last of a range', { port: 8000, endPort: 8080 }, http, OPEN],
    ['before a range', { port: 8081, endPort: 8090 }, http, CLOSED_IN],
    ['after a range', { port: 8000, endPort: 8079 }, http, CLOSED_IN],
    ['its name', { port: 'http' }, http, OPEN],
    ['another name', { port: 'metrics' }, http, CLOSED_IN],
    ['its name, and another number', { port: 'http' }, { port: 8081, protocol: 'TCP' }, CLOSED_IN],
    ['its name, of another protocol', { port: 'http', protocol: 'UDP' }, { port: 8080, protocol: 'UDP' }, CLOSED_IN],
  ];
  test.each(rows)('%s', (_, port, wanted, answer) => {
    const spec = ingress({ ports: port === undefined ? [] : [port] });
    expect(heldBack(spec, (set) => set.pods('carts'), wanted)).toEqual(answer);
  });

  test('one of two', () => {
    expect(heldBack(ingress({ ports: [{ port: 1 }, { port: 8080 }] }), (set) => set.pods('carts'))).toEqual([]);
  });

  test('a rule asks for the port and for the peer', () => {
    const rules = [{ ports: [{ port: 8080 }], from: [named('monitoring')] }, { ports: [{ port: 1 }] }];
    expect(heldBack(ingress(...rules), (set) => set.pods('probe'))).toEqual([]);
    expect(heldBack(ingress(...rules), (set) => set.pods('carts'))).toEqual(['ingress']);
  });

  test('a name is that of a port of those who are connected to', () => {
    const out = (party: (set: Set) => Party): readonly string[] => {
      const set = new Set(policy(egress({ ports: [{ port: 'http' }] })));
      return set.reachability.barriers(set.pods('carts'), party(set), http).map(({ direction }) => direction);
    };
    expect(out((set) => set.pods('orders'))).toEqual([]);
    expect(out(() => hosts('192.0.2.1'))).toEqual(['egress']);
    expect(out(() => stranger)).toEqual([]);
  });

  test('a sidecar has ports too', () => {
    const sidecar = { name: 'sidecar', restartPolicy: 'Always', ports: [{ name: 'proxy', containerPort: 8080 }] };
    const set = new Set(
      pod('shop', 'payments', { app: 'payments' }, { initContainers: [sidecar] }),
      policy(ingress({ ports: [{ port: 'proxy' }] })),
    );
    expect(set.reachability.barriers(set.pods('carts'), set.pods('payments'), http)).toEqual([]);
  });
});

describe('who can be reached by everybody', () => {
  const WHOM = 'orders';
  const open = (...policies: readonly object[]): readonly unknown[] =>
    new Set(...policies).reachability
      .openToEverybody()
      .filter(({ workload }) => workload.resource.name === WHOM)
      .map((found) => found.policy?.resource.name ?? 'none');
  const rows: readonly (readonly [string, readonly object[], readonly string[]])[] = [
    ['who no policy selects', [policy({ podSelector: { matchLabels: CARTS } })], ['none']],
    ['whom a policy of egress alone selects', [policy(egress())], ['none']],
    ['nobody behind a policy without rules', [policy({})], []],
    ['who lets everybody in', [policy(ingress({}))], ['policy']],
    ['who lets everybody in at a port', [policy(ingress({ ports: [{ port: 8080 }] }))], ['policy']],
    ['who lets all pods in', [policy(from({ namespaceSelector: {} }))], ['policy']],
    ['who lets all pods in, said twice', [policy(from({ namespaceSelector: {}, podSelector: {} }))], ['policy']],
    ['who lets all addresses in', [policy(from({ ipBlock: { cidr: '0.0.0.0/0' } }))], ['policy']],
    ['who lets all of version 6 in', [policy(from({ ipBlock: { cidr: '::/0' } }))], ['policy']],
    ['not who lets most addresses in', [policy(from({ ipBlock: { cidr: '0.0.0.0/1' } }))], []],
    ['not who has an exception', [policy(from({ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }))], []],
    ['not who lets its namespace in', [policy(from({ podSelector: {} }))], []],
    [
      'not who lets some pods of all namespaces in',
      [policy(from({ namespaceSelector: {}, podSelector: { matchLabels: CARTS } }))],
      [],
    ],
    ['not who lets a namespace in', [policy(from(named('monitoring')))], []],
    ['by one policy of two', [policy({}, 'shop', 'deny'), policy(ingress({}), 'shop', 'allow')], ['allow']],
  ];
  test.each(rows)('%s', (_, policies, answer) => {
    expect(open(...policies)).toEqual(answer);
  });
});
