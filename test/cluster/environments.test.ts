import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { environments } from '../../lib/sportstix/environments';
import { until } from '../testing';
import { kubeconfigUnderTest } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import { record, records, text } from './json';
import type { KubernetesObject, Source } from './kubectl';

const ROOT = join(__dirname, '..', '..');
const CRDS = join(ROOT, 'imports', 'crds');
const FIELD_MANAGER = 'sportstix-test';
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

/** Those on a cluster that is made elsewhere; the other is platform.test.ts's. */
const managed = environments.filter(({ cluster }) => cluster === undefined);

const id = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;

function manifestsOf(name: string): Source & { readonly files: string } {
  return { files: join(ROOT, 'dist', name, 'manifests') };
}

function objectsOf(name: string): readonly KubernetesObject[] {
  const { files } = manifestsOf(name);
  return readdirSync(files).flatMap(
    (file) => loadAll(readFileSync(join(files, file), 'utf8')) as readonly KubernetesObject[],
  );
}

/** The condition of a type that a controller has set. */
function condition({ status }: KubernetesObject, type: string): unknown {
  const conditions = record(status ?? {})['conditions'];
  return conditions === undefined
    ? undefined
    : records(conditions).find((each) => each['type'] === type && each['status'] === 'True')?.['reason'];
}

// Their names are their own, and would be somebody else's on his cluster.
(kubeconfigUnderTest() === undefined ? describe : describe.skip).each(testedVersions())(
  'environments on a cluster that is made elsewhere, on Kubernetes %s',
  (version) => {
    const cluster = useCluster(version);
    const objects = new Map(managed.map(({ name }) => [name, objectsOf(name)]));
    const ofKind = (kind: string): readonly KubernetesObject[] =>
      [...objects.values()].flat().filter((object) => object.kind === kind);
    const namespaces = managed.map(({ namespace }) => namespace);

    const held = async (name: string): Promise<ReadonlyMap<string, KubernetesObject>> => {
      const ours = objects.get(name) ?? [];
      const kinds = new Set(
        ours.map(({ apiVersion, kind }) => {
          const [group, versionOfGroup] = apiVersion.includes('/') ? apiVersion.split('/') : [];
          return group === undefined ? kind : `${kind}.${String(versionOfGroup)}.${group}`;
        }),
      );
      const ids = new Set(ours.map(id));
      const all = await cluster().kubectl.list([...kinds].join(','));
      return new Map(all.filter((object) => ids.has(id(object))).map((object) => [id(object), object]));
    };
    const generations = async (name: string): Promise<Record<string, unknown>> =>
      Object.fromEntries(
        [...(await held(name))].map(([key, { metadata }]) => [key, metadata['generation'] ?? metadata.resourceVersion]),
      );
    /** Workloads of the platform that are there more than once; what is to be there once says so. */
    const services = (kind: string): readonly KubernetesObject[] =>
      ofKind(kind).filter(
        ({ metadata, spec }) => namespaces.includes(metadata.namespace ?? '') && record(spec)['replicas'] !== 1,
      );
    /** The pods of their Deployments, by Deployment, once there are as many as are wanted. */
    const podsByDeployment = async (): Promise<ReadonlyMap<string, readonly KubernetesObject[]>> => {
      const { kubectl } = cluster();
      const found = new Map<string, readonly KubernetesObject[]>();
      for (const { metadata, spec } of services('Deployment')) {
        const labels = Object.entries(record(record(record(spec)['selector'])['matchLabels']));
        const selector = labels.map(([key, value]) => `${key}=${text(value)}`).join(',');
        const pods = await until(`two pods of ${metadata.name} are Ready`, async () => {
          const running = (await kubectl.list('pods', metadata.namespace, selector)).filter(
            (pod) => pod.metadata['deletionTimestamp'] === undefined,
          );
          const isReady = (pod: KubernetesObject): boolean =>
            records(record(pod['status'])['conditions'] ?? []).some(
              ({ type, status }) => type === 'Ready' && status === 'True',
            );
          return running.length === 2 && running.every(isReady) && running;
        });
        found.set(`${metadata.namespace ?? ''}/${metadata.name}`, pods);
      }
      return found;
    };

    beforeAll(async () => {
      const { kubectl } = cluster();
      // Kubernetes 1.28 does not know selectableFields, of which nothing here makes use.
      await kubectl.run(['create', '--validate=ignore', `--filename=${CRDS}`]);
      await kubectl.wait('crd --all', 'condition=Established');
      const nodes = await kubectl.list('nodes');
      for (const [index, { metadata }] of nodes.entries()) {
        await kubectl.run(['label', 'node', metadata.name, `${ZONE}=zone-${index}`]);
      }
    });

    describe.each(managed)('$name', ({ name }) => {
      test('is accepted by server-side apply, in one pass, strictly and without a warning', async () => {
        const { warnings } = await cluster().kubectl.apply(manifestsOf(name), { fieldManager: FIELD_MANAGER });

        expect(warnings).toEqual([]);
        expect([...(await held(name)).keys()].sort()).toEqual((objects.get(name) ?? []).map(id).sort());
      });

      test('is not changed by applying it again', async () => {
        const { kubectl } = cluster();
        const before = await generations(name);
        await kubectl.apply(manifestsOf(name), { fieldManager: FIELD_MANAGER });

        expect(await generations(name)).toEqual(before);
        expect(await kubectl.diff(manifestsOf(name), { fieldManager: FIELD_MANAGER })).toBe('');
      });
    });

    /** What an autoscaler, or the environment, says how many there are of: each with its number of pods. */
    const replicas = async (): Promise<readonly (readonly [string, unknown])[]> =>
      Promise.all(
        [...services('Deployment'), ...services('Rollout')].map(async ({ kind, metadata }) => {
          const { spec } = await cluster().kubectl.get(`${kind}/${metadata.name}`, metadata.namespace);
          return [`${metadata.namespace ?? ''}/${metadata.name}`, record(spec)['replicas']] as const;
        }),
      );

    test('every autoscaler finds what it scales, and brings it to its minimum', async () => {
      const { kubectl } = cluster();
      for (const { metadata, spec } of ofKind('Rollout')) {
        // Argo Rollouts' controller writes it, where it is not said (rollout/controller.go); without it there is no scale.
        if (record(spec)['replicas'] === undefined) {
          const patch = ['patch', 'rollout', metadata.name, '--type=merge', '--patch={"spec":{"replicas":1}}'];
          await kubectl.run([
            ...patch,
            `--namespace=${metadata.namespace ?? ''}`,
            '--field-manager=rollouts-controller',
          ]);
        }
      }
      const autoscalers = ofKind('HorizontalPodAutoscaler');
      expect(autoscalers.length).toBeGreaterThanOrEqual(7);
      for (const { metadata } of autoscalers) {
        const reason = await until(`autoscaler ${metadata.name} finds its target`, async () =>
          condition(await kubectl.get(`hpa/${metadata.name}`, metadata.namespace), 'AbleToScale'),
        );
        expect([metadata.name, reason]).toEqual([
          metadata.name,
          expect.stringMatching(/^Succeeded|^ReadyForNewScale$/),
        ]);
      }

      await until('every workload has two pods', async () => (await replicas()).every(([, count]) => count === 2));
    });

    test('what an autoscaler has scaled up, applying again does not scale down', async () => {
      const before = await replicas();
      for (const { name } of managed) {
        await cluster().kubectl.apply(manifestsOf(name), { fieldManager: FIELD_MANAGER });
      }

      expect(await replicas()).toEqual(before);
      expect(before.map(([, count]) => count)).toEqual(before.map(() => 2));
    });

    test('pods of one service stand on different nodes, in different zones', async () => {
      const nodes = new Map((await cluster().kubectl.list('nodes')).map(({ metadata }) => [metadata.name, metadata]));
      for (const [name, pods] of await podsByDeployment()) {
        const placed = pods.map(({ spec }) => nodes.get(text(record(spec)['nodeName'])));
        expect([name, new Set(placed.map((node) => node?.labels?.[HOST])).size]).toEqual([name, 2]);
        expect([name, new Set(placed.map((node) => node?.labels?.[ZONE])).size]).toEqual([name, 2]);
      }
    });

    test('every disruption budget allows one disruption, and so a node can be drained, also of one of many pods', async () => {
      const { kubectl } = cluster();
      await podsByDeployment();
      const maximum = ({ spec }: KubernetesObject): number => Number(record(spec)['maxReplicas']);
      const autoscaled = ofKind('HorizontalPodAutoscaler').filter(
        ({ spec }) => record(record(spec)['scaleTargetRef'])['kind'] === 'Deployment',
      );
      // A Rollout's pods, and Strimzi's, are made by controllers that do not run here.
      const unmade = new Set(ofKind('Rollout').map(({ metadata }) => metadata.name));
      const budgets = ofKind('PodDisruptionBudget').filter(({ metadata }) => !unmade.has(metadata.name));
      expect(budgets.length).toBeGreaterThanOrEqual(12);
      for (const { metadata } of budgets) {
        await until(
          `${id({ apiVersion: '', kind: 'PodDisruptionBudget', metadata })} allows one disruption`,
          async () => {
            const { status } = await kubectl.get(`pdb/${metadata.name}`, metadata.namespace);
            return record(status ?? {})['disruptionsAllowed'] === 1;
          },
        );
      }

      const [node] = await kubectl.list('nodes');
      const name = node?.metadata.name ?? '';
      await kubectl.run(['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=10m']);
      const left = (await podsByDeployment()).values();
      expect([...left].flat().filter(({ spec }) => record(spec)['nodeName'] === name)).toEqual([]);
      await kubectl.run(['uncordon', name]);

      // More than a node has to itself: what is drained must find a place on the others.
      const [busiest] = autoscaled.toSorted((one, other) => maximum(other) - maximum(one));
      const { name: service = '', namespace = '' } = busiest?.metadata ?? {};
      await kubectl.run(['scale', `deployment/${service}`, '--replicas=7', `--namespace=${namespace}`]);
      await kubectl.wait(`deployment/${service}`, 'jsonpath={.status.readyReplicas}=7', namespace);
      await kubectl.run(['drain', name, '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=5m']);
      await kubectl.wait(`deployment/${service}`, 'jsonpath={.status.readyReplicas}=7', namespace);
    });
  },
);
