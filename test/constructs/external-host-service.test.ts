import {
  ExternalHostService,
  type ExternalHostServiceProps,
  type ExternalPort,
} from '../../lib/constructs/external-host-service';
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
  ['IPv4', '172.21.0.1', 'postgres'],
  ['IPv6', 'fd00:21::1', 'postgres-ipv6'],
])('a host given by %s address', (family, host, sliceName) => {
  test('makes a Service without selector and an EndpointSlice', () => {
    const chart = testChart();
    new ExternalHostService(chart, 'postgres', { host, ports: [POSTGRESQL] });
    const manifests = synthesized(chart);

    const service = find(manifests, 'Service', 'postgres');
    expect(service['spec']).toEqual({ ipFamilies: [family], ipFamilyPolicy: 'SingleStack', ports: [POSTGRESQL] });
    expect(find(manifests, 'EndpointSlice', sliceName)).toMatchObject({
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
  const port: Required<ExternalPort> = {
    name: 'postgresql',
    port: 5432,
    targetPort: 6432,
    protocol: 'TCP',
    appProtocol: 'example.com/postgresql',
  };
  const props: Required<Omit<ExternalHostServiceProps, 'ranges'>> = {
    name: 'database-server',
    component: 'database',
    labels: { 'shop.example/team': 'a' },
    annotations: { 'shop.example/owner': 'Team A' },
    host: ['10.0.64.5', '10.0.64.6', 'fd00:64::5'],
    ports: [port, { name: 'dns', port: 53 }, { name: 'dns-udp', port: 53, protocol: 'UDP' }],
  };
  new ExternalHostService(chart, 'postgres', props);
  const manifests = synthesized(chart);
  const { annotations } = props;
  const labels = {
    ...props.labels,
    'app.kubernetes.io/name': 'database-server',
    'app.kubernetes.io/component': 'database',
  };
  const ports = [
    { name: 'postgresql', port: 6432, protocol: 'TCP', appProtocol: 'example.com/postgresql' },
    { name: 'dns', port: 53, protocol: 'TCP' },
    { name: 'dns-udp', port: 53, protocol: 'UDP' },
  ];

  expect(find(manifests, 'Service', 'postgres')).toMatchObject({
    metadata: { labels, annotations },
    spec: { ports: props.ports },
  });
  expect(find(manifests, 'EndpointSlice', 'postgres')).toMatchObject({
    metadata: { labels: { ...labels, 'kubernetes.io/service-name': 'postgres' }, annotations },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.0.64.5'] }, { addresses: ['10.0.64.6'] }],
    ports,
  });
  expect(find(manifests, 'EndpointSlice', 'postgres-ipv6')).toMatchObject({
    metadata: { labels: { ...labels, 'kubernetes.io/service-name': 'postgres' }, annotations },
    addressType: 'IPv6',
    endpoints: [{ addresses: ['fd00:64::5'] }],
    ports,
  });
  expect(asYaml(manifests)).toMatchSnapshot();
});

test('asks for both families where there are addresses of both, and for no more than the cluster has', () => {
  const chart = testChart();
  new ExternalHostService(chart, 'postgres', { host: ['10.0.64.5', 'fd00:64::5'], ports: [POSTGRESQL] });

  expect(find(synthesized(chart), 'Service', 'postgres')['spec']).toEqual({
    ipFamilyPolicy: 'PreferDualStack',
    ports: [POSTGRESQL],
  });
});

test('gives clients the port of the Service where the server has another', () => {
  const chart = testChart();
  const ports = [{ ...POSTGRESQL, targetPort: 15432 }];
  const service = new ExternalHostService(chart, 'postgres', { host: '10.0.64.5', ports });
  const manifests = synthesized(chart);

  expect(service.endpoint().port).toBe(5432);
  expect(find(manifests, 'Service', 'postgres')['spec']).toMatchObject({ ports });
  expect(find(manifests, 'EndpointSlice', 'postgres')['ports']).toEqual([
    { name: 'postgresql', port: 15432, protocol: 'TCP' },
  ]);
});

describe('one spelling for', () => {
  test.each([
    ['a trailing dot', 'db.example.com.', 'db.example.com'],
    ['upper case', 'DB.Example.com', 'db.example.com'],
    ['an IPv6 address with upper case', 'FD00::1', 'fd00::1'],
    ['an IPv6 address in full', 'fd00:0:0:0:0:0:0:1', 'fd00::1'],
    ['an IPv4 address in IPv6 form', '::ffff:10.0.64.5', '10.0.64.5'],
    ['an IPv4 address in hexadecimal IPv6 form', '::FFFF:a00:4005', '10.0.64.5'],
  ])('%s', (_, given, host) => {
    const chart = testChart();
    const service = new ExternalHostService(chart, 'postgres', { host: given, ports: [POSTGRESQL] });

    expect(service.externalHosts).toEqual([host]);
    expect(asYaml(synthesized(chart))).toContain(host);
    expect(asYaml(synthesized(chart))).not.toContain(given);
  });
});

describe('endpoint', () => {
  test('is the DNS name of the Service and the port', () => {
    const service = new ExternalHostService(testChart(), 'postgres', { host: '172.21.0.1', ports: [POSTGRESQL] });

    expect(service.endpoint()).toMatchObject({ host: 'postgres.shop.svc.cluster.local', port: 5432 });
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

test.each<[string, Partial<ExternalHostServiceProps>, unknown]>([
  ['its addresses', { host: ['10.0.64.5', 'fd00:64::5'] }, ['10.0.64.5/32', 'fd00:64::5/128']],
  ['the ranges of its name', { ranges: ['10.0.64.0/20'] }, ['10.0.64.0/20']],
  ['nobody, where nobody said what its name stands for', {}, undefined],
])('an endpoint leads to %s', (_, props, ranges) => {
  const service = new ExternalHostService(testChart(), 'postgres', {
    host: 'db.example.com',
    ports: [{ ...POSTGRESQL, protocol: 'UDP' }],
    ...props,
  });

  expect(service.endpoint()).toEqual({
    host: 'postgres.shop.svc.cluster.local',
    port: 5432,
    protocol: 'UDP',
    ...(ranges !== undefined && { peer: { type: 'addresses', ranges } }),
  });
});

test("an endpoint leads to the server's own port", () => {
  const ports = [{ ...POSTGRESQL, targetPort: 15432 }];
  const service = new ExternalHostService(testChart(), 'postgres', { host: '10.0.64.5', ports });

  expect(service.endpoint()).toMatchObject({ port: 5432, targetPort: 15432 });
});

describe('refuses', () => {
  test.each<[string, Partial<ExternalHostServiceProps>, string]>([
    ['no range', { ranges: [] }, 'ranges []: no range, and a network policy would take that for every address.'],
    [
      'ranges of addresses',
      { host: '10.0.64.5', ranges: ['10.0.64.0/20'] },
      'given beside addresses, which say it all.',
    ],
    ['what is no range', { ranges: ['10.0.64.0'] }, 'ranges[0] "10.0.64.0": not a range of addresses'],
  ])('%s', (_, props, message) => {
    expect(() => make('postgres', props)()).toThrow(message);
  });

  const make = (id: string, props: Partial<ExternalHostServiceProps>) => () =>
    new ExternalHostService(testChart(), id, { host: 'db.example.com', ports: [POSTGRESQL], ...props });

  test.each([
    ['a URL', 'http://db.example.com', 'a URL'],
    ['a path', 'db.example.com/x', 'a URL'],
    ['a name with a port', 'db.example.com:5432', 'a host with a port'],
    ['an address with a port', '172.21.0.1:5432', 'a host with a port'],
    ['an IPv6 address with a port', '[fd00::1]:5432', 'a host with a port'],
    ['nothing', '', 'neither a DNS name nor'],
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
    ['IPv6 multicast', 'ff02::1', 'means something else in every pod'],
    ['broadcast', '255.255.255.255', 'means something else in every pod'],
    ['an address of this network', '0.1.2.3', 'means something else in every pod'],
    ['a zone of a network interface', 'fe80::1%eth0', 'neither a DNS name nor'],
    ['an address in brackets', '[fd00::1]', 'neither a DNS name nor'],
    ['an address with leading zeros', '010.0.0.1', 'neither a DNS name nor'],
    ['an address of two parts', '127.1', 'neither a DNS name nor'],
    ['an address of one part', '2130706433', 'neither a DNS name nor'],
    ['an address in hexadecimal digits', '0x7f000001', 'neither a DNS name nor'],
    ['two trailing dots', 'db.example.com..', 'neither a DNS name nor'],
  ])('%s as host', (_, host, reason) => {
    expect(make('postgres', { host })).toThrow(`test/postgres: host ${JSON.stringify(host)}: `);
    expect(make('postgres', { host })).toThrow(reason);
  });

  test.each([
    ...['127.0.0.1', '127.0.0.1.', '127.1.2.3', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::FFFF:7F00:1'],
    ...['localhost', 'localhost.', 'LOCALHOST', 'foo.localhost', 'foo.LocalHost.', 'localhost.localdomain'],
    ...['localhost6', 'ip6-localhost'],
    ...['postgres', 'POSTGRES.', 'postgres.shop', 'postgres.shop.', 'postgres.shop.svc', 'postgres.shop.svc.'],
    ...['postgres.shop.svc.cluster.local', 'Postgres.Shop.svc.cluster.local.'],
  ])('%s, behind which is nobody else', (host) => {
    expect(make('postgres', { host })).toThrow(
      /^test\/postgres: host "[^"]*": (no server's address|the pod itself|the name of the Service itself)/,
    );
    expect(make('postgres', { host: ['10.0.64.5', host] })).toThrow(
      /^test\/postgres: host\[1\] "[^"]*": (no server's address|the pod itself|the name of the Service itself)/,
    );
  });

  test.each(['postgres.other', 'orders.shop.svc.cluster.local', 'postgres.shop.svc.cluster', 'notlocalhost'])(
    'not %s',
    (host) => {
      expect(make('postgres', { host })).not.toThrow();
    },
  );

  test.each([
    ['no host', [], 'host: 0 hosts'],
    ['too many', Array.from({ length: 1001 }, (_, index) => `10.1.${index >> 8}.${index & 255}`), 'host: 1001 hosts'],
    ['two names', ['a.example.com', 'b.example.com'], 'host[0] "a.example.com": a DNS name beside other hosts'],
    ['a name and an address', ['10.0.64.5', 'b.example.com'], 'host[1] "b.example.com": a DNS name beside other hosts'],
    ['an address twice', ['fd00::1', 'FD00:0::1'], 'host[1] "FD00:0::1": given twice'],
  ])('%s', (_, host, reason) => {
    expect(make('postgres', { host })).toThrow(`test/postgres: ${reason}`);
  });

  test('another port behind a DNS name, which is an alias', () => {
    const ports = [{ ...POSTGRESQL, targetPort: 6432 }];
    expect(make('postgres', { ports })).toThrow(
      'test/postgres: ports[0].targetPort 6432: not the port 5432: a DNS name',
    );
    expect(make('postgres', { ports: [{ ...POSTGRESQL, targetPort: 5432 }] })).not.toThrow();
  });

  test.each([
    ['a target port of 0', { ...POSTGRESQL, targetPort: 0 }, 'ports[0].targetPort 0: not a port'],
    [
      'a protocol name that is none',
      { ...POSTGRESQL, appProtocol: 'my sql' },
      'ports[0].appProtocol "my sql": not a protocol name',
    ],
  ])('%s', (_, port, reason) => {
    expect(make('postgres', { host: '10.0.64.5', ports: [port] })).toThrow(`test/postgres: ${reason}`);
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
