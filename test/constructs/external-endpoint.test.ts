import { Size } from 'cdk8s';
import { Cpu } from '../../imports/k8s';
import { externalEndpoint, type ExternalEndpointProps } from '../../lib/constructs/external-endpoint';
import { NetworkPolicies } from '../../lib/constructs/network-policies';
import { Secret } from '../../lib/constructs/secret';
import { SpringService } from '../../lib/constructs/spring-service';
import { Graph } from '../../lib/graph/graph';
import { ASKS_DNS, waysOf } from '../network-policies';
import { synthesized, testChart } from '../testing';

const CA = { from: { kind: 'Secret', name: 'servers-ca' }, key: 'ca.crt' } as const;
const PROPS: ExternalEndpointProps = { host: 'db.internal.shop.example', port: 5432 };

test('leads to the server by its own name, and makes nothing', () => {
  const chart = testChart();
  const props: Required<ExternalEndpointProps> = { ...PROPS, ranges: ['10.0.64.0/20'], tls: { ca: CA } };

  expect(externalEndpoint(chart, props)).toEqual({
    host: 'db.internal.shop.example',
    port: 5432,
    peer: { type: 'addresses', ranges: ['10.0.64.0/20'] },
    tls: { ca: CA },
  });
  expect(externalEndpoint(chart, PROPS)).toEqual(PROPS);
  expect(synthesized(chart)).toEqual([]);
});

test('has the name in the one spelling that a certificate has', () => {
  expect(externalEndpoint(testChart(), { ...PROPS, host: 'DB.Internal.Shop.Example.' }).host).toBe(PROPS.host);
});

test.each<[string, Partial<ExternalEndpointProps>, string]>([
  ['a URL', { host: 'postgres://admin:hunter2@db/x' }, 'host "***@db/x": a URL'],
  ['a host with a port', { host: 'db.example.com:5432' }, 'host "db.example.com:5432": a host with a port'],
  ['the pod itself', { host: 'localhost' }, 'host "localhost": the pod itself'],
  ['loopback', { host: '127.0.0.1' }, 'host "127.0.0.1": no server\'s address'],
  ['port 0', { port: 0 }, 'port 0: not a port'],
  ['no range', { ranges: [] }, 'ranges []: no range'],
  ['what is no range', { ranges: ['10.0.64.0'] }, 'ranges[0] "10.0.64.0": not a range of addresses'],
  [
    'a range of an address',
    { host: '10.0.64.5', ranges: ['10.0.64.0/20'] },
    'ranges ["10.0.64.0/20"]: given beside addresses',
  ],
  ['a key that is none', { tls: { ca: { ...CA, key: 'a/b' } } }, 'tls.ca "a/b": '],
  [
    'a key that the Secret has not',
    { tls: { ca: { from: new Secret(testChart(), 'servers-ca', { data: { 'tls.crt': 'x' } }), key: 'ca.crt' } } },
    'tls.ca "ca.crt": not a key of Secret servers-ca',
  ],
])('refuses %s', (_, props, message) => {
  const make = (): unknown => externalEndpoint(testChart(), { ...PROPS, ...props });

  expect(make).toThrow(`test: ${message}`);
  expect(make).not.toThrow('hunter2');
});

describe('a service that connects to such servers', () => {
  const chart = testChart();
  const server = (host: string, port: number): ReturnType<typeof externalEndpoint> =>
    externalEndpoint(chart, { host, port, ranges: ['10.0.64.0/20'], tls: { ca: CA } });
  new SpringService(chart, 'orders', {
    image: 'shop/orders:1.0',
    port: 8080,
    resources: {
      cpu: { request: Cpu.millis(100) },
      memory: { request: Size.mebibytes(512), limit: Size.mebibytes(640) },
    },
    database: { endpoint: server('db.internal.shop.example', 5432), name: 'orders', username: 'orders' },
    redis: server('redis.internal.shop.example', 6379),
  });
  // It refuses a connection that no text names, and one of which nobody knows who answers.
  new NetworkPolicies(chart, 'network-policies', {
    dns: { peer: { type: 'pods', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } } },
  });
  const manifests = synthesized(chart);

  test('is let out to their ranges, on their ports', () => {
    expect(waysOf(manifests, 'orders').out).toEqual([...ASKS_DNS, '10.0.64.0/20:5432', '10.0.64.0/20:6379']);
  });

  test('names addresses that are read in its variables, the parameters of the URL apart', () => {
    const { connections } = new Graph(manifests.map((manifest) => ({ manifest })));

    expect(connections.map(({ to }) => to)).toEqual([
      { type: 'external', hosts: ['db.internal.shop.example'], port: 5432, protocol: 'TCP' },
      { type: 'external', hosts: ['redis.internal.shop.example'], port: 6379, protocol: 'TCP' },
    ]);
  });
});
