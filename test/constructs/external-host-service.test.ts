import { ExternalHostService, type ExternalHostServiceProps } from '../../lib/constructs/external-host-service';
import { asYaml, find, synthesized, testChart } from '../testing';

const POSTGRESQL = { name: 'postgresql', port: 5432 };

describe('a host given by DNS name', () => {
  test('makes an ExternalName Service', () => {
    const chart = testChart();
    new ExternalHostService(chart, 'postgres', { host: 'host.k3d.internal', ports: [POSTGRESQL] });
    const manifests = synthesized(chart);

    expect(manifests.map(({ kind }) => kind)).toEqual(['Service']);
    expect(manifests[0]).toMatchObject({
      metadata: { name: 'postgres', namespace: 'shop' },
      spec: { type: 'ExternalName', externalName: 'host.k3d.internal', ports: [POSTGRESQL] },
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });
});

describe.each([
  ['IPv4', '172.21.0.1'],
  ['IPv6', 'fd00:21::1'],
])('a host given by %s address', (family, host) => {
  test('makes a Service without selector and an EndpointSlice', () => {
    const chart = testChart();
    new ExternalHostService(chart, 'postgres', { host, ports: [POSTGRESQL] });
    const manifests = synthesized(chart);

    const service = find(manifests, 'Service', 'postgres');
    expect(service['spec']).toEqual({ ipFamilies: [family], ipFamilyPolicy: 'SingleStack', ports: [POSTGRESQL] });
    expect(find(manifests, 'EndpointSlice', 'postgres')).toMatchObject({
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { labels: { 'kubernetes.io/service-name': 'postgres' } },
      addressType: family,
      endpoints: [{ addresses: [host], conditions: { ready: true } }],
      ports: [{ ...POSTGRESQL, protocol: 'TCP' }],
    });
    expect(asYaml(manifests)).toMatchSnapshot();
  });
});

test('every prop lands in the manifest', () => {
  const chart = testChart();
  const props: Required<ExternalHostServiceProps> = {
    name: 'database-server',
    component: 'database',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    host: 'db.example.com',
    ports: [POSTGRESQL, { name: 'pgbouncer', port: 6432 }],
  };
  new ExternalHostService(chart, 'postgres', props);

  expect(synthesized(chart)[0]).toMatchObject({
    metadata: {
      labels: {
        'app.kubernetes.io/name': 'database-server',
        'app.kubernetes.io/component': 'database',
        ...props.labels,
      },
      annotations: props.annotations,
    },
    spec: { externalName: 'db.example.com', ports: props.ports },
  });
});

describe('endpoint', () => {
  test('is the DNS name of the Service and the port', () => {
    const service = new ExternalHostService(testChart(), 'postgres', { host: '172.21.0.1', ports: [POSTGRESQL] });

    expect(service.endpoint()).toEqual({ host: 'postgres.shop.svc.cluster.local', port: 5432 });
  });

  test('is chosen by the name of the port', () => {
    const ports = [POSTGRESQL, { name: 'pgbouncer', port: 6432 }];
    const service = new ExternalHostService(testChart(), 'postgres', { host: 'db.example.com', ports });

    expect(service.endpoint('pgbouncer').port).toBe(6432);
    expect(() => service.endpoint()).toThrow(
      'test/postgres: portName: missing, and there are several ports: postgresql, pgbouncer. Name one of them.',
    );
    expect(() => service.endpoint('mysql')).toThrow(
      'test/postgres: portName "mysql": not one of the ports: postgresql, pgbouncer. Name one of them.',
    );
  });
});

describe('refuses', () => {
  const make = (id: string, props: Partial<ExternalHostServiceProps>) => () =>
    new ExternalHostService(testChart(), id, { host: 'db.example.com', ports: [POSTGRESQL], ...props });

  test.each([
    ['a URL', 'http://db.example.com', 'a URL'],
    ['a path', 'db.example.com/x', 'a URL'],
    ['a name with a port', 'db.example.com:5432', 'a host with a port'],
    ['an address with a port', '172.21.0.1:5432', 'a host with a port'],
    ['an IPv6 address with a port', '[fd00::1]:5432', 'a host with a port'],
    ['nothing', '', 'neither a DNS name nor'],
    ['upper case', 'DB.example.com', 'neither a DNS name nor'],
    ['an underscore', 'my_db.example.com', 'neither a DNS name nor'],
    ['a label that ends with a hyphen', 'db-.example.com', 'neither a DNS name nor'],
    ['a label of 64 characters', `${'a'.repeat(64)}.example.com`, 'neither a DNS name nor'],
    ['what looks like an address', '10.0.0.256', 'neither a DNS name nor'],
    ['loopback', '127.0.0.1', 'means something else in every pod'],
    ['IPv6 loopback', '::1', 'means something else in every pod'],
    ['the unspecified address', '0.0.0.0', 'means something else in every pod'],
    ['the unspecified IPv6 address', '::', 'means something else in every pod'],
    ['link-local', '169.254.1.1', 'means something else in every pod'],
    ['IPv6 link-local', 'fe80::1', 'means something else in every pod'],
    ['multicast', '224.0.0.1', 'means something else in every pod'],
  ])('%s as host', (_, host, reason) => {
    expect(make('postgres', { host })).toThrow(`test/postgres: host ${JSON.stringify(host)}: `);
    expect(make('postgres', { host })).toThrow(reason);
  });

  test('a URL with a password, which the message does not show', () => {
    for (const host of ['postgres://admin:hunter2@db.example.com/x', 'admin:hunter2@db.example.com:5432']) {
      expect(make('postgres', { host })).toThrow('test/postgres: host "***@db.example.com');
      expect(make('postgres', { host })).not.toThrow(/hunter2/);
    }
  });

  test.each([
    ['no port', [], 'no port'],
    ['port 0', [{ name: 'a', port: 0 }], 'not a port'],
    ['port 65536', [{ name: 'a', port: 65536 }], 'not a port'],
    ['half a port', [{ name: 'a', port: 80.5 }], 'not a port'],
    ['no number', [{ name: 'a', port: NaN }], 'ports[0].port NaN: not a port'],
    [
      'a port twice',
      [
        { name: 'a', port: 1 },
        { name: 'b', port: 1 },
      ],
      'given twice',
    ],
    [
      'a port name twice',
      [
        { name: 'a', port: 1 },
        { name: 'a', port: 2 },
      ],
      'given twice',
    ],
    ['a port name of 16 characters', [{ name: 'abcdefghijklmnop', port: 1 }], 'not a port name'],
    ['a port name in upper case', [{ name: 'Http', port: 1 }], 'not a port name'],
    ['a port name without letter', [{ name: '80', port: 80 }], 'not a port name'],
    ['a port name with two hyphens', [{ name: 'a--b', port: 80 }], 'not a port name'],
  ])('%s', (_, ports, reason) => {
    expect(make('postgres', { ports })).toThrow(reason);
  });

  test.each([['Postgres'], ['post_gres'], ['1postgres'], ['-postgres'], ['postgres-'], ['a'.repeat(64)]])(
    '%s as name',
    (id) => {
      expect(make(id, {})).toThrow(`test/${id}: id "${id}": `);
    },
  );
});
