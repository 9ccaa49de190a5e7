import Ajv from 'ajv';
import { dump, load } from 'js-yaml';
import { k3dConfig } from '../../lib/k3d/cluster-config';
import schema from './k3d-v1alpha5.schema.json';
import { cluster } from './example';

// k3d's own schema (pkg/config/v1alpha5/schema.json of k3d 5).
const ajv = new Ajv({ strict: false, formats: { hostname: /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, ipv4: true } });
const valid = ajv.compile(schema);

describe('k3dConfig', () => {
  test('matches the snapshot', () => {
    expect(dump(k3dConfig(cluster))).toMatchSnapshot();
  });

  test("is valid by k3d's schema, as YAML too", () => {
    expect(valid(load(dump(k3dConfig(cluster)))) || valid.errors).toBe(true);
  });

  test("k3d's schema does refuse what is wrong", () => {
    expect(valid({ ...k3dConfig(cluster), subnets: '172.21.0.0/16' })).toBe(false);
    expect(valid({ ...k3dConfig(cluster), kind: 'Complex' })).toBe(false);
  });

  test('publishes the ports on the load balancer, none of them the often taken port 80', () => {
    expect(k3dConfig(cluster)).toMatchObject({
      ports: [
        { port: '8880:80', nodeFilters: ['loadbalancer'] },
        { port: '8443:443', nodeFilters: ['loadbalancer'] },
      ],
    });
  });

  test('a changed port changes the configuration', () => {
    expect(k3dConfig({ ...cluster, ports: [{ host: 9980, container: 80 }] })).toMatchObject({
      ports: [{ port: '9980:80' }],
    });
  });

  test('publishes a port on one address of the host only, where one is given', () => {
    const config = k3dConfig({ ...cluster, ports: [{ address: '127.0.0.1', host: 9094, container: 9094 }] });

    expect(config).toMatchObject({ ports: [{ port: '127.0.0.1:9094:9094', nodeFilters: ['loadbalancer'] }] });
    expect(valid(config)).toBe(true);
  });

  test('pins the ranges that the firewall rules name, and the version', () => {
    expect(k3dConfig(cluster)).toMatchObject({
      subnet: '172.21.0.0/16',
      image: 'rancher/k3s:v1.31.5-k3s1',
      options: { k3s: { extraArgs: [{ arg: '--cluster-cidr=10.42.0.0/16' }, { arg: '--service-cidr=10.43.0.0/16' }] } },
    });
  });

  test('keeps Traefik, which serves the Ingress', () => {
    expect(JSON.stringify(k3dConfig(cluster))).not.toContain('disable');
  });

  test.each([
    [{ name: 'Shop' }, 'name "Shop": not a DNS label'],
    [{ name: 'a'.repeat(33) }, 'at most 32 characters'],
    [{ servers: 0 }, 'servers 0: a cluster needs a control plane'],
    [{ agents: -1 }, 'agents -1: not a number of nodes'],
    [{ agents: 1.5 }, 'agents 1.5: not a number of nodes'],
    [{ image: 'rancher/k3s:latest' }, 'image "rancher/k3s:latest": not pinned'],
    [{ image: 'rancher/k3s' }, 'image "rancher/k3s": not pinned'],
    [{ ports: [{ host: 0, container: 80 }] }, 'ports[0].host 0: not a TCP port'],
    [{ ports: [{ host: 80, container: 65536 }] }, 'ports[0].container 65536: not a TCP port'],
    [
      { ports: [{ address: 'localhost', host: 80, container: 80 }] },
      'ports[0].address "localhost": not an IPv4 address',
    ],
    [
      {
        ports: [
          { host: 80, container: 80 },
          { host: 80, container: 443 },
        ],
      },
      'ports[1].host 80: published twice',
    ],
    [{ subnet: '172.21.0.1/16' }, 'subnet "172.21.0.1/16": not an IPv4 range'],
    [{ subnet: '172.21.0.0' }, 'subnet "172.21.0.0": not an IPv4 range'],
    [{ subnet: 'fd00::/64' }, 'subnet "fd00::/64": not an IPv4 range'],
    [{ podCidr: '10.42.0.0/33' }, 'podCidr "10.42.0.0/33": not an IPv4 range'],
    [{ podCidr: '10.43.128.0/17' }, 'serviceCidr "10.43.0.0/16": overlaps with podCidr 10.43.128.0/17'],
  ])('refuses %j', (change, message) => {
    expect(() => k3dConfig({ ...cluster, ...change })).toThrow(message);
  });
});
