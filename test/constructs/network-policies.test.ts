import { ApiObject, App, Chart, Duration, Size } from 'cdk8s';
import { Cpu, k8s } from '../../imports/k8s';
import { declareConnections } from '../../lib/constructs/connections';
import { ConfigMap } from '../../lib/constructs/config-map';
import { CronJob } from '../../lib/constructs/cron-job';
import { API_SERVER, type Endpoint, podPeer } from '../../lib/constructs/endpoint';
import { ExternalHostService } from '../../lib/constructs/external-host-service';
import { Ingress } from '../../lib/constructs/ingress';
import { Job } from '../../lib/constructs/job';
import { KafkaKraft, type KafkaKraftProps } from '../../lib/constructs/kafka-kraft';
import { NetworkPolicies, type NetworkPoliciesProps } from '../../lib/constructs/network-policies';
import { Patch } from '../../lib/constructs/patch';
import { podTemplate } from '../../lib/constructs/pod-template';
import { Probe } from '../../lib/constructs/probe';
import { ServiceType } from '../../lib/constructs/service';
import { SpringService } from '../../lib/constructs/spring-service';
import { Volume } from '../../lib/constructs/volumes';
import { WebService, type WebServiceProps } from '../../lib/constructs/web-service';
import { Worker } from '../../lib/constructs/worker';
import { Engine } from '../../lib/policy/engine';
import { policies } from '../../lib/policy/policies';
import { synthesizeCharts } from '../../lib/synth/manifests';
import { asYaml, find, type Manifest, synthesized, testChart } from '../testing';
import { ASKS_DNS, waysOf } from '../network-policies';
import { SMALL } from './pod-props';

const DNS = { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } as const;
const CONTROLLER = { type: 'pods', namespace: 'edge', labels: { app: 'controller' } } as const;
const SCRAPER = { type: 'pods', namespace: 'watch', labels: { app: 'prometheus' } } as const;
const CLUSTER: NetworkPoliciesProps = {
  dns: { peer: DNS },
  apiServer: { ranges: ['10.0.0.0/18'], port: 6443 },
  entrance: CONTROLLER,
  exposedTo: ({ namespace, name }) => ({
    type: 'pods',
    namespace: 'balancers',
    labels: { of: `${namespace}.${name}` },
  }),
  metricsScraper: SCRAPER,
};
const WEB: WebServiceProps = { image: 'shop/web:1.0', port: 8080, resources: SMALL };
const probe = Probe.fromCommand(['true'], { failureThreshold: 60 });
const WORKER = {
  image: 'shop/mailer:1.0',
  resources: SMALL,
  probes: { startup: probe, readiness: probe, liveness: probe },
};
const JVM = {
  cpu: { request: Cpu.millis(200) },
  memory: { request: Size.mebibytes(640), limit: Size.mebibytes(768) },
};
const REDIS: Endpoint = { host: '192.0.2.20', port: 6379 };

/** The policies of what is made in a chart. */
function policiesOf(make: (chart: Chart) => void, props: Partial<NetworkPoliciesProps> = {}): Manifest[] {
  const chart = testChart();
  make(chart);
  const { policies: made, defaultDenies } = new NetworkPolicies(chart, 'network-policies', { ...CLUSTER, ...props });
  return [...made, ...defaultDenies].map((policy) => policy.toJson() as Manifest);
}

describe('a shop', () => {
  const shop = (chart: Chart): void => {
    const postgres = new ExternalHostService(chart, 'postgres', {
      host: 'db.example.com',
      ranges: ['10.0.64.0/20'],
      ports: [{ name: 'postgresql', port: 5432 }],
    });
    const kafka = new KafkaKraft(chart, 'kafka', { replicas: 3 });
    const orders = new SpringService(chart, 'orders', {
      image: 'shop/orders:1.0',
      port: 8081,
      resources: JVM,
      managementPort: 9001,
      config: { MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,prometheus' },
      database: { endpoint: postgres.endpoint(), name: 'orders', username: 'orders' },
      kafka,
      redis: REDIS,
      traces: { host: 'otel.watch.svc.cluster.local', port: 4317, peer: { ...SCRAPER, labels: { app: 'otel' } } },
      canary: [{ weight: 50 }],
    });
    const web = new WebService(chart, 'web', {
      ...WEB,
      service: { servicePort: 80 },
      environment: { ORDERS: 'orders:8081' },
      connectsTo: [orders.endpoint],
    });
    new Worker(chart, 'mailer', {
      ...WORKER,
      environment: { KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers },
      connectsTo: [kafka.endpoint],
      ports: [{ name: 'm', port: 9000 }],
      metrics: { port: 9000 },
    });
    new Ingress(chart, 'shop', { ingressClassName: 'traefik', routes: [{ path: '/', service: web }] });
  };
  const manifests = policiesOf(shop);

  test('is what the snapshot shows', () => {
    expect(asYaml(manifests)).toMatchSnapshot();
  });

  test.each<[string, { readonly in: string[]; readonly out: string[] }]>([
    [
      'orders',
      {
        in: ['web:8081', 'watch/app=prometheus:9001'],
        out: [...ASKS_DNS, 'watch/app=otel:4317', '10.0.64.0/20:5432', '192.0.2.20/32:6379', 'kafka:9092'],
      },
    ],
    ['web', { in: ['edge/app=controller:8080'], out: [...ASKS_DNS, 'orders:8081'] }],
    ['mailer', { in: ['watch/app=prometheus:9000'], out: [...ASKS_DNS, 'kafka:9092'] }],
    [
      'kafka',
      {
        in: ['kafka:9092', 'kafka:9093', 'mailer:9092', 'orders:9092'],
        out: [...ASKS_DNS, 'kafka:9092', 'kafka:9093'],
      },
    ],
  ])('lets through of %s what it needs, and no more', (name, expected) => {
    expect(waysOf(manifests, name)).toEqual(expected);
  });

  test('selects the pods of each by the label that its workload selects them by', () => {
    for (const name of ['orders', 'web', 'mailer', 'kafka']) {
      expect(find(manifests, 'NetworkPolicy', name)).toMatchObject({
        metadata: { namespace: 'shop' },
        spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': name } }, policyTypes: ['Ingress', 'Egress'] },
      });
    }
  });

  test('denies whatever else runs there', () => {
    expect(find(manifests, 'NetworkPolicy', 'default-deny')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    expect(policiesOf(shop, { defaultDeny: false }).map(({ metadata }) => metadata.name)).not.toContain('default-deny');
  });

  test('violates no policy', () => {
    const chart = testChart();
    shop(chart);
    new NetworkPolicies(chart, 'network-policies', CLUSTER);
    const subjects = synthesized(chart).map((manifest) => ({ id: undefined, manifest }));
    const violations = [...new Engine(policies({ labels: [] })).evaluate(subjects)].map(({ violation }) => violation);

    expect(violations.filter(({ resource: { kind } }) => kind === 'NetworkPolicy')).toEqual([]);
    expect(violations.filter(({ policy }) => policy.startsWith('network-policy-'))).toEqual([]);
  });
});

test('who connects to nothing is let out nowhere, and whom nobody connects to lets nobody in', () => {
  const [policy] = policiesOf((chart) => new Worker(chart, 'mailer', WORKER), { defaultDeny: false });

  expect(policy?.['spec']).toEqual({
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'mailer' } },
    policyTypes: ['Ingress', 'Egress'],
  });
});

test('who connects to addresses alone asks no DNS', () => {
  const manifests = policiesOf((chart) => new Worker(chart, 'mailer', { ...WORKER, connectsTo: [REDIS] }));

  expect(waysOf(manifests, 'mailer').out).toEqual(['192.0.2.20/32:6379']);
});

test.each<[string, NetworkPoliciesProps['dns'], string[]]>([
  ['on another port of its pods', { peer: DNS, port: 5353 }, ASKS_DNS.map((way) => way.replace(':53', ':5353'))],
  [
    'as a cache on every node',
    { peer: { type: 'addresses', ranges: ['169.254.20.10/32'] } },
    ['169.254.20.10/32:53', '169.254.20.10/32:53/UDP'],
  ],
])('asks DNS %s', (_, dns, expected) => {
  const mail: Endpoint = {
    host: 'mail.example.com',
    port: 25,
    peer: { type: 'addresses', ranges: ['198.51.100.0/24'] },
  };
  const manifests = policiesOf((chart) => new Worker(chart, 'mailer', { ...WORKER, connectsTo: [mail] }), { dns });

  expect(waysOf(manifests, 'mailer').out).toEqual(expect.arrayContaining(expected));
  expect(waysOf(manifests, 'mailer').out).toHaveLength(3);
});

test('who asks the API server reaches it where it answers, and nobody else does', () => {
  const manifests = policiesOf((chart) => {
    new Job(chart, 'backup', { image: 'shop/backup:1.0', resources: SMALL, connectsTo: [API_SERVER] });
    new Worker(chart, 'mailer', WORKER);
  });

  expect(waysOf(manifests, 'backup').out).toContain('10.0.0.0/18:6443');
  expect(waysOf(manifests, 'mailer').out).toEqual([]);
});

test('jobs have policies that outlive each of them', () => {
  const manifests = policiesOf((chart) => {
    new Job(chart, 'migrations', { image: 'shop/m:1.0', resources: SMALL, nameSuffixHash: true, connectsTo: [REDIS] });
    new CronJob(chart, 'report', { image: 'shop/r:1.0', resources: SMALL, schedule: '@daily', connectsTo: [REDIS] });
  });

  for (const name of ['migrations', 'report']) {
    expect(find(manifests, 'NetworkPolicy', name)).toMatchObject({
      spec: { podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } },
    });
    expect(waysOf(manifests, name)).toEqual({ in: [], out: ['192.0.2.20/32:6379'] });
  }
});

describe('Kafka', () => {
  const certificate = { kind: 'Secret', name: 'kafka-tls' } as const;
  const kafka = (props: KafkaKraftProps): Manifest[] =>
    policiesOf((chart) => {
      const { endpoint } = new KafkaKraft(chart, 'kafka', props);
      new Worker(chart, 'mailer', { ...WORKER, connectsTo: [endpoint] });
    });

  test('lets controllers vote, brokers register with them, and clients to the brokers alone', () => {
    const manifests = kafka({ controllers: {} });

    expect(waysOf(manifests, 'kafka')).toEqual({
      in: ['kafka:9092', 'mailer:9092'],
      out: [...ASKS_DNS, 'kafka:9092', 'kafka-controller:9093'],
    });
    expect(waysOf(manifests, 'kafka-controller')).toEqual({
      in: ['kafka:9093', 'kafka-controller:9093'],
      out: [...ASKS_DNS, 'kafka-controller:9093'],
    });
  });

  test('lets nobody but the brokers to their own listener', () => {
    expect(waysOf(kafka({ security: { certificate }, networkPolicy: false }), 'kafka').in).toEqual([
      'kafka:9091',
      'kafka:9093',
      'mailer:9092',
    ]);
  });

  test('lets in from outside whoever stands in front of each Service', () => {
    const addresses = [0, 1, 2].map((broker) => ({ host: `kafka-${broker}.example.com`, port: 9094 }));

    expect(waysOf(kafka({ replicas: 3, externalListener: { addresses } }), 'kafka').in).toEqual([
      'kafka:9092',
      'kafka:9093',
      'mailer:9092',
      ...[0, 1, 2].map((broker) => `balancers/of=shop.kafka-external-${broker}:9094`),
    ]);
  });

  test('lets the scraper to the exporter', () => {
    const jmxExporter = { image: 'shop/jmx:1.0', jarPath: '/agent.jar' };

    expect(waysOf(kafka({ jmxExporter }), 'kafka').in).toContain('watch/app=prometheus:9404');
  });

  test('is a client of what its brokers connect to', () => {
    expect(waysOf(kafka({ connectsTo: [REDIS] }), 'kafka').out).toContain('192.0.2.20/32:6379');
  });

  test('has no second policy beside the one that secures its listeners', () => {
    expect(() => kafka({ security: { certificate } })).toThrow(
      'test/kafka: networkPolicy "kafka": there is a NetworkPolicy of this name (test/kafka/NetworkPolicy), and policies add up: what one of them lets through, no other stops. Leave that one out; of KafkaKraft by networkPolicy: false.',
    );
  });
});

test.each([
  ['a NodePort', ServiceType.nodePort()],
  ['a LoadBalancer', ServiceType.loadBalancer()],
])('lets in whoever stands in front of %s, to the ports of its Service', (_, type) => {
  const ports = [
    { name: 'grpc', port: 9090, servicePort: 90 },
    { name: 'jmx', port: 9091, inService: false },
  ];
  const manifests = policiesOf((chart) => new WebService(chart, 'web', { ...WEB, ports, service: { type } }));

  expect(waysOf(manifests, 'web').in).toEqual(['balancers/of=shop.web:8080', 'balancers/of=shop.web:9090']);
});

test('a Service inside of the cluster is open to nobody', () => {
  expect(
    waysOf(
      policiesOf((chart) => new WebService(chart, 'web', WEB)),
      'web',
    ).in,
  ).toEqual([]);
});

test('nobody collects metrics where nobody is named', () => {
  const manifests = synthesizedWithout('metricsScraper');

  expect(waysOf(manifests, 'web').in).toEqual([]);
});

/** A service with metrics, in a cluster of which something is not known. */
function synthesizedWithout(prop: keyof NetworkPoliciesProps): Manifest[] {
  const chart = testChart();
  new WebService(chart, 'web', { ...WEB, metrics: { port: 8080 } });
  const known = Object.fromEntries(Object.entries(CLUSTER).filter(([key]) => key !== prop));
  new NetworkPolicies(chart, 'network-policies', { dns: CLUSTER.dns, ...known });
  return synthesized(chart);
}

test('pods of other namespaces are named with theirs, and the default deny stands in each', () => {
  const app = new App();
  const [shop, watch] = ['shop', 'watch'].map((namespace) => new Chart(app, `${namespace}-chart`, { namespace }));
  if (shop === undefined || watch === undefined) throw new Error('no charts');
  const store = new WebService(watch, 'store', WEB);
  new Worker(shop, 'mailer', { ...WORKER, discovers: [store.endpoint] });
  new NetworkPolicies(new Chart(app, 'policies'), 'network-policies', CLUSTER);
  const files = new Map(
    synthesizeCharts(app).map(({ fileName, manifests }) => [
      fileName,
      (manifests as Manifest[]).filter(({ kind }) => kind === 'NetworkPolicy'),
    ]),
  );

  expect(waysOf(files.get('shop-chart.k8s.yaml') ?? [], 'mailer').out).toContain('watch/store:8080');
  expect(waysOf(files.get('watch-chart.k8s.yaml') ?? [], 'store').in).toEqual(['shop/mailer:8080']);
  expect(files.get('policies.k8s.yaml')?.map(({ metadata }) => [metadata.namespace, metadata.name])).toEqual([
    ['shop', 'default-deny'],
    ['watch', 'default-deny'],
  ]);
});

describe('a workload that is not of these constructs', () => {
  const deployment = (chart: Chart, connectsTo: readonly Endpoint[]): k8s.KubeDeployment => {
    const template = podTemplate(chart, {
      ...WORKER,
      name: 'legacy',
      user: 1000,
      ports: [],
      serviceAccountName: 'default',
      terminationGracePeriod: Duration.seconds(30),
    });
    const selector = { 'app.kubernetes.io/name': 'legacy' };
    const object = new k8s.KubeDeployment(chart, 'legacy', {
      metadata: { name: 'legacy', labels: { team: 'a' } },
      spec: { selector: { matchLabels: selector }, template },
    });
    declareConnections(object, { selector, connectsTo });
    return object;
  };

  test('has a policy once it says what it connects to, with its labels', () => {
    const manifests = policiesOf((chart) => deployment(chart, [REDIS]));

    expect(waysOf(manifests, 'legacy').out).toEqual(['192.0.2.20/32:6379']);
    expect(find(manifests, 'NetworkPolicy', 'legacy').metadata.labels).toEqual({
      'app.kubernetes.io/part-of': 'shop',
      team: 'a',
    });
  });

  test('is connected to by its labels', () => {
    const manifests = policiesOf((chart) => {
      deployment(chart, []);
      const peer = podPeer(chart, { 'app.kubernetes.io/name': 'legacy' });
      new Worker(chart, 'mailer', { ...WORKER, connectsTo: [{ host: 'legacy', port: 80, targetPort: 8080, peer }] });
    });

    expect(waysOf(manifests, 'legacy').in).toEqual(['mailer:8080']);
    expect(waysOf(manifests, 'mailer').out).toContain('legacy:8080');
  });

  test('says it once', () => {
    expect(() =>
      policiesOf((chart) => {
        declareConnections(deployment(chart, [REDIS]), { selector: {}, connectsTo: [REDIS] });
      }),
    ).toThrow(
      'test: connectsTo ["192.0.2.20:6379"]: what Deployment legacy connects to was said before, and only one of the two would hold. Say it once.',
    );
  });

  test('may borrow the template of another', () => {
    const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', metadata: { name: 'legacy' } };
    const manifests = policiesOf((chart) => {
      deployment(chart, []);
      new ApiObject(chart, 'rollout', { ...rollout, spec: { workloadRef: { name: 'legacy' } } });
    });

    expect(manifests.map(({ metadata }) => metadata.name)).toEqual(['legacy', 'default-deny']);
  });
});

const POD = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'debug' }, spec: { containers: [] } };

test.each<[string, (chart: Chart) => void, Partial<Record<keyof NetworkPoliciesProps, unknown>>, string]>([
  [
    'a workload that says nothing',
    (chart) => new ApiObject(chart, 'debug', POD),
    {},
    'test: connectsTo: not declared of Pod debug: its network policy would cut it off from everything. Call declareConnections(pod, { selector, connectsTo }) where it is made.',
  ],
  [
    'an endpoint of which nobody knows who answers',
    (chart) => new Worker(chart, 'mailer', { ...WORKER, connectsTo: [{ host: 'mail.example.com', port: 25 }] }),
    {},
    'test/mailer: connectsTo "mail.example.com:25": nobody knows who answers there, and a network policy lets through pods and addresses, no names. Take the endpoint of the construct; for a name outside of the cluster give ExternalHostService or externalEndpoint its ranges; otherwise say its peer.',
  ],
  [
    'a bootstrap of which nobody knows who answers',
    (chart) =>
      new SpringService(chart, 'orders', {
        image: 'shop/orders:1.0',
        port: 8081,
        resources: JVM,
        kafka: { bootstrapServers: 'kafka-0.example.com:9092,kafka-1.example.com:9092' },
      }),
    {},
    'test/orders/orders: connectsTo "kafka-0.example.com:9092": nobody knows who answers there',
  ],
  [
    'an Ingress that leads to a name',
    (chart) =>
      new Ingress(chart, 'shop', {
        ingressClassName: 'traefik',
        routes: [{ path: '/', service: { name: 'web', portName: 'http' } }],
      }),
    {},
    'test/shop: routes "web": a Service of which nobody knows who answers, and the ingress controller would not be let in. Give the WebService itself, or its endpoint besides name and portName.',
  ],
  [
    'two workloads of which one policy would select both',
    (chart) => {
      new Worker(chart, 'mailer', WORKER);
      const twin = new ApiObject(chart, 'twin', { ...POD, metadata: { name: 'twin' } });
      declareConnections(twin, { selector: { 'app.kubernetes.io/name': 'mailer', twin: 'yes' } });
    },
    {},
    'test/mailer: selector {"app.kubernetes.io/name":"mailer"}: selects the pods of Pod twin (test/twin) too, and each would have the ways in and out of both. Give the pods labels of their own.',
  ],
  [
    'an API server that nobody knows',
    (chart) => new Worker(chart, 'mailer', { ...WORKER, connectsTo: [API_SERVER] }),
    { apiServer: undefined },
    'test/network-policies: apiServer: missing, and Deployment mailer (test/mailer/Deployment) asks the API server. Give the ranges and the port at which it answers.',
  ],
  [
    'an entrance that nobody knows',
    (chart) =>
      new Ingress(chart, 'shop', {
        ingressClassName: 'traefik',
        routes: [{ path: '/', service: new WebService(chart, 'web', WEB) }],
      }),
    { entrance: undefined },
    'test/network-policies: entrance: missing, and Ingress shop (test/shop) leads to services that nobody could reach. Give the pods of the ingress controller or gateway.',
  ],
  [
    'clients outside of the cluster that nobody knows',
    (chart) => new WebService(chart, 'web', { ...WEB, service: { type: ServiceType.nodePort() } }),
    { exposedTo: undefined },
    'test/network-policies: exposedTo: missing, and clients outside of the cluster reach Deployment web (test/web/Deployment) by Service web. Say who connects to its pods then.',
  ],
  [
    'a DNS without a label',
    () => undefined,
    { dns: { peer: { ...DNS, labels: {} } } },
    'test/network-policies: dns.peer.labels {}: no label: every pod of namespace kube-system would be meant.',
  ],
  [
    'a DNS on no port',
    () => undefined,
    { dns: { peer: DNS, port: 0 } },
    'test/network-policies: dns.port 0: not a port',
  ],
  [
    'an API server without an address',
    () => undefined,
    { apiServer: { ranges: [], port: 443 } },
    'test/network-policies: apiServer.ranges []: no range, and a network policy would take that for every address.',
  ],
  [
    'a range that is wider than it looks',
    () => undefined,
    { apiServer: { ranges: ['10.0.0.1/18'], port: 443 } },
    'test/network-policies: apiServer.ranges[0] "10.0.0.1/18": begins before the address that it names, so that it is wider than it looks.',
  ],
])('refuses %s', (_, make, props, message) => {
  const chart = testChart();
  const { dns, ...others } = { ...CLUSTER, ...props } as NetworkPoliciesProps;

  expect(() => {
    make(chart);
    new NetworkPolicies(chart, 'network-policies', { dns, ...others });
  }).toThrow(message);
});

test.each([
  ['10.0.64.0/20', true],
  ['0.0.0.0/0', true],
  ['192.0.2.10/32', true],
  ['fd00:64::/64', true],
  ['2001:db8::5/128', true],
  ['::/0', true],
  ['10.0.64.5/20', false],
  ['fd00:64::1/64', false],
  ['10.0.0.0', false],
  ['10.0.0.0/33', false],
  ['10.0.0.0/08', false],
  ['fe80::1%eth0/64', false],
  ['db.example.com/24', false],
  ['10.0.0.0/8/8', false],
])('takes %s for a range: %s', (range, isOne) => {
  const make = (): unknown =>
    new Worker(testChart(), 'mailer', {
      ...WORKER,
      connectsTo: [{ host: 'db', port: 5432, peer: { type: 'addresses', ranges: [range] } }],
    });

  if (isOne) {
    expect(make).not.toThrow();
  } else {
    expect(make).toThrow(`test/mailer: connectsTo[0].peer.ranges[0] ${JSON.stringify(range)}:`);
  }
});

test('a workload that is made after the policies fails the synth', () => {
  const chart = testChart();
  new NetworkPolicies(chart, 'network-policies', CLUSTER);
  new Worker(chart, 'mailer', WORKER);

  expect(() => synthesized(chart)).toThrow(
    '[test/network-policies] Deployment mailer (test/mailer/Deployment) has no network policy: it was made after them. Make it before, or the network policies after everything else.',
  );
});

describe('a connection that no text names', () => {
  const store = { name: 'store', url: 'http://store.shop.svc.cluster.local:8080' };
  const fails = (make: (chart: Chart, endpoint: Endpoint) => void): (() => unknown) => {
    const chart = testChart();
    const { endpoint } = new WebService(chart, store.name, WEB);
    make(chart, endpoint);
    new NetworkPolicies(chart, 'network-policies', CLUSTER);
    return () => synthesized(chart);
  };

  test('fails the synth', () => {
    expect(fails((chart, endpoint) => new Worker(chart, 'mailer', { ...WORKER, connectsTo: [endpoint] }))).toThrow(
      '[test/network-policies] Deployment mailer (test/mailer/Deployment): connectsTo "store.shop.svc.cluster.local:8080": no variable, argument or configuration file names it, so it is a way out that nobody needs. Leave it out; where the address stands in the image or in a Secret, give it as discovers.',
    );
  });

  test('fails the synth where it is another port', () => {
    expect(
      fails(
        (chart, endpoint) =>
          new Worker(chart, 'mailer', {
            ...WORKER,
            environment: { STORE: 'http://store:9090' },
            connectsTo: [endpoint],
          }),
      ),
    ).toThrow('connectsTo "store.shop.svc.cluster.local:8080"');
  });

  test('is let through where the workload is said to know it otherwise', () => {
    const chart = testChart();
    const { endpoint } = new WebService(chart, store.name, WEB);
    new Worker(chart, 'mailer', { ...WORKER, discovers: [endpoint, REDIS] });
    new NetworkPolicies(chart, 'network-policies', CLUSTER);
    const manifests = synthesized(chart);

    expect(waysOf(manifests, 'mailer').out).toEqual([...ASKS_DNS, '192.0.2.20/32:6379', 'store:8080']);
    expect(waysOf(manifests, 'store').in).toEqual(['mailer:8080']);
  });

  test.each<[string, (chart: Chart) => Partial<ConstructorParameters<typeof Worker>[2]>]>([
    ['a variable', () => ({ environment: { STORE_URL: store.url } })],
    ['a variable, by its short name', () => ({ environment: { STORE_URL: 'http://store:8080/' } })],
    ['a variable, by its name and namespace', () => ({ environment: { STORE_ADDRESS: 'store.shop:8080' } })],
    ['two variables', () => ({ environment: { STORE_HOST: 'store.shop.svc', STORE_PORT: '8080' } })],
    ['an argument', () => ({ args: [`--store=${store.url}`] })],
    [
      'variables of a ConfigMap',
      (chart) => ({ environmentFrom: [new ConfigMap(chart, 'c', { data: { S: store.url } })] }),
    ],
    [
      'a configuration file',
      (chart) => ({
        mounts: [
          {
            path: '/etc/mailer',
            volume: Volume.fromSource(
              new ConfigMap(chart, 'c', { data: { 'a.yaml': `store:\n  url: ${store.url}\n` } }),
            ),
          },
        ],
      }),
    ],
    [
      'a sidecar',
      () => ({
        initContainers: [
          {
            name: 'side',
            image: 'shop/side:1.0',
            resources: SMALL,
            restartPolicy: 'Always',
            args: ['--to', store.url],
          },
        ],
      }),
    ],
  ])('is none where %s does', (_, props) => {
    expect(
      fails((chart, endpoint) => new Worker(chart, 'mailer', { ...WORKER, ...props(chart), connectsTo: [endpoint] })),
    ).not.toThrow();
  });

  test('is none where a text names the pods themselves', () => {
    const chart = testChart();
    const { endpoint } = new KafkaKraft(chart, 'kafka', { replicas: 3 });
    const environment = { BOOTSTRAP_SERVERS: 'kafka-0.kafka-headless:9092,kafka-1.kafka-headless:9092' };
    new Worker(chart, 'mailer', { ...WORKER, environment, connectsTo: [endpoint] });
    new NetworkPolicies(chart, 'network-policies', CLUSTER);

    expect(() => synthesized(chart)).not.toThrow();
  });
});

test('what is not below the construct that they apply to is left alone', () => {
  const app = new App();
  const [mine, other] = ['mine', 'other'].map((id) => new Chart(app, id, { namespace: id }));
  if (mine === undefined || other === undefined) throw new Error('no charts');
  new Worker(mine, 'mailer', WORKER);
  new ApiObject(other, 'debug', POD);
  const { policies: made, defaultDenies } = new NetworkPolicies(mine, 'network-policies', {
    ...CLUSTER,
    appliesTo: mine,
  });

  expect(made.map(({ name }) => name)).toEqual(['mailer']);
  expect(defaultDenies.map(({ metadata }) => metadata.namespace)).toEqual(['mine']);
});

test('in whatever order a shop is made, its policies are the same', () => {
  const names = ['carts', 'orders', 'payments'];
  const text = (order: readonly string[]): string => {
    const app = new App();
    const storeChart = new Chart(app, 'store', { namespace: 'shop' });
    const store = new WebService(storeChart, 'store', WEB);
    for (const name of order) {
      const discovers = name === 'orders' ? [REDIS, store.endpoint] : [store.endpoint, REDIS];
      new Worker(new Chart(app, name, { namespace: 'shop' }), name, { ...WORKER, discovers });
    }
    new NetworkPolicies(new Chart(app, 'policies'), 'network-policies', CLUSTER);
    return asYaml(synthesizeCharts(app).flatMap(({ manifests }) => manifests as Manifest[]));
  };

  expect(text(names.toReversed())).toBe(text(names));
});

test('a service more changes its own file and those of whom it talks to', () => {
  const files = (names: readonly string[]): Map<string, string> => {
    const app = new App();
    const chart = (id: string): Chart => new Chart(app, id, { namespace: 'shop' });
    const store = new WebService(chart('store'), 'store', WEB);
    for (const name of names) {
      new Worker(chart(name), name, { ...WORKER, discovers: [store.endpoint] });
    }
    new NetworkPolicies(new Chart(app, 'policies'), 'network-policies', CLUSTER);
    return new Map(synthesizeCharts(app).map(({ fileName, manifests }) => [fileName, asYaml(manifests as Manifest[])]));
  };
  const [before, after] = [files(['carts', 'payments']), files(['carts', 'orders', 'payments'])];

  expect([...after].filter(([name, content]) => before.get(name) !== content).map(([name]) => name)).toEqual([
    'orders.k8s.yaml',
    'store.k8s.yaml',
  ]);
});

test('what no prop stands for is patched', () => {
  const chart = testChart();
  const worker = new Worker(chart, 'mailer', WORKER);
  const {
    policies: [policy],
    ...policies
  } = new NetworkPolicies(chart, 'network-policies', CLUSTER);
  worker.patch({ kind: 'NetworkPolicy' }, Patch.merge({ spec: { policyTypes: ['Egress'] } }));

  expect(policy?.name).toBe('mailer');
  expect(policies.defaultDenies.map(({ name }) => name)).toEqual(['default-deny']);
  expect(find(synthesized(chart), 'NetworkPolicy', 'mailer')['spec']).toMatchObject({ policyTypes: ['Egress'] });
});

test('overlays of Kustomize may add labels to the pods that are made here, and to no others', () => {
  const manifests = policiesOf((chart) => {
    const { endpoint } = new WebService(chart, 'store', WEB);
    new Worker(chart, 'mailer', { ...WORKER, connectsTo: [endpoint] });
  });

  // Its transformer of labels knows matchLabels, and no matchExpressions.
  expect(find(manifests, 'NetworkPolicy', 'mailer')).toMatchObject({
    spec: {
      egress: [
        { to: [{ podSelector: { matchExpressions: [{ key: 'k8s-app', operator: 'In', values: ['kube-dns'] }] } }] },
        { to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'store' } } }] },
      ],
    },
  });
});
