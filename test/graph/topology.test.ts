import fc from 'fast-check';
import { Graph } from '../../lib/graph';
import { Topology } from '../../lib/graph/topology';
import { type Data, object, running, service, spec, workload } from './manifests';
import { readMermaid } from './read-mermaid';

function topologyOf(...manifests: readonly Data[]): Topology {
  return new Topology(new Graph(manifests.map((manifest) => ({ manifest }))));
}

function diagramsIn(markdown: string | undefined): readonly string[] {
  return [...(markdown ?? '').matchAll(/^```mermaid\n(.*?)^```$/gms)].map(([, text = '']) => text);
}

/** The edges of the overview, without the ids' first words. */
function edgesOf(...manifests: readonly Data[]): readonly string[] {
  const [overview = ''] = diagramsIn(topologyOf(...manifests).toMarkdown());
  return overview
    .split('\n')
    .filter((line) => /-->|-\.->|--x/.test(line))
    .map((line) => line.trim());
}

/** A service of the shop, with its route and what it reads. */
function serviceOf(name: string, variables: Readonly<Record<string, string>>): readonly Data[] {
  return [
    object('ConfigMap', `${name}-config`, { data: variables }),
    object('Secret', `${name}-secret`, { stringData: { PASSWORD: 'x' } }),
    service(name, { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
    running(name, {
      envFrom: [{ configMapRef: { name: `${name}-config` } }, { secretRef: { name: `${name}-secret` } }],
    }),
    object(
      'Ingress',
      name,
      spec({
        rules: [{ http: { paths: [{ path: `/${name}`, backend: { service: { name, port: { number: 80 } } } }] } }],
      }),
    ),
  ];
}

const SHOP: readonly Data[] = [
  ...serviceOf('carts', { ORDERS_URL: 'http://orders', DATABASE_URL: 'jdbc:postgresql://postgres:5432/carts' }),
  ...serviceOf('orders', { KAFKA_BOOTSTRAP_SERVERS: 'kafka.events.svc.cluster.local:9092' }),
  object('Service', 'postgres', spec({ type: 'ExternalName', externalName: 'db.example.com' })),
  service('events/kafka', { ports: [{ name: 'client', port: 9092 }] }),
  workload('StatefulSet', 'events/kafka', {}),
];

test('the picture of a shop', () => {
  expect(topologyOf(...SHOP).toMarkdown()).toMatchInlineSnapshot(`
    "# Topology

    Who connects to whom, by what the manifests say: addresses in variables, arguments and configuration files, and routes. In the part of a workload a dotted arrow leads to the ConfigMaps and Secrets that it reads, and a cross ends what it is told to connect to and network policies forbid.

    \`\`\`mermaid
    flowchart LR
      ingress__shop__carts(["Ingress carts"])
      ingress__shop__orders(["Ingress orders"])
      subgraph namespace__events["events"]
        statefulset__events__kafka[("kafka")]
      end
      subgraph namespace__shop["shop"]
        deployment__shop__carts["carts"]
        deployment__shop__orders["orders"]
      end
      subgraph outside["outside the cluster"]
        service__shop__postgres{{"postgres<br>db.example.com"}}
      end
      deployment__shop__carts -->|"TCP 5432"| service__shop__postgres
      deployment__shop__carts -->|"TCP 8080"| deployment__shop__orders
      deployment__shop__orders -->|"TCP 9092"| statefulset__events__kafka
      ingress__shop__carts -->|"TCP 8080<br>/carts"| deployment__shop__carts
      ingress__shop__orders -->|"TCP 8080<br>/orders"| deployment__shop__orders
    \`\`\`

    ## Deployment shop/carts

    \`\`\`mermaid
    flowchart LR
      deployment__shop__carts["carts"]
      deployment__shop__orders["orders"]
      ingress__shop__carts(["Ingress carts"])
      read__shop__carts[["ConfigMap carts-config<br>Secret carts-secret"]]
      service__shop__postgres{{"postgres<br>db.example.com"}}
      deployment__shop__carts -->|"TCP 5432"| service__shop__postgres
      deployment__shop__carts -->|"TCP 8080"| deployment__shop__orders
      deployment__shop__carts -.-> read__shop__carts
      ingress__shop__carts -->|"TCP 8080<br>/carts"| deployment__shop__carts
      style deployment__shop__carts stroke-width:3px
    \`\`\`

    ## Deployment shop/orders

    \`\`\`mermaid
    flowchart LR
      deployment__shop__carts["carts"]
      deployment__shop__orders["orders"]
      ingress__shop__orders(["Ingress orders"])
      read__shop__orders[["ConfigMap orders-config<br>Secret orders-secret"]]
      statefulset__events__kafka[("kafka<br>in events")]
      deployment__shop__carts -->|"TCP 8080"| deployment__shop__orders
      deployment__shop__orders -->|"TCP 9092"| statefulset__events__kafka
      deployment__shop__orders -.-> read__shop__orders
      ingress__shop__orders -->|"TCP 8080<br>/orders"| deployment__shop__orders
      style deployment__shop__orders stroke-width:3px
    \`\`\`

    ## StatefulSet events/kafka

    \`\`\`mermaid
    flowchart LR
      deployment__shop__orders["orders<br>in shop"]
      statefulset__events__kafka[("kafka")]
      deployment__shop__orders -->|"TCP 9092"| statefulset__events__kafka
      style statefulset__events__kafka stroke-width:3px
    \`\`\`"
  `);
});

test("Mermaid's own parser reads each diagram, with the edges that it shows", () => {
  const read = readMermaid(diagramsIn(topologyOf(...SHOP).toMarkdown()));

  expect(read.map(({ error, edges }) => error ?? edges.length)).toEqual([5, 4, 4, 1]);
});

test('is the same whatever the order of the manifests', () => {
  const wanted = topologyOf(...SHOP).toMarkdown();
  fc.assert(
    fc.property(fc.shuffledSubarray([...SHOP], { minLength: SHOP.length }), (shuffled) => {
      expect(topologyOf(...shuffled).toMarkdown()).toBe(wanted);
    }),
  );
});

test('a further service adds lines of its own, and changes none', () => {
  const before = topologyOf(...SHOP).toMarkdown();
  const added = serviceOf('invoices', { ORDERS_URL: 'http://orders', KAFKA_BOOTSTRAP_SERVERS: 'kafka.events:9092' });
  const after = topologyOf(...added, ...SHOP).toMarkdown();

  const [own] = /^## Deployment shop\/invoices\n.*?(?=^## )/ms.exec(after) ?? [''];
  const others = after.replace(own, '').split('\n');
  expect(own).not.toBe('');
  expect(others.filter((line) => !line.includes('invoices')).join('\n')).toBe(before);
});

describe('the overview', () => {
  const carts = running('carts', {});

  test.each<[what: string, manifests: readonly Data[], edges: readonly string[]]>([
    [
      'an address of a Service leads to its pods, at their port',
      [
        running('carts', { env: [{ name: 'URL', value: 'http://orders' }] }),
        service('orders', { ports: [{ port: 80, targetPort: 8080 }] }),
        running('orders', {}),
      ],
      ['deployment__shop__carts -->|"TCP 8080"| deployment__shop__orders'],
    ],
    [
      'a host outside of the cluster has its name',
      [running('carts', { env: [{ name: 'URL', value: 'https://api.example.com/v1' }] })],
      ['deployment__shop__carts -->|"TCP 443"| host__apiX2eXexampleX2eXcom'],
    ],
    [
      'two ports of one destination are one edge, in the order of their numbers',
      [
        running('carts', {
          env: [
            { name: 'A_URL', value: 'http://orders:9090' },
            { name: 'B_URL', value: 'http://orders:80' },
          ],
        }),
        service('orders', {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 9090 },
          ],
        }),
        running('orders', {}),
      ],
      ['deployment__shop__carts -->|"TCP 80<br>TCP 9090"| deployment__shop__orders'],
    ],
    [
      'an Ingress leads in by hosts and paths',
      [
        object(
          'Ingress',
          'shop',
          spec({
            rules: [
              {
                host: 'shop.example.com',
                http: {
                  paths: ['/a', '/b'].map((path) => ({
                    path,
                    backend: { service: { name: 'carts', port: { name: 'http' } } },
                  })),
                },
              },
            ],
          }),
        ),
        service('carts'),
        carts,
      ],
      ['ingress__shop__shop -->|"TCP 80<br>shop.example.com/a<br>shop.example.com/b"| deployment__shop__carts'],
    ],
    [
      'a default backend of an Ingress has no path',
      [
        object('Ingress', 'shop', spec({ defaultBackend: { service: { name: 'carts', port: { number: 80 } } } })),
        service('carts'),
        carts,
      ],
      ['ingress__shop__shop -->|"TCP 80"| deployment__shop__carts'],
    ],
    [
      'a route leads in from its Gateway',
      [
        object(
          'HTTPRoute',
          'carts',
          spec({
            parentRefs: [{ name: 'entrance', namespace: 'gateway' }],
            hostnames: ['shop.example.com'],
            rules: [{ matches: [{ path: { value: '/carts' } }], backendRefs: [{ name: 'carts', port: 80 }] }],
          }),
        ),
        service('carts'),
        carts,
      ],
      ['gateway__gateway__entrance -->|"TCP 80<br>shop.example.com/carts"| deployment__shop__carts'],
    ],
    [
      'a Service of type LoadBalancer leads in by itself',
      [service('carts', { type: 'LoadBalancer' }), carts],
      ['service__shop__carts -->|"TCP 80"| deployment__shop__carts'],
    ],
    ['a Service inside the cluster does not', [service('carts'), carts], []],
    [
      'what network policies forbid is left out',
      [
        running('carts', { env: [{ name: 'URL', value: 'http://orders' }] }),
        service('orders'),
        running('orders', {}),
        object('NetworkPolicy', 'orders', spec({ podSelector: { matchLabels: { app: 'orders' } }, ingress: [] })),
      ],
      [],
    ],
  ])('%s', (_, manifests, edges) => {
    expect(edgesOf(...manifests)).toEqual(edges);
  });

  test('has every workload, also one that nobody connects to', () => {
    const [overview] = diagramsIn(topologyOf(carts).toMarkdown());

    expect(overview).toContain('    deployment__shop__carts["carts"]\n');
  });

  test('does not show what is given, unless somebody connects to it', () => {
    const given = [service('orders'), running('orders', {}), running('payments', {})];
    const graph = new Graph([
      { manifest: running('carts', { env: [{ name: 'URL', value: 'http://orders' }] }) },
      ...given.map((manifest) => ({ manifest, isGiven: true })),
    ]);
    const markdown = new Topology(graph).toMarkdown();

    expect(markdown).toContain('deployment__shop__carts -->|"TCP 80"| deployment__shop__orders');
    expect(markdown).not.toContain('payments');
    expect(markdown).not.toContain('## Deployment shop/orders');
  });
});

describe('a diagram has less than 60 edges', () => {
  const kafka = [service('events/kafka', { ports: [{ port: 9092 }] }), workload('StatefulSet', 'events/kafka', {})];
  const client = (name: string, address = 'kafka.events:9092'): Data =>
    running(name, { env: [{ name: 'KAFKA_BOOTSTRAP_SERVERS', value: address }] });
  const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => 100 + index);

  test('59 are drawn, each as it is', () => {
    const clients = numbers(59).map((number) => client(`carts-${number}`));

    expect(edgesOf(...kafka, ...clients)).toHaveLength(59);
  });

  test('where there are more, workloads of a namespace that connect to the same are one, and the text says so', () => {
    const clients = numbers(60).map((number) => client(`carts-${number}`));
    const markdown = topologyOf(...kafka, ...clients, client('other/reports')).toMarkdown();

    expect(edgesOf(...kafka, ...clients, client('other/reports'))).toEqual([
      'deployment__other__reports -->|"TCP 9092"| statefulset__events__kafka',
      'workloads__shop -->|"TCP 9092"| statefulset__events__kafka',
    ]);
    expect(markdown).toContain('Where more than 2 workloads of a namespace connect to the same');
    expect(markdown).toContain('## Deployment shop/carts-100\n');
  });

  test('where that does not do, a namespace is one', () => {
    const clients = numbers(60).map((number) => client(`carts-${number}`, `kafka-${number}.events:9092`));
    const brokers = numbers(60).flatMap((number) => [
      service(`events/kafka-${number}`, { ports: [{ port: 9092 }] }),
      workload('StatefulSet', `events/kafka-${number}`, {}),
    ]);

    expect(edgesOf(...clients, ...brokers)).toEqual(['workloads__shop -->|"TCP 9092"| workloads__events']);
    expect(topologyOf(...clients, ...brokers).toMarkdown()).toContain('a namespace is drawn as one');
  });

  test('what is left out at last is counted', () => {
    const clients = numbers(70).map((number) => client(`shop-${number}/carts`));

    expect(edgesOf(...kafka, ...clients)).toHaveLength(59);
    expect(topologyOf(...kafka, ...clients).toMarkdown()).toContain('11 more edges are left out.');
  });

  test('Mermaid reads them all', () => {
    const clients = numbers(70).flatMap((number) => [client(`shop-${number}/carts`), client(`orders-${number}`)]);
    const [overview = ''] = diagramsIn(topologyOf(...kafka, ...clients).toMarkdown());
    const [part = ''] = diagramsIn(topologyOf(...kafka, ...clients).of('kafka'));

    const read = readMermaid([overview, part]);
    expect(read.map(({ error, edges }) => error ?? edges.length)).toEqual([59, 59]);
  });
});

describe('the part of a workload', () => {
  test('has who connects to it, what it connects to, and the ConfigMaps and Secrets that it reads', () => {
    const [part = ''] = diagramsIn(topologyOf(...SHOP).of('orders'));
    const [read] = readMermaid([part]);

    expect(read?.edges).toEqual([
      { from: 'deployment__shop__carts', to: 'deployment__shop__orders', text: 'TCP 8080' },
      { from: 'deployment__shop__orders', to: 'statefulset__events__kafka', text: 'TCP 9092' },
      { from: 'deployment__shop__orders', to: 'read__shop__orders', text: '' },
      { from: 'ingress__shop__orders', to: 'deployment__shop__orders', text: 'TCP 8080\n/orders' },
    ]);
    expect(read?.nodes).toContainEqual({
      id: 'read__shop__orders',
      text: 'ConfigMap orders-config\nSecret orders-secret',
    });
    expect(read?.nodes).toContainEqual({ id: 'statefulset__events__kafka', text: 'kafka\nin events' });
    expect(read?.boxes).toEqual([]);
  });

  test('ends in a cross where network policies forbid what it is told to connect to', () => {
    const topology = topologyOf(
      running('carts', { env: [{ name: 'URL', value: 'http://orders' }] }),
      service('orders'),
      running('orders', {}),
      object('NetworkPolicy', 'orders', spec({ podSelector: { matchLabels: { app: 'orders' } }, ingress: [] })),
    );

    expect(topology.of('carts')).toContain('deployment__shop__carts --x|"TCP 80"| deployment__shop__orders\n');
  });

  test('has no value of a Secret', () => {
    expect(topologyOf(...SHOP).toMarkdown()).not.toMatch(/PASSWORD|x\b"/);
  });

  test.each(['kafka', 'events/kafka'])('is found as %s', (name) => {
    expect(topologyOf(...SHOP).of(name)).toMatch(/^## StatefulSet events\/kafka\n/);
  });

  test.each([
    ['a Service by another name than its workload', 'web', '## Deployment shop/carts'],
    ['a Service that stands for a host outside of the cluster', 'postgres', '## Service shop/postgres'],
  ])('is found by %s', (_, name, heading) => {
    const topology = topologyOf(...SHOP, service('web', { selector: { app: 'carts' } }));

    expect(topology.of(name)?.split('\n')[0]).toBe(heading);
    expect(topology.of(`shop/${name}`)).toBe(topology.of(name));
  });

  test('is none for a name that there is not', () => {
    expect(topologyOf(...SHOP).of('cart')).toBeUndefined();
    expect(topologyOf(...SHOP).names).toContain('carts');
  });

  test('there are several where several workloads have the name', () => {
    const markdown = topologyOf(...SHOP, running('other/carts', {})).of('carts');

    expect(markdown?.match(/^## .*$/gm)).toEqual(['## Deployment other/carts', '## Deployment shop/carts']);
  });
});
