import { main } from '../../lib/cli/doctor';
import { checks, type LocalSetup } from '../../lib/k3d/checks';
import { fullImageName } from '../../lib/k3d/images';
import { runChecks, type Diagnosis, type Result } from '../../lib/k3d/doctor';
import type { PublishedPort } from '../../lib/k3d/model';
import { scramMatches } from '../../lib/host/scram';
import { access } from './example';
import {
  answer,
  clusters,
  databases,
  df,
  dockerImage,
  exited,
  hba,
  hbaRules,
  listening,
  MISSING,
  nodeConditions,
  nslookup,
  setup,
  published,
  roles,
  ROLES,
  terminal,
  TIMED_OUT,
  verifier,
  type Reply,
  type StandIn,
} from './stand-ins';

const SILENT = { start: () => undefined, finish: () => undefined };

async function examine(who: LocalSetup): Promise<readonly Diagnosis[]> {
  return runChecks(checks(who), SILENT);
}

function failed(diagnoses: readonly Diagnosis[]): readonly { readonly name: string; readonly result: Result }[] {
  return diagnoses
    .filter((diagnosis) => diagnosis.result.status !== 'ok')
    .map(({ check, result }) => ({ name: `${check.section}: ${check.name}`, result }));
}

test('all is well: every check says so, in the order in which things would fail', async () => {
  const screen = terminal();

  const code = await main(setup(), [], screen);

  expect(code).toBe(0);
  expect(screen.written()).toMatchSnapshot();
});

test('before the cluster is made, all is well too', async () => {
  const screen = terminal();
  const who = setup(
    [
      [/^k3d cluster list/, '[]'],
      [/^docker network inspect/, exited(1, 'Error response from daemon: network k3d-shop not found')],
      [/^ip -j -4 route/, '[{"dst":"192.0.2.0/24","dev":"eth0"}]'],
      [/^dist\/local\/host\/firewall.sh status/, 'iptables: rules in place\nnftables: drops nothing\n'],
    ],
    { taken: [] },
  );

  expect(await main(who, [], screen)).toBe(0);
  expect(screen.written()).toContain('k3d cluster create --config dist/local/k3d.yml');
  expect(screen.written()).toContain('read, not tested, since the cluster does not run: iptables: rules in place');
});

interface Case {
  readonly replies?: readonly (readonly [RegExp, Reply])[];
  readonly machine?: StandIn;
  /** Further ports, and the k3s image, of the environment. */
  readonly ports?: readonly PublishedPort[];
  readonly image?: string;
  readonly check: string;
  readonly status?: Result['status'];
  readonly found: string | RegExp;
  readonly remedy: string;
}

const INFO = (changed: object): string =>
  JSON.stringify({ CgroupVersion: '2', DockerRootDir: '/var/lib/docker', MemTotal: 16777216000, NCPU: 8, ...changed });

const rule = { line: 1, type: 'host', databases: ['all'], users: ['all'], address: 'all', netmask: null, error: null };

const CASES: Readonly<Record<string, Case>> = {
  'docker is not installed': {
    replies: [[/^docker version/, MISSING]],
    check: 'tools: docker is installed',
    found: 'docker is not installed',
    remedy: 'https://docs.docker.com/engine/install/',
  },
  'the Docker daemon is down': {
    replies: [
      [
        /^docker version/,
        exited(1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.', '{"Server":null}'),
      ],
    ],
    check: 'tools: docker is installed',
    found: 'the Docker daemon does not answer: Cannot connect',
    remedy: 'sudo systemctl start docker',
  },
  'the Docker socket may not be used': {
    replies: [[/^docker version/, exited(1, 'permission denied while trying to connect', '{"Server":null}')]],
    check: 'tools: docker is installed',
    found: 'you may not talk to the Docker daemon',
    remedy: 'sudo usermod -aG docker "$USER"',
  },
  'docker is too old': {
    replies: [[/^docker version/, '{"Server":{"Version":"20.10.4"}}']],
    check: 'tools: docker is installed',
    found: 'docker is version 20.10.4',
    remedy: 'install Docker Engine',
  },
  'docker hangs': {
    replies: [[/^docker version/, TIMED_OUT]],
    check: 'tools: docker is installed',
    status: 'could-not-run',
    found: 'did not end in time',
    remedy: '',
  },
  'k3d is not installed': {
    replies: [[/^k3d version/, MISSING]],
    check: 'tools: k3d is installed',
    found: 'k3d is not installed',
    remedy: 'https://k3d.io/stable/#installation',
  },
  'k3d is too old for the configuration': {
    replies: [[/^k3d version/, 'k3d version v5.4.6\n']],
    check: 'tools: k3d is installed',
    found: 'k3d is version 5.4.6',
    remedy: 'install k3d',
  },
  'kubectl is too old for the API server': {
    replies: [[/^kubectl version/, '{"clientVersion":{"gitVersion":"v1.29.9"}}']],
    check: 'tools: kubectl is installed, version 1.30.0',
    found: 'kubectl is version 1.29.9',
    remedy: 'install kubectl',
  },
  'a process holds port 8880': {
    replies: [
      [/^docker ps --filter publish=8880/, ''],
      [/^ss .*sport = :8880/, listening('*', 8880, 'users:(("python3",pid=812,fd=3))')],
    ],
    check: 'ports: port 8880 is free',
    found: 'python3 (pid 812) holds it',
    remedy: 'kill 812',
  },
  'a process of another user holds port 8443': {
    replies: [
      [/^docker ps --filter publish=8443/, ''],
      [/^ss .*sport = :8443/, listening('0.0.0.0', 8443)],
    ],
    machine: { root: false },
    check: 'ports: port 8443 is free',
    found: 'another user holds it; only root can see who',
    remedy: "sudo ss -ltnp 'sport = :8443'",
  },
  'a container of another cluster holds port 8880': {
    replies: [[/^docker ps --filter publish=8880/, 'k3d-old-serverlb\n']],
    check: 'ports: port 8880 is free',
    found: 'the container k3d-old-serverlb holds it',
    remedy: 'docker stop k3d-old-serverlb',
  },
  'a VPN has the range of the pods': {
    replies: [[/^ip -j -4 route/, '[{"dst":"10.0.0.0/8","gateway":"10.8.0.1","dev":"tun0"}]']],
    check: 'network: no route',
    found: 'the route to 10.0.0.0/8 through tun0 overlaps with podCidr 10.42.0.0/16',
    remedy: 'ip -4 route show root 10.0.0.0/8',
  },
  'another network has the range of the nodes': {
    replies: [
      [/^docker network inspect/, exited(1, 'no such network')],
      [/^k3d cluster list/, '[]'],
      [/firewall.sh status/, ''],
    ],
    machine: { taken: [] },
    check: 'network: no route',
    found: 'the route to 172.21.0.0/16 through br-1 overlaps with subnet 172.21.0.0/16',
    remedy: 'change subnet in the environment',
  },
  'PostgreSQL is down': {
    replies: [
      [/^ss .*sport = :5432/, ''],
      [
        /psql/,
        exited(
          2,
          'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?',
        ),
      ],
    ],
    check: 'postgres-external: it listens on port 5432',
    found: 'nothing listens on port 5432: PostgreSQL is down',
    remedy: 'sudo systemctl start postgresql',
  },
  'PostgreSQL listens on this host only': {
    replies: [[/^ss .*sport = :5432/, listening('127.0.0.1', 5432) + listening('[::1]', 5432)]],
    check: 'postgres-external: it listens on port 5432',
    found: 'it listens on 127.0.0.1 and ::1 only',
    remedy:
      'sudo dist/local/host/firewall.sh install --close\nsudo dist/local/host/services.sh apply\nsudo systemctl restart postgresql',
  },
  'Redis is bound to 127.0.0.1': {
    replies: [[/^ss .*sport = :6379/, listening('127.0.0.1', 6379)]],
    check: 'redis-external: it listens on port 6379',
    found: 'it listens on 127.0.0.1 only',
    remedy: 'sudo systemctl restart redis-server',
  },
  'Redis is in protected mode': {
    machine: { redis: [answer('-DENIED Redis is running in protected mode')] },
    check: 'redis-external: Redis answers',
    found: 'Redis is in protected mode, since it has no password',
    remedy: 'sudo dist/local/host/services.sh apply',
  },
  'Redis asks for no password': {
    machine: { redis: [answer('+PONG')] },
    check: 'redis-external: Redis answers',
    found: 'Redis asks for no password',
    remedy: 'sudo dist/local/host/services.sh apply',
  },
  'Redis has another password': {
    machine: {
      redis: [answer('-NOAUTH Authentication required.'), answer('-WRONGPASS invalid username-password pair')],
    },
    check: 'redis-external: Redis answers',
    found: 'the password of Redis is not the one in the secrets',
    remedy: 'sudo systemctl restart redis-server',
  },
  'an older Redis has another password': {
    machine: { redis: [answer('-NOAUTH Authentication required.'), answer('-ERR invalid password\n-NOAUTH')] },
    check: 'redis-external: Redis answers',
    found: 'the password of Redis is not the one in the secrets',
    remedy: 'sudo systemctl restart redis-server',
  },
  'something else listens on the port of Redis': {
    machine: { redis: [answer('HTTP/1.1 400 Bad Request')] },
    check: 'redis-external: Redis answers',
    status: 'could-not-run',
    found: 'does not answer as Redis does',
    remedy: '',
  },
  'pg_hba.conf is mangled': {
    replies: [
      [/pg_hba_file_rules/, hba([...hbaRules, { line: 17, error: 'invalid authentication method "scram-sha-265"' }])],
    ],
    check: 'postgres-external: pg_hba.conf',
    found: '/etc/postgresql/15/main/pg_hba.conf, line 17: invalid authentication method "scram-sha-265"',
    remedy: 'sudo -u postgres editor +17 /etc/postgresql/15/main/pg_hba.conf',
  },
  'pg_hba.conf lacks an entry': {
    replies: [[/pg_hba_file_rules/, hba(hbaRules.filter(({ line }) => line !== 9))]],
    check: 'postgres-external: pg_hba.conf',
    found: 'has no entry for orders_user of shop_orders from 10.42.0.0/16',
    remedy: 'sudo dist/local/host/services.sh apply',
  },
  'an earlier entry of pg_hba.conf rejects': {
    replies: [[/pg_hba_file_rules/, hba([{ ...rule, method: 'reject' }, ...hbaRules])]],
    check: 'postgres-external: pg_hba.conf',
    found: 'line 1: carts_user of shop_carts from 172.21.0.0/16 is met by the method "reject"',
    remedy: 'sudo dist/local/host/services.sh apply',
  },
  'an earlier entry of pg_hba.conf trusts everybody': {
    replies: [
      [
        /pg_hba_file_rules/,
        hba([{ ...rule, address: '10.0.0.0', netmask: '255.0.0.0', method: 'trust' }, ...hbaRules]),
      ],
    ],
    check: 'postgres-external: pg_hba.conf',
    found: 'line 1: carts_user of shop_carts from 10.42.0.0/16 is met by the method "trust"',
    remedy: 'sudo dist/local/host/services.sh apply',
  },
  'pg_hba.conf was changed and not read': {
    replies: [[/pg_hba_file_rules/, hba(hbaRules, true)]],
    check: 'postgres-external: pg_hba.conf',
    found: 'newer than what PostgreSQL has read',
    remedy: 'pg_reload_conf()',
  },
  'pg_hba.conf trusts whom it should not': {
    replies: [
      [
        /pg_hba_file_rules/,
        hba([...hbaRules, { ...rule, line: 20, type: 'local', address: null, netmask: null, method: 'trust' }]),
      ],
    ],
    check: 'postgres-external: pg_hba.conf lets nobody in',
    found: 'pg_hba.conf, line 20: local all all trust (lets anybody in who connects, without a password)',
    remedy: 'sudo -u postgres editor /etc/postgresql/15/main/pg_hba.conf',
  },
  'pg_hba.conf lets everybody try passwords': {
    replies: [
      [
        /pg_hba_file_rules/,
        hba([
          ...hbaRules,
          { ...rule, line: 20, databases: ['replication'], address: '0.0.0.0', netmask: '0.0.0.0', method: 'md5' },
          { ...rule, line: 21, databases: ['other'], address: '0.0.0.0', netmask: '0.0.0.0', method: 'md5' },
          { ...rule, line: 22, databases: ['shop_carts'], address: '::', netmask: '::', method: 'md5' },
          { ...rule, line: 23, address: 'all', method: 'reject' },
          { ...rule, line: 24, address: 'all', method: 'md5' },
        ]),
      ],
    ],
    check: 'postgres-external: pg_hba.conf lets nobody in',
    found: /pg_hba\.conf, line 22: host shop_carts all :: md5 \(from every address\)$/,
    remedy: 'pg_reload_conf()',
  },
  'a database is missing': {
    replies: [[/FROM pg_database$/, databases('postgres', 'shop_carts')]],
    check: 'postgres-external: the databases',
    found: 'missing: shop_orders',
    remedy:
      'cat .secrets/local.psql dist/local/host/postgres-external.sql | sudo -u postgres psql -X -q -p 5432 -d postgres',
  },
  "a database is somebody else's": {
    replies: [[/FROM pg_database$/, databases('shop_carts', 'shop_orders').replace('managed', 'made')]],
    check: 'postgres-external: the databases',
    found: 'not made by shop-host-access: shop_carts',
    remedy: 'psql -X -q -v take_over=yes -p 5432 -d postgres',
  },
  'a database has another owner': {
    replies: [[/FROM pg_database$/, databases('shop_carts', 'shop_orders').replace('orders_owner', 'postgres')]],
    check: 'postgres-external: the databases',
    found: 'shop_orders belongs to postgres, not to orders_owner',
    remedy: 'postgres-external.sql',
  },
  'a migration was run by the superuser': {
    replies: [[/-d shop_orders .*pg_identify_object/s, '["public.orders"]']],
    check: 'postgres-external: the databases',
    found: 'in shop_orders, not of its owner orders_owner: public.orders',
    remedy: 'postgres-external.sql',
  },
  'a role is missing': {
    replies: [[/FROM pg_authid/, roles({ carts_owner: 'ao', orders_owner: 'go', orders_user: 'g' })]],
    check: 'postgres-external: the roles',
    found: 'the role carts_user is missing',
    remedy: 'postgres-external.sql',
  },
  "a role is somebody else's": {
    replies: [[/FROM pg_authid/, roles(ROLES, { mark: '' })]],
    check: 'postgres-external: the roles',
    found: 'the role carts_owner was not made by shop-host-access',
    remedy: 'take_over=yes',
  },
  'a role may do too much': {
    replies: [[/FROM pg_authid/, roles(ROLES, { super: true, createdb: true, roles: ['pg_read_all_data'] })]],
    check: 'postgres-external: the roles',
    found: 'the role carts_owner has SUPERUSER, CREATEDB, membership in pg_read_all_data',
    remedy: 'postgres-external.sql',
  },
  'a role may not log in': {
    replies: [[/FROM pg_authid/, roles(ROLES, { login: false })]],
    check: 'postgres-external: the roles',
    found: 'the role carts_owner may not log in',
    remedy: 'postgres-external.sql',
  },
  'a password has expired': {
    replies: [[/FROM pg_authid/, roles(ROLES, { expired: true })]],
    check: 'postgres-external: the roles',
    found: 'the password of carts_owner has expired',
    remedy: 'postgres-external.sql',
  },
  'a password is wrong': {
    replies: [[/FROM pg_authid/, roles({ ...ROLES, carts_user: 'other' })]],
    check: 'postgres-external: the roles',
    found: 'the password of carts_user is not the one in the secrets',
    remedy: 'postgres-external.sql',
  },
  'a password is kept as md5': {
    replies: [[/FROM pg_authid/, roles(ROLES, { password: 'md5abc' })]],
    check: 'postgres-external: the roles',
    found: 'the password of carts_owner is not kept for scram-sha-256',
    remedy: 'postgres-external.sql',
  },
  'a role has no password': {
    replies: [[/FROM pg_authid/, roles(ROLES, { password: '' })]],
    check: 'postgres-external: the roles',
    found: 'the role carts_owner has no password',
    remedy: 'postgres-external.sql',
  },
  'PostgreSQL may not be asked': {
    replies: [[/psql/, exited(1, 'sudo: a password is required')]],
    machine: { root: false },
    check: 'postgres-external: the databases',
    status: 'could-not-run',
    found: 'sudo: a password is required',
    remedy: 'sudo -v',
  },
  'nothing filters what comes in': {
    replies: [
      [/^ip6?tables-save/, '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n'],
      [/^nft /, MISSING],
    ],
    check: 'redis-external: the firewall lets nobody else in',
    found: 'port 6379 is open over IPv4 to every network of this host that its rules let in: 192.0.2.128/25 (eth0)',
    remedy: 'sudo dist/local/host/firewall.sh install --close',
  },
  'PostgreSQL listens over IPv6, where nothing is filtered': {
    replies: [[/^ip6tables-save/, '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n']],
    check: 'postgres-external: the firewall lets nobody else in',
    found:
      'port 5432 is open over IPv6 to every network of this host that its rules let in: 2001:db8::2/64 (eth0); let in by -P INPUT ACCEPT',
    remedy: 'sudo dist/local/host/firewall.sh install --close',
  },
  'the rules cannot be read': {
    replies: [[/^nft /, exited(1, 'Operation not permitted')]],
    check: 'redis-external: the firewall lets nobody else in',
    status: 'could-not-run',
    found: 'Operation not permitted',
    remedy: '',
  },
  'the rules are not for everybody to read': {
    machine: { root: false },
    check: 'redis-external: the firewall lets nobody else in',
    status: 'could-not-run',
    found: "reading the firewall's rules needs root",
    remedy: 'npm run -s doctor',
  },
  'the firewall drops what comes from the nodes': {
    replies: [[/^nsenter.*node -e [^]* {2}172\.21\.0\.1 5432$/, 'timed out\n']],
    check: 'postgres-external: the firewall lets pods in',
    found: "a connection from 172.21.0.0/16 to 172.21.0.1:5432 timed out: this host's firewall drops it",
    remedy: 'sudo dist/local/host/firewall.sh install',
  },
  'the firewall drops what comes from pods': {
    replies: [[/^nsenter.*node -e [^]* 10\.42\.0\.1 172\.21\.0\.1 6379$/, 'timed out\n']],
    check: 'redis-external: the firewall lets pods in',
    found: 'a connection from 10.42.0.0/16 to 172.21.0.1:6379 timed out',
    remedy: 'sudo dist/local/host/firewall.sh install',
  },
  'the firewall rejects': {
    replies: [[/^nsenter.*node -e [^]* 172\.21\.0\.1 6379$/, 'ECONNREFUSED\n']],
    check: 'redis-external: the firewall lets pods in',
    found: 'was rejected (ECONNREFUSED)',
    remedy: 'sudo dist/local/host/firewall.sh install',
  },
  'the firewall cannot be tested without root': {
    machine: { root: false },
    replies: [[/^sudo -n -u postgres psql.*pg_hba/s, hba(hbaRules)]],
    check: 'redis-external: the firewall lets pods in',
    status: 'could-not-run',
    found: 'opening a connection from inside the cluster needs root',
    remedy: 'npm run -s doctor',
  },
  'the rules are missing, before there is a cluster': {
    replies: [
      [/^k3d cluster list/, '[]'],
      [/firewall.sh status/, exited(1, '', 'iptables: rules missing (-P INPUT DROP)\n')],
    ],
    machine: { taken: [] },
    check: 'redis-external: the firewall lets pods in',
    found: 'iptables: rules missing (-P INPUT DROP)',
    remedy: 'sudo dist/local/host/firewall.sh install',
  },
  'ufw manages the firewall, before there is a cluster': {
    replies: [
      [/^k3d cluster list/, '[]'],
      [
        /firewall.sh status/,
        exited(3, '', 'ufw manages it:\nufw allow proto tcp from 172.21.0.0/16 to any port 5432\n'),
      ],
    ],
    machine: { taken: [] },
    check: 'redis-external: the firewall lets pods in',
    status: 'could-not-run',
    found: 'ufw or firewalld manages the firewall',
    remedy: 'ufw allow proto tcp from 172.21.0.0/16 to any port 5432',
  },
  'the cluster is stopped': {
    replies: [
      [/^k3d cluster list/, clusters('0/1', '0/2')],
      [/firewall.sh status/, ''],
    ],
    check: 'cluster: cluster shop is up',
    found: '0 of 1 servers and 0 of 2 agents run',
    remedy: 'k3d cluster start shop',
  },
  'the cluster is another': {
    replies: [[/^k3d cluster list/, clusters('1/1', '1/1')]],
    check: 'cluster: cluster shop is up',
    found: 'but the environment has 1 and 2',
    remedy: 'npm run down (it says what is stored in the cluster and goes with it, and asks)',
  },
  'k3d cannot list clusters': {
    replies: [[/^k3d cluster list/, exited(1, 'docker is down')]],
    check: 'cluster: cluster shop is up',
    status: 'could-not-run',
    found: 'docker is down',
    remedy: '',
  },
  "the cluster's network has another range": {
    replies: [[/^docker network inspect/, '[{"IPAM":{"Config":[{"Subnet":"172.18.0.0/16"}]}}]']],
    check: 'cluster: its Docker network is 172.21.0.0/16',
    found: 'it is 172.18.0.0/16',
    remedy: 'npm run down (it says what is stored in the cluster and goes with it, and asks)',
  },
  'an image is not imported on one node': {
    replies: [
      [
        /^docker exec k3d-shop-agent-1 crictl images/,
        '{"images":[{"id":"2","repoTags":["docker.io/library/redis:7.2"]}]}',
      ],
    ],
    check: 'images: 2 images',
    found: 'shop/orders-service:dev is missing on k3d-shop-agent-1',
    remedy: 'k3d image import --cluster shop shop/orders-service:dev',
  },
  'an image is not built': {
    replies: [
      [/^docker exec k3d-shop-agent-1/, '{"images":[{"repoTags":["docker.io/library/redis:7.2"]}]}'],
      [
        /^docker image inspect/,
        exited(1, 'Error response from daemon: No such image: shop/orders-service:dev', '[]\n'),
      ],
    ],
    check: 'images: 2 images',
    found: 'shop/orders-service:dev is missing on k3d-shop-agent-1',
    remedy:
      'build, since docker has it neither: docker build --build-arg API=http://a -t shop/orders-service:dev FOLDER',
  },
  'an image was built again since it was imported': {
    replies: [[/^docker image inspect shop/, dockerImage('newer')]],
    check: 'images: 2 images',
    found:
      'shop/orders-service:dev on k3d-shop-server-0, k3d-shop-agent-0, k3d-shop-agent-1 is another than Docker has',
    remedy: 'k3d image import --cluster shop shop/orders-service:dev',
  },
  'a node cannot be asked for its images': {
    replies: [[/^docker exec k3d-shop-agent-0 crictl/, exited(1, 'container 4f1c is not running')]],
    check: 'images: 2 images',
    status: 'could-not-run',
    found: 'docker exec k3d-shop-agent-0 ... ended with exit code 1: container 4f1c is not running',
    remedy: '',
  },
  'Docker cannot be asked for an image': {
    replies: [[/^docker image inspect/, exited(1, 'permission denied')]],
    check: 'images: 2 images',
    status: 'could-not-run',
    found: 'permission denied',
    remedy: '',
  },
  'the kernel has cgroup v1': {
    replies: [[/^docker info/, INFO({ CgroupVersion: '1' })]],
    image: 'rancher/k3s:v1.35.5-k3s1',
    check: 'resources: the kernel has cgroups',
    found: 'version 1, and rancher/k3s:v1.35.5-k3s1 needs version 2',
    remedy: 'systemd.unified_cgroup_hierarchy=1',
  },
  'memory is short': {
    replies: [[/^docker info/, INFO({ MemTotal: 4 * 2 ** 30 })]],
    check: 'resources: memory',
    found: 'the pods request 5.0 GiB and 1.6 CPUs, the machine has 4.0 GiB and 8',
    remedy: 'more memory',
  },
  'the Docker daemon is down, so nothing is known of its machine': {
    replies: [
      [/^docker info/, '{"ClientInfo":{"Debug":false},"ServerErrors":["Cannot connect to the Docker daemon"]}'],
    ],
    check: 'resources: disk',
    status: 'could-not-run',
    found: 'the Docker daemon tells nothing of its machine',
    remedy: '',
  },
  'the disk is so full that images are deleted': {
    replies: [[/^df/, df(1000, 150)]],
    check: 'resources: disk',
    found: '85 % used',
    remedy: 'docker system df',
  },
  'the disk is so full that pods are evicted': {
    replies: [[/^df/, df(1000, 50)]],
    check: 'resources: disk',
    found: '95 % used',
    remedy: 'docker system df',
  },
  'the load balancer lacks a port that came later': {
    replies: [[/^docker port/, published('0.0.0.0:8880')]],
    check: 'cluster: it is published',
    found: '8443:443 is not published',
    remedy: 'k3d cluster edit shop --port-add 8443:443@loadbalancer',
  },
  "Kafka's port is not published": {
    replies: [[/^docker port/, published('0.0.0.0:8880', '0.0.0.0:8443')]],
    ports: [{ address: '127.0.0.1', host: 9094, container: 9094 }],
    check: 'cluster: it is published',
    found: '127.0.0.1:9094:9094 is not published',
    remedy: 'k3d cluster edit shop --port-add 127.0.0.1:9094:9094@loadbalancer',
  },
  "Kafka's port is open to the network": {
    replies: [[/^docker port/, published('0.0.0.0:8880', '0.0.0.0:8443', '0.0.0.0:9094')]],
    ports: [{ address: '127.0.0.1', host: 9094, container: 9094 }],
    check: 'cluster: it is published',
    found: '9094 is published on every address, not on 127.0.0.1 only',
    remedy: 'k3d cluster edit shop --port-delete 9094:9094@loadbalancer',
  },
  'a node is out of disk': {
    replies: [[/kubectl get nodes/, nodeConditions({ DiskPressure: 'True' })]],
    check: 'cluster: its nodes are ready',
    found: 'k3d-shop-server-0: DiskPressure',
    remedy: 'kubectl --context k3d-shop describe nodes',
  },
  'a node is not ready': {
    replies: [[/kubectl get nodes/, nodeConditions({ Ready: 'Unknown' })]],
    check: 'cluster: its nodes are ready',
    found: 'k3d-shop-server-0: not ready',
    remedy: 'kubectl --context k3d-shop describe nodes',
  },
  'after a reboot the DNS has lost the host': {
    replies: [
      [/nslookup host.k3d.internal/, exited(1, '', `${nslookup()}** server can't find host.k3d.internal: NXDOMAIN\n`)],
    ],
    check: 'cluster: its DNS',
    found: "the cluster's DNS does not know host.k3d.internal",
    remedy: 'k3d cluster stop shop\nk3d cluster start shop',
  },
  'the DNS leads elsewhere': {
    replies: [[/nslookup host.k3d.internal/, nslookup('192.168.65.2')]],
    check: 'cluster: its DNS',
    found: "the cluster's DNS says 192.168.65.2 for host.k3d.internal, and this host is 172.21.0.1",
    remedy: 'k3d cluster start shop',
  },
  'the DNS does not answer': {
    replies: [[/nslookup/, exited(1, '', ';; connection timed out; no servers could be reached\n')]],
    check: 'cluster: its DNS',
    found: "the cluster's DNS does not answer at 10.43.0.10",
    remedy: 'get pods -l k8s-app=kube-dns',
  },
  'the Services that lead to the host are not applied': {
    replies: [
      [
        /nslookup redis-external.shop.svc.cluster.local/,
        exited(1, '', `${nslookup()}** server can't find redis-external.shop.svc.cluster.local: NXDOMAIN\n`),
      ],
    ],
    check: 'cluster: its Services',
    found: 'there is no Service redis-external in namespace shop',
    remedy: 'npm run up',
  },
  'the node has no nslookup, and the host is not written down': {
    replies: [
      [/nslookup/, exited(127, 'OCI runtime exec failed: exec: "nslookup": executable file not found in $PATH')],
      [/configmap coredns/, '172.21.0.2 k3d-shop-server-0\n172.21.0.3 k3d-shop-agent-0\n'],
    ],
    check: 'cluster: its DNS',
    found: "the cluster's DNS does not know host.k3d.internal",
    remedy: 'k3d cluster start shop',
  },
  'a process holds the port of the one address': {
    replies: [
      [/^docker ps --filter publish=9094/, ''],
      [/^ss .*sport = :9094/, listening('127.0.0.1', 9094, 'users:(("java",pid=77,fd=3))')],
    ],
    ports: [{ address: '127.0.0.1', host: 9094, container: 9094 }],
    machine: { taken: [9094] },
    check: 'ports: port 9094 of 127.0.0.1 is free',
    found: 'java (pid 77) holds it',
    remedy: 'kill 77',
  },
};

test.each(Object.entries(CASES))('%s: named, with the remedy', async (_, expected) => {
  const who = setup(expected.replies, expected.machine);
  const { cluster } = who.access;
  const diagnoses = await examine({
    ...who,
    access: {
      ...who.access,
      cluster: {
        ...cluster,
        ports: [...cluster.ports, ...(expected.ports ?? [])],
        image: expected.image ?? cluster.image,
      },
    },
    buildArguments: new Map([['shop/orders-service:dev', ['API=http://a']]]),
  });

  const hit = failed(diagnoses).find(({ name }) => name.startsWith(expected.check));
  expect(hit?.result).toMatchObject({ status: expected.status ?? 'problem' });
  const { found, remedy } = { remedy: [], ...hit?.result } as { found: string; remedy: string[] };
  expect(found).toEqual(
    typeof expected.found === 'string'
      ? expect.stringContaining(expected.found)
      : expect.stringMatching(expected.found),
  );
  expect(remedy.join('\n')).toContain(expected.remedy);
});

test('no check ends in a stack trace, whatever fails', async () => {
  for (const reply of [
    MISSING,
    TIMED_OUT,
    exited(1, ''),
    exited(0, '', 'no JSON'),
    exited(0, '', '[]'),
    exited(0, '', '{}'),
    exited(0, '', 'null'),
  ]) {
    const screen = terminal();

    const code = await main(setup([[/^/, reply]]), [], screen);

    expect(code).toBeGreaterThan(0);
    expect(screen.written()).not.toMatch(/^\s+at |TypeError|undefined/m);
  }
});

test('a name that DNS knows is taken where the node has no nslookup and it is written down', async () => {
  const who = setup([
    [/nslookup/, exited(126, 'OCI runtime exec failed: exec failed: executable file not found in $PATH')],
    [/configmap coredns/, '172.21.0.2 k3d-shop-server-0\n172.21.0.1 host.k3d.internal\n'],
  ]);

  expect(failed(await examine(who))).toMatchObject([
    { name: "cluster: its Services lead to this host's servers", result: { status: 'could-not-run' } },
  ]);
});

test('servers that pods reach by an address need no DNS', async () => {
  const who = setup([[/nslookup/, exited(1, '', ';; connection timed out; no servers could be reached\n')]]);
  const endpoints = access.endpoints.map((endpoint) => ({ ...endpoint, host: '172.21.0.1' }));

  expect(failed(await examine({ ...who, access: { ...access, endpoints } }))).toEqual([]);
});

test('a lost name is mended by a restart of the cluster, which can be undone and loses nothing', async () => {
  const screen = terminal();
  const lost = exited(1, '', `${nslookup()}** server can't find host.k3d.internal: NXDOMAIN\n`);

  await main(setup([[/nslookup host.k3d.internal/, lost]]), ['--fix', '--yes'], screen);

  expect(screen.executed).toEqual(['k3d cluster stop shop', 'k3d cluster start shop']);
});

test('an image that is there in another version is not replaced by --fix, which could not undo it', async () => {
  const screen = terminal();

  await main(setup([[/^docker image inspect/, dockerImage('newer')]]), ['--fix', '--yes'], screen);

  expect(screen.executed).toEqual([]);
  expect(screen.written()).toContain('k3d image import --cluster shop');
});

test('a process that listens on another address is not in the way of a port of one address', async () => {
  const ports = [{ address: '127.0.0.1', host: 9094, container: 9094 }];
  const who = setup([[/^ss .*sport = :9094/, listening('192.0.2.2', 9094, 'users:(("java",pid=77,fd=3))')]]);
  const asked: unknown[] = [];
  const system = {
    ...who.system,
    canListen: (...args: readonly unknown[]) => {
      asked.push(args);
      return Promise.resolve('yes' as const);
    },
  };

  const diagnoses = await examine({
    ...who,
    system,
    access: { ...access, cluster: { ...access.cluster, ports } },
  });

  expect(asked).toEqual([[9094, '127.0.0.1']]);
  expect(failed(diagnoses).map(({ name }) => name)).toEqual([
    'cluster: it is published on the ports of the environment',
  ]);
});

test('a port that is changed in the environment is the one that is looked at', () => {
  const who = { ...setup([], { taken: [] }) };
  const changed = {
    ...who,
    access: { ...access, cluster: { ...access.cluster, ports: [{ host: 9980, container: 80 }] } },
  };

  const names = checks(changed).map((check) => check.name);

  expect(names).toContain("port 9980 is free, for the cluster's 80");
  expect(names.join()).not.toContain('8880');
});

test('without --fix nothing is run that changes anything', async () => {
  const screen = terminal({ answer: true });
  const who = setup([[/^ss .*sport = :6379/, '']]);

  await main(who, [], screen);

  expect(screen.executed).toEqual([]);
  for (const line of who.system.ran) {
    expect(line).toMatch(
      /^(docker (version|info|ps|port|network inspect|inspect|image inspect|exec \S+ (crictl (images|inspecti)|nslookup|kubectl get)) ?|k3d (version|cluster list)|kubectl version|ss |ip -j -4 route show|df -P -k |ip -j address show|ip6?tables-save$|nft -j list ruleset$|nsenter \S+ (ip -j -4 address show|\S*node -e)|(runuser|sudo) .*psql .*SELECT)/s,
    );
  }
});

describe('--fix', () => {
  const redisDown: readonly (readonly [RegExp, Reply])[] = [[/^ss .*sport = :6379/, listening('127.0.0.1', 6379)]];

  test('shows the commands and how to undo them, asks, and changes nothing at a no', async () => {
    const screen = terminal({ answer: false });

    expect(await main(setup(redisDown), ['--fix'], screen)).toBe(1);

    expect(screen.executed).toEqual([]);
    expect(screen.written()).toContain(
      'To be run:\n  dist/local/host/firewall.sh install --close\n  dist/local/host/services.sh apply\n  systemctl restart redis-server\n',
    );
    expect(screen.written()).toContain(
      'Undone by:\n  sudo dist/local/host/services.sh remove && sudo systemctl restart redis-server && sudo dist/local/host/firewall.sh uninstall\n',
    );
    expect(screen.written()).toContain('Nothing was changed.');
  });

  test.each([
    ['at a yes', ['--fix'], true],
    ['with --yes', ['--fix', '--yes'], false],
  ])('%s runs them, each once and in order, and looks again', async (_, args, answer) => {
    const screen = terminal({ answer });
    const replies: (readonly [RegExp, Reply])[] = [...redisDown, [/^ss .*sport = :5432/, listening('127.0.0.1', 5432)]];
    const who = setup(replies);

    expect(await main(who, args, screen)).toBe(1);

    // The door is closed before anything listens, and a restart comes after what it is for.
    expect(screen.executed).toEqual([
      'dist/local/host/firewall.sh install --close',
      'dist/local/host/services.sh apply',
      'systemctl restart postgresql',
      'systemctl restart redis-server',
    ]);
    expect(who.system.ran.filter((line) => line.startsWith('k3d version'))).toHaveLength(2);
  });

  test('uses sudo where it is not root', async () => {
    const screen = terminal();

    await main(setup(redisDown, { root: false }), ['--fix', '--yes'], screen);

    expect(screen.executed).toContain('sudo systemctl restart redis-server');
  });

  test('never runs SQL: what it takes over or changes, a person decides', async () => {
    for (const reply of [
      [/FROM pg_database$/, '[]'],
      [/FROM pg_database$/, databases('shop_carts', 'shop_orders').replaceAll('managed', 'made')],
      [/FROM pg_authid/, '[]'],
    ] as const) {
      const screen = terminal();

      expect(await main(setup([reply]), ['--fix', '--yes'], screen)).toBe(1);

      expect(screen.executed).toEqual([]);
    }
  });

  test('stops at the first command that fails', async () => {
    const screen = terminal({ codes: () => 4 });

    await main(setup(redisDown), ['--fix', '--yes'], screen);

    expect(screen.executed).toHaveLength(1);
    expect(screen.written()).toContain('exit code 4');
  });
});

describe('output', () => {
  test('as JSON, for programs', async () => {
    const screen = terminal({ live: true });

    const code = await main(setup([[/FROM pg_database$/, '[]']]), ['--format', 'json'], screen);

    const report = JSON.parse(screen.written()) as { exitCode: number; sections: { name: string; checks: object[] }[] };
    expect(code).toBe(1);
    expect(report.exitCode).toBe(1);
    expect(report.sections.map((section) => section.name)).toEqual([
      'tools',
      'resources',
      'ports',
      'network',
      'postgres-external',
      'redis-external',
      'cluster',
      'images',
    ]);
    expect(report.sections[4]?.checks[3]).toEqual({
      name: 'the databases are there, and their owners own them',
      status: 'problem',
      found: 'missing: shop_carts, shop_orders',
      why: 'Their services fail at their start, in the migration.',
      remedy: [
        'cat .secrets/local.psql dist/local/host/postgres-external.sql | sudo -u postgres psql -X -q -p 5432 -d postgres',
      ],
    });
  });

  test('the remedy stands under what failed', async () => {
    const screen = terminal();

    await main(setup([[/FROM pg_database$/, databases('shop_carts')]]), [], screen);

    expect(screen.written()).toContain(
      `× the databases are there, and their owners own them
    missing: shop_orders
    Their services fail at their start, in the migration.
    what to do:
      cat .secrets/local.psql`,
    );
  });

  test('colours and progress on a live terminal only', async () => {
    const live = terminal({ live: true });
    const file = terminal();

    await main(setup(), [], live);
    await main(setup(), [], file);

    expect(live.written()).toContain('\u001b[32m√');
    expect(live.written()).toContain('… docker is installed');
    expect(file.written()).not.toContain('\u001b');
  });

  test('exit code 2 when a check could not run and nothing is to be mended', async () => {
    expect(await main(setup([[/^ip -j/, MISSING]]), [], terminal())).toBe(2);
    expect(
      await main(
        setup([
          [/^ip -j/, MISSING],
          [/FROM pg_database$/, '[]'],
        ]),
        [],
        terminal(),
      ),
    ).toBe(1);
  });

  test.each([[['--format', 'yaml']], [['--yes']], [['--nonsense']], [['x']]])(
    '%j is refused with one line, and nothing is looked at',
    async (args) => {
      const screen = terminal();
      const who = setup();

      expect(await main(who, args, screen)).toBe(2);

      expect(screen.written()).toMatch(/^npm run -s doctor: .*\n$/);
      expect(who.system.ran).toEqual([]);
    },
  );

  test('no password is shown', async () => {
    const screen = terminal();
    const secret = 'correct-horse';
    const who = { ...setup([[/FROM pg_authid/, roles({ ...ROLES, carts_user: 'other' })]]), passwordOf: () => secret };

    await main(who, [], screen);

    expect(screen.written() + who.system.ran.join('\n')).not.toContain(secret);
  });
});

test('a SCRAM verifier is compared with a password', () => {
  expect(scramMatches(verifier('pä ss'), 'pä ss')).toBe(true);
  expect(scramMatches(verifier('pass'), 'Pass')).toBe(false);
  expect(scramMatches('md5abc', 'abc')).toBe(false);
});

test('images are named as container runtimes list them', () => {
  expect(fullImageName('redis:7')).toBe('docker.io/library/redis:7');
  expect(fullImageName('shop/orders:dev')).toBe('docker.io/shop/orders:dev');
  expect(fullImageName('localhost/orders:dev')).toBe('localhost/orders:dev');
  expect(fullImageName('registry.example:5000/orders:dev')).toBe('registry.example:5000/orders:dev');
});
