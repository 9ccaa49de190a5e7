import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { type Environment, local } from '../../lib/sportstix/environments';
import { synthesize } from '../../lib/sportstix/synth';
import { until } from '../testing';
import { testedVersions, useCluster } from './control-plane';
import { record, records } from './json';
import type { KubernetesObject, Source } from './kubectl';
import { changed, overlayOf } from './overlay';

const ROOT = join(__dirname, '..', '..');
const CRDS: Source = { files: join(ROOT, 'imports', 'crds', 'argo-rollouts-1.9.1.yaml') };
const FIELD_MANAGER = 'sportstix-test';
const WORKLOADS = 'deployments.apps,statefulsets.apps,daemonsets.apps';

/** What kubectl may prune; cluster-scoped objects are nobody's to prune by label. */
const PRUNED_KINDS = [
  'core/v1/ConfigMap',
  'core/v1/Secret',
  'core/v1/Service',
  'core/v1/ServiceAccount',
  'apps/v1/Deployment',
  'apps/v1/StatefulSet',
  'apps/v1/DaemonSet',
];

const id = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

/** The objects of a folder of manifests. */
function objectsOf(folder: string, files: readonly string[]): KubernetesObject[] {
  return files.flatMap((file) => loadAll(readFileSync(join(folder, file), 'utf8')) as KubernetesObject[]);
}

describe.each(testedVersions())('the platform on Kubernetes %s', (version) => {
  // Before the cluster's own, which stops it.
  afterAll(async () => {
    const { isOwn, kubectl } = cluster();
    if (!isOwn) {
      await kubectl.delete(manifests());
      if (broughtCrds) {
        await kubectl.delete(CRDS);
      }
    }
    rmSync(work, { recursive: true, force: true });
  });
  const cluster = useCluster(version);
  let work: string;
  let broughtCrds = false;
  let environment: Environment;
  let objects: readonly KubernetesObject[];

  /** Synthesizes an environment, with the names that are free on this cluster, below the work folder. */
  const synth = (changes: Partial<Environment> = {}): string => {
    const { name } = { ...environment, ...changes };
    synthesize([{ ...environment, ...changes }], {
      outdir: work,
      secretsFolder: join(work, '.secrets'),
      log: () => undefined,
    });
    return join(work, name);
  };
  const manifests = (): Source => ({ files: join(work, 'local', 'manifests') });
  const ofKind = (...kinds: string[]): KubernetesObject[] => objects.filter(({ kind }) => kinds.includes(kind));

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'platform-test-'));
    const { prefix, kubectl } = cluster();
    environment = {
      ...local,
      namespace: `${prefix}${local.namespace}`,
      observabilityNamespace: `${prefix}${local.observabilityNamespace}`,
    };
    const folder = synth();
    const { resources } = record(loadAll(readFileSync(join(folder, 'kustomization.yml'), 'utf8'))[0]);
    objects = objectsOf(folder, resources as string[]);
    const crds = await kubectl.list('customresourcedefinitions');
    if (!crds.some(({ metadata }) => metadata.name === 'rollouts.argoproj.io')) {
      broughtCrds = true;
      await kubectl.apply(CRDS, { fieldManager: FIELD_MANAGER });
    }
    await kubectl.wait('crd/rollouts.argoproj.io', 'condition=Established');
  });

  /** The server's object for each of ours. */
  const held = async (): Promise<Map<string, KubernetesObject>> => {
    const kinds = [...new Set(objects.map(({ kind }) => kind.toLowerCase()))].join(',');
    const all = await cluster().kubectl.list(kinds);
    const ours = new Set(objects.map(id));
    return new Map(all.filter((object) => ours.has(id(object))).map((object) => [id(object), object]));
  };
  const generations = async (): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      [...(await held())].map(([name, { metadata }]) => [name, metadata['generation'] ?? metadata.resourceVersion]),
    );

  test('is accepted by server-side apply on an empty cluster, in one pass, without a warning', async () => {
    const { warnings } = await cluster().kubectl.apply(manifests(), { fieldManager: FIELD_MANAGER });

    expect(warnings).toEqual([]);
    expect([...(await held()).keys()].sort()).toEqual(objects.map(id).sort());
  });

  test('is not changed by applying it again', async () => {
    const { kubectl } = cluster();
    const before = await generations();
    await kubectl.apply(manifests(), { fieldManager: FIELD_MANAGER });

    expect(await generations()).toEqual(before);
    expect(await kubectl.diff(manifests(), { fieldManager: FIELD_MANAGER })).toBe('');
  });

  test('becomes ready, every workload of it', async () => {
    const { kubectl } = cluster();
    const wanted = ofKind('Deployment', 'StatefulSet', 'DaemonSet').map(id).sort();
    const ready = async (): Promise<string[]> => {
      const found = [];
      for (const namespace of [environment.namespace, environment.observabilityNamespace]) {
        found.push(...(await kubectl.list(WORKLOADS, namespace)));
      }
      return found
        .filter(({ spec, status }) => {
          const counts = record(status);
          const desired = counts['desiredNumberScheduled'] ?? record(spec)['replicas'];
          const count = counts['readyReplicas'] ?? counts['numberReady'];
          return typeof desired === 'number' && desired > 0 && count === desired;
        })
        .map(id)
        .sort();
    };
    const found = await until('every workload is ready', async () => {
      const now = await ready();
      return now.length >= wanted.length && now;
    });

    expect(found).toEqual(wanted);
  });

  test('has endpoints behind every Service, on the ports of the containers', async () => {
    const { kubectl } = cluster();
    const rollouts = ofKind('Rollout').map(({ metadata }) => metadata.name);
    for (const service of ofKind('Service')) {
      const { selector, ports } = record(service['spec']);
      // ExternalName has none, and a Rollout's pods are made by a controller that does not run here.
      if (selector === undefined || rollouts.includes(service.metadata.name)) {
        continue;
      }
      const { name, namespace } = service.metadata;
      const found = await until(`Service ${name} has endpoints`, async () => {
        const slices = await kubectl.list(
          'endpointslices.discovery.k8s.io',
          namespace,
          `kubernetes.io/service-name=${name}`,
        );
        return slices.some(({ endpoints }) => records(endpoints).length > 0) && slices;
      });
      const numbers = found.flatMap(({ ports: list }) => records(list).map(({ name, port }) => [name, port]));
      // Every container listens on the port that its Service has.
      expect([name, numbers.sort()]).toEqual([
        name,
        records(ports)
          .map(({ name, port }) => [name, port])
          .sort(),
      ]);
    }
  });

  test('has a bound volume for every claim', async () => {
    const { kubectl } = cluster();
    const claims = [];
    for (const namespace of [environment.namespace, environment.observabilityNamespace]) {
      claims.push(...(await kubectl.list('persistentvolumeclaims', namespace)));
    }

    expect(claims.map(({ metadata, status }) => [metadata.name, record(status)['phase']]).sort()).toEqual([
      ['grafana-data-grafana-0', 'Bound'],
      ['kafka-data-kafka-0', 'Bound'],
      ['loki-data-loki-0', 'Bound'],
      ['prometheus-data-prometheus-0', 'Bound'],
      ['tempo-data-tempo-0', 'Bound'],
    ]);
  });

  test('lives under the restricted Pod Security Standard, which refuses a pod that does not', async () => {
    const { kubectl } = cluster();
    const pods = await kubectl.list('pods', environment.namespace);
    expect(pods.length).toBeGreaterThanOrEqual(7); // six Deployments and Kafka
    const privileged: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'privileged', namespace: environment.namespace },
      spec: { containers: [{ name: 'privileged', image: 'x:1', securityContext: { privileged: true } }] },
    };

    await expect(kubectl.apply({ objects: [privileged] }, { flags: ['--dry-run=server'] })).rejects.toThrow(
      'violates PodSecurity "restricted:latest"',
    );
    // A Rollout's pods, which nobody makes here, are of the same template.
    for (const { metadata, spec } of ofKind('Rollout')) {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `${metadata.name}-test`, namespace: environment.namespace },
        spec: record(record(spec)['template'])['spec'],
      };
      await kubectl.apply({ objects: [pod] }, { flags: ['--dry-run=server'] });
    }
  });

  test('what is not applied with it is valid too', async () => {
    const checks = await cluster().kubectl.apply(
      { files: join(work, 'local', 'checks') },
      { fieldManager: FIELD_MANAGER, flags: ['--dry-run=server'] },
    );
    expect(checks.warnings).toEqual([]);
  });

  test('comes and goes as a kustomization, client-side, and nothing changes once server-side apply has taken over', async () => {
    const { kubectl } = cluster();
    await kubectl.delete(manifests());
    const { warnings } = await kubectl.apply({ kustomization: join(work, 'local') });
    const created = Object.keys(await generations());
    const serverSide = { fieldManager: FIELD_MANAGER, flags: ['--force-conflicts'] };
    await kubectl.apply(manifests(), serverSide);
    const before = await generations();
    await kubectl.apply(manifests(), serverSide);

    expect(warnings).toEqual([]);
    expect(created.sort()).toEqual(objects.map(id).sort());
    expect(await generations()).toEqual(before);
    expect(await kubectl.diff(manifests(), serverSide)).toBe('');
  });

  test('an overlay is what the server then holds', async () => {
    const { kubectl } = cluster();
    const overlay = join(work, 'overlay');
    mkdirSync(overlay);
    writeFileSync(join(overlay, 'kustomization.yaml'), overlayOf('../local'));
    await kubectl.apply({ kustomization: overlay });
    const objectsHeld = await held();

    const holds = (kind: string, name: string): KubernetesObject | undefined =>
      objectsHeld.get(`${kind} ${environment.namespace}/${name}`);
    const { tagged, scaled, setting } = changed;
    expect(holds('Deployment', tagged.service.name)).toMatchObject({
      spec: { template: { spec: { containers: [{ image: tagged.to }] } } },
    });
    expect(holds('Deployment', scaled.service.name)).toMatchObject({ spec: { replicas: scaled.to } });
    expect(holds('ConfigMap', 'sportstix-common')).toMatchObject({ data: { [setting.name]: setting.to } });
    await kubectl.apply({ kustomization: join(work, 'local') });
  });

  test('a service that leaves the catalogue is pruned, exactly its objects', async () => {
    const { kubectl } = cluster();
    // One that shares no Secret with others.
    const gone = environment.services.find(
      (one) => one.kind === 'spring' && one.database && one.redis === false && !one.jwt && !one.canary,
    )?.name;
    if (gone === undefined) {
      throw new Error('The catalogue has no Deployment with a database and without Redis and keys: let another go.');
    }
    const before = [...(await held()).keys()];
    synth({ services: environment.services.filter(({ name }) => name !== gone) });
    await kubectl.apply(manifests(), {
      flags: [
        '--prune',
        '--selector=app.kubernetes.io/part-of=sportstix',
        ...PRUNED_KINDS.map((kind) => `--prune-allowlist=${kind}`),
      ],
    });
    const after = new Set((await held()).keys());
    synth();

    const named = (kind: string, name: string): string => `${kind} ${environment.namespace}/${name}`;
    expect(before.filter((name) => !after.has(name)).sort()).toEqual([
      named('ConfigMap', `${gone}-config`),
      named('Deployment', gone),
      named('Secret', `${gone}-db-secret`),
      named('Service', gone),
      named('ServiceAccount', `${gone}-sa`),
    ]);
  });

  test('the previous committed dist/ can be upgraded to this one', async () => {
    const { kubectl, isOwn } = cluster();
    const previous = isOwn ? previousDist(join(work, 'previous')) : undefined;
    if (previous === undefined) {
      console.warn("Left out: there is no earlier dist/ in the git history, or the cluster is somebody else's.");
      return;
    }
    await kubectl.delete(manifests());
    await kubectl.apply({ files: previous }, { fieldManager: FIELD_MANAGER });
    // An immutable field that differs is refused here, and named in the error.
    await kubectl.apply(manifests(), { fieldManager: FIELD_MANAGER });

    expect([...(await held()).keys()].sort()).toEqual(objects.map(id).sort());
  });

  (hasAdmissionPolicies(version) ? test : test.skip)(
    'its own admission policies compile, admit all of it, and refuse an image that is latest',
    async () => {
      const { kubectl, isOwn } = cluster();
      if (!isOwn) {
        console.warn("Left out: policies hold for a whole cluster, and this one is somebody else's.");
        return;
      }
      const admission = { kustomization: join(work, 'local', 'admission') };
      const { warnings } = await kubectl.apply(admission, { fieldManager: FIELD_MANAGER });
      expect(warnings).toEqual([]);

      const { name, repository } = changed.tagged.service;
      const setImage = (): Promise<unknown> =>
        kubectl.run([
          'set',
          'image',
          `deployment/${name}`,
          `${name}=${repository}:latest`,
          `--namespace=${environment.namespace}`,
          '--dry-run=server',
        ]);
      // The API server takes a moment to put policies into force.
      const refusal = await until('the image is refused', () => setImage().then(() => undefined, String));
      expect(refusal).toContain(`container "${name}": image "${repository}:latest" has the tag latest`);

      await kubectl.delete(manifests());
      const again = await kubectl.apply(manifests(), { fieldManager: FIELD_MANAGER });
      expect(again.warnings).toEqual([]);
      expect([...(await held()).keys()].sort()).toEqual(objects.map(id).sort());

      const policies = await kubectl.list('validatingadmissionpolicies.admissionregistration.k8s.io');
      expect(policies.length).toBeGreaterThan(30);
      const typeWarnings = policies.filter(
        ({ status }) => record(record(status ?? {})['typeChecking'] ?? {})['expressionWarnings'] !== undefined,
      );
      expect(typeWarnings.map(({ metadata }) => metadata.name)).toEqual([]);
    },
  );
});

/** ValidatingAdmissionPolicy is v1 from Kubernetes 1.30. */
function hasAdmissionPolicies(version: string): boolean {
  return Number(version.split('.')[1]) >= 30;
}

/** The manifests of the commit before the last that changed them, written to a folder. */
function previousDist(folder: string): string | undefined {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  const [, previous] = git('log', '--max-count=2', '--format=%H', '--', 'dist/local/manifests')
    .split('\n')
    .filter(Boolean);
  if (previous === undefined) {
    return undefined;
  }
  const files = git('ls-tree', '-r', '--name-only', previous, 'dist/local/manifests').split('\n').filter(Boolean);
  for (const file of files) {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, git('show', `${previous}:${file}`));
  }
  return join(folder, 'dist/local/manifests');
}
