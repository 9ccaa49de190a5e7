import fc from 'fast-check';
import { Graph } from '../../lib/graph';
import { formatPath } from '../../lib/manifest/manifest';
import { child } from '../../lib/manifest/plain-data';
import type { Path } from '../../lib/manifest/plain-data';
import { compare } from '../../lib/plan/compare';
import type { CompareOptions } from '../../lib/plan/compare';
import { compareTexts, graphOf, manifestsOf } from './manifests';

/** What is told: a line for each object, and one for each of its fields. */
function told(old: string, current: string, options?: CompareOptions): readonly string[] {
  return compareTexts(old, current, options).changes.flatMap(({ action, old: before, new: after, fields }) => {
    const { kind, name } = (after ?? before)?.resource ?? {};
    return [
      `${action} ${kind ?? ''} ${name ?? ''}`,
      ...fields.map(
        (change) => `${formatPath(change.path)}: ${JSON.stringify(change.old)} -> ${JSON.stringify(change.new)}`,
      ),
    ];
  });
}

function manifest(apiVersion: string, kind: string, rest: string, name = 'web'): string {
  const body = rest.replace(/^\n/, '').trimEnd();
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\n${body}\n`;
}

function deployment(podSpec: string, spec = ''): string {
  return manifest(
    'apps/v1',
    'Deployment',
    `spec: { selector: { matchLabels: { app: web } }, template: { metadata: { labels: { app: web } }, spec: { ${podSpec} } }${spec} }`,
  );
}

function container(fields: string): string {
  return deployment(`containers: [{ name: web, image: "web:1", ${fields} }]`);
}

const CONTAINER = 'spec.template.spec.containers[0]';

const configMap = (data: string, name?: string): string => manifest('v1', 'ConfigMap', `data: ${data}`, name);
const service = (spec: string): string => manifest('v1', 'Service', `spec: ${spec}`);
const rollout = (spec: string): string =>
  manifest('argoproj.io/v1alpha1', 'Rollout', `spec: { template: { spec: { ${spec} } } }`);

describe('a field that differs', () => {
  it.each([
    {
      what: 'a value',
      old: configMap('{ A: "1", B: x }'),
      new: configMap('{ A: "2", B: x }'),
      fields: ['data.A: "1" -> "2"'],
    },
    {
      what: 'a field that comes, and one that goes',
      old: configMap('{ A: "1" }'),
      new: configMap('{ B: "1" }'),
      fields: ['data.A: "1" -> undefined', 'data.B: undefined -> "1"'],
    },
    {
      what: 'the version of the API',
      old: manifest('policy/v1beta1', 'PodDisruptionBudget', 'spec: { minAvailable: 1 }'),
      new: manifest('policy/v1', 'PodDisruptionBudget', 'spec: { minAvailable: 1 }'),
      fields: ['apiVersion: "policy/v1beta1" -> "policy/v1"'],
    },
    {
      what: 'a quantity',
      old: container('resources: { requests: { cpu: 1 } }'),
      new: container('resources: { requests: { cpu: 1001m } }'),
      fields: [`${CONTAINER}.resources.requests.cpu: 1 -> "1001m"`],
    },
    {
      what: 'a text that is no quantity, even if it looks like one',
      old: configMap('{ CPU: "1" }'),
      new: configMap('{ CPU: 1000m }'),
      fields: ['data.CPU: "1" -> "1000m"'],
    },
    {
      what: 'a container by its name',
      old: deployment('containers: [{ name: web, image: "web:1" }, { name: log, image: "log:1" }]'),
      new: deployment('containers: [{ name: first, image: "a:1" }, { name: web, image: "web:2" }]'),
      fields: [
        'spec.template.spec.containers[0]: undefined -> {"name":"first","image":"a:1"}',
        'spec.template.spec.containers[1].image: "web:1" -> "web:2"',
        'spec.template.spec.containers[1]: {"name":"log","image":"log:1"} -> undefined',
      ],
    },
    {
      what: 'what a container loses, in the old one',
      old: deployment('containers: [{ name: a, image: "a:1" }, { name: web, image: "web:1", tty: true }]'),
      new: deployment('containers: [{ name: web, image: "web:1" }]'),
      fields: [
        'spec.template.spec.containers[1].tty: true -> undefined',
        'spec.template.spec.containers[0]: {"name":"a","image":"a:1"} -> undefined',
      ],
    },
    {
      what: 'containers in another order, which are other pods',
      old: deployment('containers: [{ name: a, image: "a:1" }, { name: b, image: "b:1" }]'),
      new: deployment('containers: [{ name: b, image: "b:1" }, { name: a, image: "a:1" }]'),
      fields: ['spec.template.spec.containers: [{"name":"a"},{"name":"b"}] -> [{"name":"b"},{"name":"a"}]'],
    },
    {
      what: 'a port by number and protocol',
      old: container('ports: [{ containerPort: 80, name: a }]'),
      new: container('ports: [{ containerPort: 80, protocol: UDP, name: u }, { containerPort: 80, name: b }]'),
      fields: [
        `${CONTAINER}.ports[0]: undefined -> {"containerPort":80,"protocol":"UDP","name":"u"}`,
        `${CONTAINER}.ports[1].name: "a" -> "b"`,
      ],
    },
    {
      what: 'a port that keeps its name and has another number',
      old: service('{ ports: [{ name: a, port: 80 }, { name: b, port: 81 }] }'),
      new: service('{ ports: [{ name: b, port: 82 }, { name: a, port: 80 }] }'),
      fields: ['spec.ports[0].port: 81 -> 82'],
    },
    {
      what: 'a variable by its name',
      old: container('env: [{ name: A, value: x }, { name: B, value: v }]'),
      new: container('env: [{ name: B, value: z }]'),
      fields: [`${CONTAINER}.env[0].value: "v" -> "z"`, `${CONTAINER}.env[0]: {"name":"A","value":"x"} -> undefined`],
    },
    {
      what: 'a volume by its name',
      old: deployment('volumes: [{ name: a, configMap: { name: x } }, { name: b, emptyDir: {} }]'),
      new: deployment('volumes: [{ name: a, configMap: { name: z } }, { name: b, emptyDir: {} }]'),
      fields: ['spec.template.spec.volumes[0].configMap.name: "x" -> "z"'],
    },
    {
      what: 'the claim of a StatefulSet by its name',
      old: manifest(
        'apps/v1',
        'StatefulSet',
        'spec: { volumeClaimTemplates: [{ metadata: { name: data }, spec: { resources: { requests: { storage: 1Gi } } } }] }',
      ),
      new: manifest(
        'apps/v1',
        'StatefulSet',
        'spec: { volumeClaimTemplates: [{ metadata: { name: data }, spec: { resources: { requests: { storage: 2Gi } } } }] }',
      ),
      fields: ['spec.volumeClaimTemplates[0].spec.resources.requests.storage: "1Gi" -> "2Gi"'],
    },
    {
      what: 'arguments as a whole',
      old: container('args: [a, b]'),
      new: container('args: [b, a]'),
      fields: [`${CONTAINER}.args: ["a","b"] -> ["b","a"]`],
    },
    {
      what: 'a rule of a network policy that comes between',
      old: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }], policyTypes: [Egress], podSelector: {} }',
      ),
      new: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 1 }] }, { ports: [{ port: 3 }] }, { ports: [{ port: 2 }] }], policyTypes: [Egress], podSelector: {} }',
      ),
      fields: ['spec.egress[1]: undefined -> {"ports":[{"port":3}]}'],
    },
    {
      what: 'a rule that is another one',
      old: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }], podSelector: {} }',
      ),
      new: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 1 }] }, { ports: [{ port: 3 }] }], podSelector: {} }',
      ),
      fields: ['spec.egress[1].ports[0].port: 2 -> 3'],
    },
    {
      what: 'rules in another order',
      old: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }], podSelector: {} }',
      ),
      new: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { egress: [{ ports: [{ port: 2 }] }, { ports: [{ port: 1 }] }], podSelector: {} }',
      ),
      fields: [
        'spec.egress: [{"ports":[{"port":1}]},{"ports":[{"port":2}]}] -> [{"ports":[{"port":2}]},{"ports":[{"port":1}]}]',
      ],
    },
    {
      what: 'an empty selector, which selects all',
      old: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: b } } }] }] }',
      ),
      new: manifest(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        'spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { a: b } }, namespaceSelector: {} }] }] }',
      ),
      fields: ['spec.ingress[0].from[0].namespaceSelector: undefined -> {}'],
    },
    {
      what: 'a default that is taken away where it is none any more',
      old: container('imagePullPolicy: IfNotPresent'),
      new: container('').replace('web:1', 'web:latest'),
      fields: [
        `${CONTAINER}.image: "web:1" -> "web:latest"`,
        `${CONTAINER}.imagePullPolicy: "IfNotPresent" -> undefined`,
      ],
    },
    {
      what: 'the types of a network policy that are no default',
      old: manifest('networking.k8s.io/v1', 'NetworkPolicy', 'spec: { podSelector: {}, policyTypes: [Egress] }'),
      new: manifest('networking.k8s.io/v1', 'NetworkPolicy', 'spec: { podSelector: {} }'),
      fields: ['spec.policyTypes: ["Egress"] -> undefined'],
    },
    {
      what: 'completions of a Job that are no default beside parallelism',
      old: manifest('batch/v1', 'Job', 'spec: { parallelism: 3, completions: 1 }'),
      new: manifest('batch/v1', 'Job', 'spec: { parallelism: 3 }'),
      fields: ['spec.completions: 1 -> undefined'],
    },
    {
      what: 'a strategy where there was none, by what it says',
      old: deployment(''),
      new: deployment('', ', strategy: { type: Recreate }'),
      fields: ['spec.strategy.type: undefined -> "Recreate"'],
    },
    {
      what: 'replicas that nobody sets any more, even if they are the default',
      old: deployment('', ', replicas: 1'),
      new: deployment(''),
      fields: ['spec.replicas: 1 -> undefined'],
    },
    {
      what: 'a type that is another',
      old: manifest('example.org/v1', 'Thing', 'spec: { a: [1] }'),
      new: manifest('example.org/v1', 'Thing', 'spec: { a: { b: 1 } }'),
      fields: ['spec.a: [1] -> {"b":1}'],
    },
    {
      what: 'a pod template of a custom resource, as of a Deployment',
      old: rollout(
        'containers: [{ name: a, image: "a:1" }, { name: b, image: "b:1", resources: { limits: { cpu: 1 } } }]',
      ),
      new: rollout('containers: [{ name: b, image: "b:2", resources: { limits: { cpu: 1000m } } }]'),
      fields: [
        'spec.template.spec.containers[0].image: "b:1" -> "b:2"',
        'spec.template.spec.containers[0]: {"name":"a","image":"a:1"} -> undefined',
      ],
    },
    {
      what: 'a listener of a Gateway by its name, as its definition says',
      old: manifest(
        'gateway.networking.k8s.io/v1',
        'Gateway',
        'spec: { listeners: [{ name: a, port: 80, protocol: HTTP }, { name: b, port: 443, protocol: HTTPS }] }',
      ),
      new: manifest(
        'gateway.networking.k8s.io/v1',
        'Gateway',
        'spec: { listeners: [{ name: b, port: 444, protocol: HTTPS }, { name: a, port: 80, protocol: HTTP }] }',
      ),
      fields: ['spec.listeners[0].port: 443 -> 444'],
    },
    {
      what: 'fields that are called as what every object has',
      old: manifest('example.org/v1', 'Thing', 'spec: { constructor: 1, toString: a }'),
      new: manifest('example.org/v1', 'Thing', 'spec: { constructor: 2 }'),
      fields: ['spec.constructor: 1 -> 2', 'spec.toString: "a" -> undefined'],
    },
  ])('$what', ({ old, new: current, fields }) => {
    const [object, ...rest] = told(old, current);
    expect(object).toMatch(/^update /);
    expect(rest).toEqual(fields);
  });
});

describe('what makes no difference', () => {
  it.each([
    { what: 'the order of a map', old: configMap('{ A: "1", B: x }'), new: configMap('{ B: x, A: "1" }') },
    {
      what: 'how a quantity is written',
      old: container('resources: { requests: { cpu: 1, memory: 1Gi }, limits: { cpu: "0.5" } }'),
      new: container('resources: { requests: { cpu: 1000m, memory: 1024Mi }, limits: { cpu: 500m } }'),
    },
    {
      what: 'the order of the ports of a Service',
      old: service('{ ports: [{ port: 80, name: a }, { port: 81, name: b }] }'),
      new: service('{ ports: [{ port: 81, name: b }, { port: 80, name: a }] }'),
    },
    {
      what: 'the types that a network policy has anyway',
      old: manifest('networking.k8s.io/v1', 'NetworkPolicy', 'spec: { podSelector: {}, policyTypes: [Ingress] }'),
      new: manifest('networking.k8s.io/v1', 'NetworkPolicy', 'spec: { podSelector: {} }'),
    },
    { what: 'what is null', old: configMap('{ A: "1" }'), new: configMap('{ A: "1", B: null }') },
    {
      what: 'a namespace that is the default one',
      old: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }',
      new: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, namespace: default }',
    },
    {
      what: 'what the API server would fill in',
      old: container('ports: [{ containerPort: 80 }], readinessProbe: { httpGet: { port: 80 } }'),
      new: deployment(
        'restartPolicy: Always, securityContext: {}, containers: [{ name: web, image: "web:1", imagePullPolicy: IfNotPresent, resources: {}, env: [], ports: [{ containerPort: 80, protocol: TCP }], readinessProbe: { httpGet: { port: 80, path: /, scheme: HTTP }, periodSeconds: 10 } }]',
        ', strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 25% } }, revisionHistoryLimit: 10',
      ),
    },
    {
      what: 'where a Secret writes its values',
      old: manifest('v1', 'Secret', 'data: { password: c2VjcmV0 }'),
      new: manifest('v1', 'Secret', 'stringData: { password: secret }\ntype: Opaque'),
    },
    {
      what: 'the status',
      old: manifest('apps/v1', 'Deployment', 'status: { replicas: 1 }'),
      new: manifest('apps/v1', 'Deployment', ''),
    },
  ])('$what', ({ old, new: current }) => {
    expect(told(old, current)).toEqual([]);
    expect(told(current, old)).toEqual([]);
  });
});

describe('every field of real objects', () => {
  /** What stands in an object, down to its texts, numbers and switches. */
  function* leaves(value: unknown, path: Path = []): Generator<Path> {
    if (typeof value === 'object' && value !== null) {
      for (const [key, each] of Object.entries(value)) {
        yield* leaves(each, [...path, Array.isArray(value) ? Number(key) : key]);
      }
    } else {
      yield path;
    }
  }

  /** A copy with another value in one place. */
  function withOther(value: unknown, [key, ...rest]: Path): unknown {
    if (key !== undefined && Array.isArray(value)) {
      return value.map((each: unknown, index) => (index === key ? withOther(each, rest) : each));
    }
    if (key !== undefined) {
      return { ...(value as object), [key]: withOther(child(value, key), rest) };
    }
    return typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : `${String(value)}x`;
  }

  const graph = graphOf(manifestsOf('production'));

  it.each(
    graph.objects.map((object) => ({ object, what: `${object.resource.kind ?? ''} ${object.resource.name ?? ''}` })),
  )('of $what is told when it is another one', ({ object: { manifest: old } }) => {
    const missed: string[] = [];
    for (const path of leaves(old)) {
      const isIdentity =
        ['kind', 'apiVersion'].includes(String(path[0])) || /^metadata,name(space)?$/.test(path.join());
      const [before, after] = [old, withOther(old, path)].map((each) => new Graph([{ manifest: each }]));
      const [change] = before === undefined || after === undefined ? [] : compare(before, after).changes;
      // An item with another name is one that is gone and one that is new.
      const isTold = change?.fields.some((field) => field.path.every((key, index) => key === path[index]));
      if (!isIdentity && isTold !== true) missed.push(formatPath(path));
    }
    expect(missed).toEqual([]);
  });
});

describe('any plain data', () => {
  const names = fc.constantFrom(
    'a',
    'b',
    'constructor',
    '__proto__',
    'kubectl.kubernetes.io/last-applied-configuration',
  );
  const objects = fc.record({
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'argoproj.io/v1alpha1', 'example.org/v1'),
    kind: fc.constantFrom('ConfigMap', 'Secret', 'Deployment', 'Rollout', 'Thing'),
    metadata: fc.record({ name: names, annotations: fc.jsonValue(), managedFields: fc.jsonValue() }),
    spec: fc.jsonValue(),
    data: fc.jsonValue(),
  });

  it('is compared without a crash, and does not differ from itself', () => {
    fc.assert(
      fc.property(
        fc.array(objects, { maxLength: 4 }),
        fc.array(objects, { maxLength: 4 }),
        fc.constantFrom('old' as const, 'new' as const, undefined),
        (a, b, live) => {
          const graph = (manifests: readonly unknown[]): Graph =>
            new Graph(manifests.map((each) => ({ manifest: each })));
          compare(graph(a), graph(b), { live });
          expect(compare(graph(a), graph(structuredClone(a)), { live }).changes).toEqual([]);
        },
      ),
    );
  });
});

describe('objects', () => {
  it('are told by group, kind, namespace and name, in the order of these', () => {
    const old = [configMap('{}', 'gone'), configMap('{ A: x }', 'kept'), service('{}')].join('---\n');
    const current = [configMap('{ A: w }', 'kept'), configMap('{ B: z }', 'added')].join('---\n');
    expect(told(old, current)).toEqual([
      'create ConfigMap added',
      'delete ConfigMap gone',
      'update ConfigMap kept',
      'data.A: "x" -> "w"',
      'delete Service web',
    ]);
  });

  it('of two groups are two, whatever their kind and name', () => {
    const old = manifest('networking.k8s.io/v1', 'Ingress', 'spec: {}');
    const current = manifest('config.example.org/v1', 'Ingress', 'spec: {}');
    expect(told(old, current)).toEqual(['create Ingress web', 'delete Ingress web']);
  });

  it('are taken the first time where they stand twice, as the graph does', () => {
    const twice = [configMap('{ A: x }'), configMap('{ A: y }')].join('---\n');
    expect(told(twice, configMap('{ A: x }'))).toEqual([]);
  });
});

describe('a rename', () => {
  const of = (name: string, rest = ''): string =>
    `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec:
  template:
    spec:
      serviceAccountName: ${name}-runner
      containers: [{ name: ${name}, image: "registry.example/auth:1", env: [{ name: AUTHOR, value: auth }]${rest} }]
`;

  it('is one change, with the fields that repeat the name', () => {
    expect(told(of('auth'), of('login'))).toEqual([
      'rename Deployment login',
      'metadata.labels.app: "auth" -> "login"',
      'metadata.name: "auth" -> "login"',
      'spec.template.spec.containers[0]: undefined -> {"name":"login","image":"registry.example/auth:1","env":[{"name":"AUTHOR","value":"auth"}]}',
      'spec.template.spec.containers[0]: {"name":"auth","image":"registry.example/auth:1","env":[{"name":"AUTHOR","value":"auth"}]} -> undefined',
      'spec.template.spec.serviceAccountName: "auth-runner" -> "login-runner"',
    ]);
  });

  it('is told where a part of the name is repeated', () => {
    const account = (name: string): string =>
      `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}-sa, namespace: shop, labels: { app: ${name} } }\n`;
    expect(told(account('auth'), account('login'))[0]).toBe('rename ServiceAccount login-sa');
  });

  it.each([
    { what: 'something else differs', old: of('auth'), new: of('login', ', tty: true') },
    { what: 'it could be one of two', old: of('auth'), new: [of('login'), of('signin')].join('---\n') },
    { what: 'two could be it', old: [of('auth'), of('signin')].join('---\n'), new: of('login') },
    { what: 'it is in another namespace', old: of('auth'), new: of('login').replace('shop', 'other') },
  ])('is none where $what', ({ old, new: current }) => {
    expect(compareTexts(old, current).changes.map(({ action }) => action)).not.toContain('rename');
  });
});

describe('a Secret', () => {
  const secret = (rest: string): string => manifest('v1', 'Secret', rest);

  it('is called changed, without its values', () => {
    const old = secret('data: { a: b2xk, kept: a2VwdA==, gone: Z29uZQ== }');
    const current = secret('stringData: { a: newvalue, kept: kept, added: addedvalue }');
    expect(told(old, current)).toEqual([
      'update Secret web',
      'stringData.a: "(hidden)" -> "(changed)"',
      'stringData.added: undefined -> "(hidden)"',
      'data.gone: "(hidden)" -> undefined',
    ]);
  });

  it('has no values in what is read of it from a cluster either', () => {
    const applied = `kubectl.kubernetes.io/last-applied-configuration: '{"data":{"a":"b2xk"}}'`;
    const old = secret('data: { a: b2xk }').replace('namespace: shop', `namespace: shop, annotations: { ${applied} }`);
    expect(told(old, secret('data: { a: bmV3 }'), { live: 'old' }).join()).not.toContain('b2xk');
  });
});

describe('an object of a cluster', () => {
  const live = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  uid: 5e5d3bd2-1c9b-4f5c-9a56-b3cfd5a3d2a1
  resourceVersion: "123"
  generation: 4
  creationTimestamp: "2026-01-31T08:00:00Z"
  annotations:
    deployment.kubernetes.io/revision: "3"
    kubectl.kubernetes.io/last-applied-configuration: "{}"
  managedFields:
    - manager: kube-controller-manager
      operation: Update
      subresource: scale
      fieldsV1: { "f:spec": { "f:replicas": {} } }
    - manager: kubectl-client-side-apply
      operation: Update
      fieldsV1: { "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': { ".": {}, "f:image": {} } } } } } }
spec:
  replicas: 5
  progressDeadlineSeconds: 600
  revisionHistoryLimit: 10
  strategy: { type: RollingUpdate, rollingUpdate: { maxSurge: 25%, maxUnavailable: 25% } }
  selector: { matchLabels: { app: web } }
  template:
    metadata: { creationTimestamp: null, labels: { app: web } }
    spec:
      containers:
        - { name: web, image: "web:1", imagePullPolicy: IfNotPresent, resources: {}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File }
      dnsPolicy: ClusterFirst
      restartPolicy: Always
      schedulerName: default-scheduler
      securityContext: {}
      terminationGracePeriodSeconds: 30
status: { replicas: 5 }
`;

  it('does not differ by what the API server and controllers have written', () => {
    expect(told(live, container(''), { live: 'old' })).toEqual([]);
    expect(
      told(live, deployment('containers: [{ name: web, image: "web:1" }]', ', replicas: 2'), { live: 'old' }),
    ).toEqual([]);
  });

  it('differs by what somebody applies', () => {
    expect(told(live, container('').replace('web:1', 'web:2'), { live: 'old' })).toEqual([
      'update Deployment web',
      `${CONTAINER}.image: "web:1" -> "web:2"`,
    ]);
  });

  it('differs by the number of pods that no controller has set', () => {
    const byHand = live.replace('manager: kube-controller-manager', 'manager: kubectl');
    expect(
      told(byHand, deployment('containers: [{ name: web, image: "web:1" }]', ', replicas: 2'), { live: 'old' }),
    ).toEqual(['update Deployment web', 'spec.replicas: 5 -> 2']);
  });

  it('has fields in items of lists that a controller owns', () => {
    const owned = live.replace('manager: kubectl-client-side-apply', 'manager: rollouts-controller');
    expect(told(owned, container('').replace('web:1', 'web:2'), { live: 'old' })).toEqual([]);
  });

  it('differs by what the API server could have set, and somebody wants', () => {
    const finalizer = container('').replace('namespace: shop', 'namespace: shop, finalizers: [example.org/a]');
    expect(told(live, finalizer, { live: 'old' })).toEqual([
      'update Deployment web',
      'metadata.finalizers: undefined -> ["example.org/a"]',
    ]);
    expect(told(container(''), live, { live: 'new' })).toEqual([]);
  });

  it('keeps the addresses that the API server gives a Service', () => {
    const assigned = service(
      '{ clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1], ipFamilies: [IPv4], ipFamilyPolicy: SingleStack, internalTrafficPolicy: Cluster, sessionAffinity: None, type: NodePort, ports: [{ port: 80, protocol: TCP, targetPort: 80, nodePort: 31000 }] }',
    );
    const written = service('{ type: NodePort, ports: [{ port: 80 }] }');
    expect(told(assigned, written, { live: 'old' })).toEqual([]);
    expect(told(assigned, written)).not.toEqual([]);
  });
});
