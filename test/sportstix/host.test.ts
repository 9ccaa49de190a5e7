import { thisSystem } from '../../lib/host/system';
import { local } from '../../lib/sportstix/environments';
import { bringUpOf, hostAccessOf, passwordsFrom, localSetupOf } from '../../lib/sportstix/host';
import { renderEnvironment } from '../../lib/sportstix/synth';
import { PLACEHOLDERS } from './placeholder-secrets';

const access = hostAccessOf(local);

function contentOf(path: string, environment = local): string {
  const file = renderEnvironment(environment, PLACEHOLDERS).others.get(path);
  if (file === undefined) {
    throw new Error(`${path} is not synthesized.`);
  }
  return file.content;
}

test('the cluster is that of the platform', () => {
  expect(local.cluster).toMatchObject({
    name: 'sportstix',
    servers: 1,
    agents: 2,
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
      { address: '127.0.0.1', host: 9094, container: 9094 },
    ],
    image: 'rancher/k3s:v1.35.5-k3s1',
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
  });
  const config = contentOf('k3d.yml');
  for (const text of [
    'name: sportstix',
    'servers: 1',
    'agents: 2',
    '8880:80',
    '8443:443',
    '127.0.0.1:9094:9094',
    'subnet: 172.21.0.0/16',
  ]) {
    expect(config).toContain(text);
  }
  expect(config).not.toContain('traefik'); // k3s brings it unless it is disabled.
});

test('the host lets in what the manifests connect to: every database of the catalogue with its user, and Redis', () => {
  expect(access?.endpoints).toEqual([
    {
      kind: 'postgresql',
      name: 'postgres-external',
      host: 'host.k3d.internal',
      port: 5432,
      superuser: 'postgres',
      databases: ['auth', 'game', 'booking', 'payment', 'admin'].map((name) => ({
        name: `sportstix_${name}`,
        user: `${name}_user`,
        owner: `${name}_owner`,
      })),
    },
    { kind: 'redis', name: 'redis-external', host: 'host.k3d.internal', port: 6379 },
  ]);
});

test("passwords come from the secrets, by server and user; nobody knows the superuser's", () => {
  const passwordOf = passwordsFrom(PLACEHOLDERS.passwords);
  const [postgres, redis] = access?.endpoints ?? [];
  if (postgres?.kind !== 'postgresql' || redis?.kind !== 'redis') {
    throw new Error('The endpoints are not PostgreSQL and Redis.');
  }
  expect(passwordOf(postgres, 'auth_user')).toBe('auth-user-placeholder');
  expect(passwordOf(postgres, 'auth_owner')).toBe('auth-owner-placeholder');
  expect(passwordOf(postgres, 'postgres')).toBeUndefined();
  expect(passwordOf(postgres, 'default')).toBeUndefined();
  expect(passwordOf(redis, 'default')).toBe('redis-placeholder');
  expect(passwordOf(redis, 'auth_user')).toBeUndefined();
});

test('the doctor knows what the image of each service is built with', () => {
  if (access === undefined) {
    throw new Error('The local environment has no cluster.');
  }
  const { buildArguments, images } = localSetupOf(local, access, () => ({ databases: new Map() }), thisSystem());

  expect([...(buildArguments ?? [])].map(([image]) => image)).toEqual(images);
  expect([...(buildArguments ?? [])].filter(([, words]) => words.length > 0)).toEqual([
    ['sportstix/frontend:dev', ['NEXT_PUBLIC_API_URL=http://localhost:8880', 'NEXT_PUBLIC_WS_URL=ws://localhost:8880']],
  ]);
});

test('nothing that is synthesized beside the manifests holds a secret', () => {
  for (const [path, { content }] of renderEnvironment(local, PLACEHOLDERS).others) {
    expect([path, content.includes('placeholder')]).toEqual([path, false]);
  }
});

test('the API server believes the controllers that the environment names', () => {
  const makes = ['ReplicaSet of argoproj.io/v1alpha1 Rollout'] as const;
  const account = 'system:serviceaccount:rollouts:controller';
  const argo = 'system:serviceaccount:argo-rollouts:argo-rollouts makes';
  const policies = contentOf('admission/policies.k8s.yaml', { ...local, controllers: [{ account, makes }] });

  expect([policies.includes(`${account} makes ${makes[0]}`), policies.includes(argo)]).toEqual([true, false]);
  expect(contentOf('admission/policies.k8s.yaml')).toContain(argo);
});

test('a port that changes in the environment changes in the configuration, the Ingress and what the doctor looks at', () => {
  if (local.cluster === undefined) {
    throw new Error('The local environment has no cluster.');
  }
  const changed = { ...local, cluster: { ...local.cluster, ports: [{ host: 9980, container: 80 }] } };

  expect(contentOf('k3d.yml', changed)).toContain('9980:80');
  expect(contentOf('k3d.yml', changed)).not.toContain('8880');
  expect(renderEnvironment(changed, PLACEHOLDERS).manifests.get('ingress.k8s.yaml')).toContain('http://localhost:9980');
  expect(hostAccessOf(changed)?.cluster.ports).toEqual([{ host: 9980, container: 80 }]);
});

test('the Job that checks the external hosts names each of them', () => {
  const job = contentOf('checks/external-hosts.k8s.yaml');
  expect(job).toContain('postgres-external.sportstix.svc.cluster.local');
  expect(job).toContain('redis-external.sportstix.svc.cluster.local');
});

test('up applies custom resources before the platform', () => {
  if (access === undefined) {
    throw new Error('The local environment has no cluster.');
  }
  expect(bringUpOf(local, access).manifests).toEqual([
    { name: 'custom resources', apply: ['--server-side', '-f', 'imports/crds'], established: ['rollouts.argoproj.io'] },
    { name: 'platform and observability', apply: ['-f', 'dist/local/manifests'] },
  ]);
  expect(bringUpOf(local, access).images).toContain('sportstix/auth-service:dev');
});

test('an environment whose cluster is made elsewhere has only manifests and policies', () => {
  const elsewhere = { ...local, ingress: { ...local.ingress, host: 'tickets.example.com' } };
  Reflect.deleteProperty(elsewhere, 'cluster');
  const folders = [...renderEnvironment(elsewhere, PLACEHOLDERS).others.keys()].map((path) => path.split('/')[0]);

  expect(new Set(folders)).toEqual(new Set(['kustomization.yml', 'admission']));
});
