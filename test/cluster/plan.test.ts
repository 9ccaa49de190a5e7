import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { Graph } from '../../lib/graph';
import { formatPath, groupOf } from '../../lib/manifest/manifest';
import { compare } from '../../lib/plan/compare';
import { RULES } from '../../lib/plan/consequences';
import { canaryPods } from '../../lib/plan/consequences/replacement';
import type { Consequence } from '../../lib/plan/model';
import { environments } from '../../lib/sportstix/environments';
import { until } from '../testing';
import { binary, kubeconfigUnderTest, moduleFolder, progress, seconds } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import { record, records, text, type JsonRecord } from './json';
import type { KubectlProxy, KubernetesObject } from './kubectl';
import { edited, EDITS, FURTHER_OBJECTS, type Edit } from './plan-edits';

const ROOT = join(__dirname, '..', '..');
const FIELD_MANAGER = 'plan-test';
/** How many requests are on their way at once. */
const AT_ONCE = 12;

/** Objects that are applied together. */
interface ObjectSet {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
}

const SETS: readonly ObjectSet[] = [
  ...environments.map(({ name }) => {
    const folder = join(ROOT, 'dist', name, 'manifests');
    const objects = readdirSync(folder).flatMap(
      (file) => loadAll(readFileSync(join(folder, file), 'utf8')) as readonly KubernetesObject[],
    );
    return { name, objects };
  }),
  { name: 'further', objects: FURTHER_OBJECTS },
];

/** One thing that is changed of one object. */
interface Case {
  readonly title: string;
  readonly old: KubernetesObject;
  readonly now: KubernetesObject;
  readonly consequences: readonly Consequence[];
}

const kindOf = ({ apiVersion, kind }: KubernetesObject): string => `${groupOf(apiVersion)}/${kind}`;
const graphOf = (objects: readonly KubernetesObject[]): Graph => new Graph(objects.map((manifest) => ({ manifest })));

/** What a plan says of the changes between two sets, by object. */
function consequencesOf(
  old: Graph,
  now: readonly KubernetesObject[],
): ReadonlyMap<KubernetesObject, readonly Consequence[]> {
  const comparison = compare(old, graphOf(now));
  return new Map(
    comparison.changes.map((change) => {
      const object = (change.old ?? change.new)?.manifest as KubernetesObject;
      return [object, RULES.flatMap((rule) => [...rule(change, comparison)])];
    }),
  );
}

const GRAPHS = new Map(SETS.map(({ name, objects }) => [name, graphOf(objects)]));

/** A case of one edit; undefined where it changes nothing. */
function caseOf({ name, objects }: ObjectSet, edit: Edit, object: KubernetesObject): Case | undefined {
  const now = edited(object, edit);
  const old = GRAPHS.get(name);
  if (now === undefined || old === undefined) {
    return undefined;
  }
  const all = objects.map((each) => (each === object ? now : each));
  return {
    title: `${name} ${object.kind} ${object.metadata.name}: ${formatPath(edit.path)} = ${shown(valueAt(now, edit.path))}`,
    old: object,
    now,
    consequences: consequencesOf(old, all).get(object) ?? [],
  };
}

/** Every edit of each of its kinds, each on the next environment and the next object; and of all further objects, of which each is another thing. */
function casesOf(): readonly Case[] {
  const [further, ...sets] = SETS.toReversed();
  let turn = 0;
  return EDITS.flatMap((edit) =>
    edit.kinds.flatMap((kind) => {
      const candidates = sets.flatMap((set) =>
        set.objects.filter((object) => kindOf(object) === kind).map((object, index) => ({ set, object, index })),
      );
      turn += 1;
      // From one environment to the next, and so the first objects of all before the second ones.
      const inTurn = candidates.toSorted((a, b) => a.index - b.index);
      const shift = turn % Math.max(1, inTurn.length);
      const first = [...inTurn.slice(shift), ...inTurn.slice(0, shift)]
        .map(
          ({ set, object }) =>
            () =>
              caseOf(set, edit, object),
        )
        .reduce<Case | undefined>((found, next) => found ?? next(), undefined);
      return [
        ...(first === undefined ? [] : [first]),
        ...(further?.objects ?? [])
          .filter((object) => kindOf(object) === kind && further !== undefined)
          .flatMap((object) => (further === undefined ? [] : (caseOf(further, edit, object) ?? []))),
      ];
    }),
  );
}

const CASES = casesOf();

function shown(value: unknown): string {
  return value === undefined ? 'gone' : JSON.stringify(value).slice(0, 60);
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((each, key) => (each as Record<string | number, unknown> | undefined)?.[key], value);
}

/** What an API server says of objects, by server-side apply, as `kubectl apply --server-side` asks it. */
class Server {
  private readonly resources = new Map<string, Promise<readonly JsonRecord[]>>();

  constructor(private readonly proxy: KubectlProxy) {}

  async apply(object: KubernetesObject): Promise<{ readonly refusal?: string; readonly object: JsonRecord }> {
    const response = await fetch(
      `${this.proxy.server}${await this.pathOf(object)}?fieldManager=${FIELD_MANAGER}&force=true&fieldValidation=Strict`,
      {
        method: 'PATCH',
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: JSON.stringify(object),
      },
    );
    const answer = record(await response.json());
    if (response.status >= 300 && ![400, 403, 422].includes(response.status)) {
      throw new Error(`${object.kind} ${object.metadata.name}: ${response.status}: ${text(answer['message'])}`);
    }
    return response.status < 300 ? { object: answer } : { refusal: text(answer['message']), object: answer };
  }

  async get(object: KubernetesObject): Promise<JsonRecord> {
    return record(await (await fetch(`${this.proxy.server}${await this.pathOf(object)}`)).json());
  }

  async list(path: string): Promise<readonly JsonRecord[]> {
    return records(record(await (await fetch(`${this.proxy.server}${path}`)).json())['items']);
  }

  private async pathOf({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
    const folder = `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`;
    const known =
      this.resources.get(folder) ??
      fetch(`${this.proxy.server}${folder}`).then(async (response) =>
        records(record(await response.json())['resources']),
      );
    this.resources.set(folder, known);
    const resource = (await known).find((each) => each['kind'] === kind && !text(each['name']).includes('/'));
    if (resource === undefined) {
      throw new Error(`the API server has no ${kind} of ${apiVersion}`);
    }
    const place = resource['namespaced'] === true ? `/namespaces/${metadata.namespace ?? ''}` : '';
    return `${folder}${place}/${text(resource['name'])}/${metadata.name}`;
  }
}

const APPLY_SET = { group: 'sportstix.test', version: 'v1', kind: 'ApplySet', plural: 'applysets' };

/** The kind of what remembers which objects were applied together, in several namespaces and outside of them (KEP 3659). */
const APPLY_SETS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${APPLY_SET.plural}.${APPLY_SET.group}`,
    labels: { 'applyset.kubernetes.io/is-parent-type': 'true' },
  },
  spec: {
    group: APPLY_SET.group,
    names: { kind: APPLY_SET.kind, plural: APPLY_SET.plural },
    scope: 'Cluster',
    versions: [
      { name: APPLY_SET.version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
};

function applySet(name: string): KubernetesObject {
  const id = createHash('sha256').update(`${name}..${APPLY_SET.kind}.${APPLY_SET.group}`).digest('base64url');
  return {
    apiVersion: `${APPLY_SET.group}/${APPLY_SET.version}`,
    kind: APPLY_SET.kind,
    metadata: {
      name,
      labels: { 'applyset.kubernetes.io/id': `applyset-${id}-v1` },
      annotations: {
        'applyset.kubernetes.io/tooling': 'kubectl/v1.37',
        'applyset.kubernetes.io/contains-group-kinds': '',
      },
    },
  };
}

/** An object of an environment in namespaces of its own, and with a name of its own where it is in none. */
function inSet(object: KubernetesObject, set: string): KubernetesObject {
  const { name, namespace } = object.metadata;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(namespace === undefined ? { name: `${set}-${name}` } : { namespace: `${set}-${namespace}` }),
    },
  };
}

async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const WITH_REVISIONS = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'argoproj.io/Rollout']);

/** Whether its controller has seen an object as it is. */
function isObserved(object: JsonRecord): boolean {
  const observed = record(object['status'] ?? {})['observedGeneration'];
  return Number(observed ?? 0) >= Number(record(object['metadata'])['generation']);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// It makes objects outside of namespaces, and what it says of Rollouts needs their controller.
(kubeconfigUnderTest() === undefined ? describe : describe.skip).each(testedVersions())(
  'a plan, on Kubernetes %s',
  (version) => {
    const cluster = useCluster(version);
    const minor = Number(version.split('.')[1]);
    const cases = CASES;
    let controller: ChildProcess | undefined;
    let proxy: KubectlProxy | undefined;

    /** A namespace of its own for each set, and an object of its own for each case. */
    const placed = (object: KubernetesObject, suffix: string): KubernetesObject => {
      const { name, namespace, ...rest } = object.metadata;
      return {
        ...object,
        metadata: { ...rest, name: `${name}${suffix}`, ...(namespace !== undefined && { namespace: 'plan' }) },
      };
    };

    beforeAll(async () => {
      const { kubectl } = cluster();
      const crds = join(ROOT, 'imports', 'crds');
      // Kubernetes 1.28 does not know selectableFields, of which nothing here makes use.
      await kubectl.run(['create', '--validate=ignore', `--filename=${crds}`]);
      const argo = join(await moduleFolder('rollouts-controller'), 'manifests', 'crds');
      await kubectl.apply({ kustomization: argo }, { fieldManager: FIELD_MANAGER, flags: ['--force-conflicts'] });
      await kubectl.wait('crd --all', 'condition=Established');
      await kubectl.apply({ objects: [APPLY_SETS] });
      await kubectl.wait(`crd/${APPLY_SETS.metadata.name}`, 'condition=Established');
      await cluster().createNamespace('plan');
      await cluster().createNamespace('argo-rollouts');
      const program = await binary('rollouts-controller', version);
      controller = spawn(
        program,
        [
          `--kubeconfig=${kubectl.kubeconfig}`,
          '--leader-elect=false',
          `--metricsPort=${await freePort()}`,
          `--healthzPort=${await freePort()}`,
          '--loglevel=error',
        ],
        { stdio: 'ignore' },
      );
      proxy = await kubectl.proxy();
    });

    afterAll(() => {
      proxy?.stop();
      controller?.kill();
    });

    test('has many cases of every environment', () => {
      for (const { name } of environments) {
        expect(cases.filter(({ title }) => title.startsWith(`${name} `)).length).toBeGreaterThanOrEqual(40);
      }
      expect(cases.length).toBeGreaterThanOrEqual(120);
    });

    test('says that a change is refused exactly when the API server refuses it, and that pods restart exactly when there is a new revision', async () => {
      const start = Date.now();
      const server = new Server(proxy ?? (await cluster().kubectl.proxy()));
      const placedCases = cases.map((one, index) => {
        const suffix = `-${index}`;
        // A claim that is bound: to a volume of the cluster's own.
        const bound = (object: KubernetesObject): KubernetesObject =>
          object.kind === 'PersistentVolumeClaim'
            ? { ...object, spec: { ...record(object['spec']), volumeName: `volume-${claims.indexOf(one)}` } }
            : object;
        return { ...one, old: bound(placed(one.old, suffix)), now: bound(placed(one.now, suffix)) };
      });
      const uids = new Map<Case, string>();
      await each(placedCases, async (one) => {
        const { refusal, object } = await server.apply(one.old);
        if (refusal !== undefined) {
          throw new Error(`${one.title}: the API server refuses what it was: ${refusal}`);
        }
        uids.set(one, text(record(object['metadata'])['uid']));
      });
      const workloads = placedCases.filter(({ old }) => WITH_REVISIONS.has(kindOf(old)));
      const observed = async (): Promise<void> => {
        await each(workloads, async ({ old, title }) => {
          await until(`its controller has seen ${title}`, async () => isObserved(await server.get(old)));
        });
      };
      /** How many revisions each owner has. */
      const revisions = async (): Promise<ReadonlyMap<string, number>> => {
        const counts = new Map<string, number>();
        for (const path of ['replicasets', 'controllerrevisions']) {
          for (const { metadata } of await server.list(`/apis/apps/v1/namespaces/plan/${path}`)) {
            for (const owner of records(record(metadata)['ownerReferences'])) {
              counts.set(text(owner['uid']), (counts.get(text(owner['uid'])) ?? 0) + 1);
            }
          }
        }
        return counts;
      };
      await observed();
      await until('every claim is bound', async () =>
        (
          await Promise.all(
            placedCases.filter(({ old }) => old.kind === 'PersistentVolumeClaim').map(({ old }) => server.get(old)),
          )
        ).every(({ status }) => record(status)['phase'] === 'Bound'),
      );
      const before = await revisions();

      const refusals = new Map<Case, string>();
      await each(placedCases, async (one) => {
        const { refusal } = await server.apply(one.now);
        if (refusal !== undefined) {
          refusals.set(one, refusal);
        }
      });
      await observed();
      const after = await revisions();

      const disagreements: string[] = [];
      const counts = { refused: 0, restarted: 0, neither: 0, open: 0 };
      const words: string[] = [];
      for (const one of placedCases) {
        const ours = one.consequences.find((each) => each.kind === 'refused' && holdsFor(each, minor));
        const theirs = refusals.get(one);
        if ((ours === undefined) !== (theirs === undefined)) {
          disagreements.push(`${one.title}\n  plan: ${ours?.message ?? 'taken'}\n  server: ${theirs ?? 'taken'}`);
        }
        if (ours !== undefined && theirs !== undefined) {
          counts.refused += 1;
          words.push(`${one.title}\n  plan: ${ours.message}\n  server: ${theirs.split('\n')[0]?.slice(0, 300) ?? ''}`);
        }
        const uid = uids.get(one) ?? '';
        const isRevised = (after.get(uid) ?? 0) > (before.get(uid) ?? 0);
        const restart = one.consequences.find((each) => each.kind === 'restart');
        const isRestart = restart !== undefined;
        const isOpen = restart !== undefined && isLeftOpen(restart, minor);
        counts.open += isOpen ? 1 : 0;
        if (WITH_REVISIONS.has(kindOf(one.old))) {
          if (before.get(uid) === undefined) {
            disagreements.push(`${one.title}: it had no revision before`);
          }
          if (isRevised !== isRestart && !isOpen) {
            disagreements.push(
              `${one.title}\n  plan: ${isRestart ? 'restart' : 'no restart'}\n  controller: ${isRevised ? 'a new revision' : 'no new revision'}`,
            );
          }
          counts.restarted += isRevised ? 1 : 0;
        }
        counts.neither += theirs === undefined && !isRevised ? 1 : 0;
      }
      progress(
        [
          `Kubernetes ${version}, ${cases.length} changes in ${seconds(start)} s: ${counts.refused} refused, ${counts.restarted} new revisions, ` +
            `${counts.neither} neither, ${disagreements.length} disagreements; of ${counts.open} the plan says that this version may or may not restart anybody`,
          ...words,
        ].join('\n'),
      );
      expect(disagreements).toEqual([]);
      expect(counts.open).toBeLessThanOrEqual(minor > 28 ? 0 : 12);
      expect(counts.refused).toBeGreaterThanOrEqual(40);
      expect(counts.restarted).toBeGreaterThanOrEqual(60);
      expect(counts.neither).toBeGreaterThanOrEqual(60);
    });

    test('says how many pods each step of a canary has as Argo Rollouts makes them', async () => {
      const { kubectl } = cluster();
      const namespace = await cluster().createNamespace('canary');
      const server = new Server(proxy ?? (await kubectl.proxy()));
      const rollouts = CANARIES.map(({ count, weight, surge }, index) => ({
        ...canary(`canary-${index}`, namespace, count, weight, surge),
        said: canaryPods(count, weight, surge),
      }));
      await each(rollouts, async ({ before }) => {
        expect((await server.apply(before)).refusal).toBeUndefined();
      });
      await each(rollouts, async ({ before }) => {
        await until(`${before.metadata.name} is healthy`, async () => phaseOf(await server.get(before)) === 'Healthy');
      });
      await each(rollouts, async ({ after }) => {
        expect((await server.apply(after)).refusal).toBeUndefined();
      });
      // It pauses once all pods of the step are available.
      await each(rollouts, async ({ after }) => {
        await until(`${after.metadata.name} pauses`, async () => phaseOf(await server.get(after)) === 'Paused');
      });
      const made = await Promise.all(
        rollouts.map(async ({ after }) => {
          const status = record((await server.get(after))['status']);
          const fresh = Number(status['updatedReplicas'] ?? 0);
          return { fresh, stable: Number(status['replicas'] ?? 0) - fresh };
        }),
      );

      expect(made).toEqual(rollouts.map(({ said }) => said));
    });

    test('says what an apply does not take away, and what becomes of what it does', async () => {
      const server = new Server(proxy ?? (await cluster().kubectl.proxy()));
      const specs = await Promise.all(
        APPLIED.map(async ({ before, after }) => {
          for (const object of [before, after]) {
            expect((await server.apply(placed(object, '-applied'))).refusal).toBeUndefined();
          }
          return record((await server.get(placed(after, '-applied')))['spec']);
        }),
      );

      expect(specs).toMatchObject([{ replicas: 1 }, { clusterIP: 'None' }]);
      const said = APPLIED.flatMap(({ before, after }) =>
        [...consequencesOf(graphOf([before]), [after]).values()].flat(),
      );
      expect(said.map(({ message }) => message)).toEqual(
        expect.arrayContaining([
          expect.stringContaining('Its 3 pods become 1 at once'),
          expect.stringContaining('The Service stays headless'),
        ]),
      );
    });

    test.each(environments)(
      'says what is left behind of $name exactly as a prune would delete it',
      async ({ name }) => {
        const { kubectl } = cluster();
        const objects = (SETS.find((set) => set.name === name)?.objects ?? []).map((object) => inSet(object, name));
        const namespaces = objects.filter(({ kind }) => kind === 'Namespace');
        const set = objects.filter(({ kind }) => kind !== 'Namespace');
        await kubectl.apply({ objects: [applySet(name)] });
        await kubectl.apply({ objects: namespaces }, { fieldManager: FIELD_MANAGER });
        const apply = async (
          now: readonly KubernetesObject[],
          more: readonly string[] = [],
        ): Promise<readonly string[]> => {
          const { stdout } = await kubectl.run(
            [
              ...['apply', '--server-side', `--field-manager=${FIELD_MANAGER}`, '--prune'],
              ...[`--applyset=${APPLY_SETS.metadata.name}/${name}`, '--filename=-', ...more],
            ],
            now.map((object) => JSON.stringify(object)).join('\n---\n'),
            { KUBECTL_APPLYSET: 'true' },
          );
          return stdout.split('\n').flatMap((line) => /^(\S+) pruned/.exec(line)?.[1] ?? []);
        };
        expect(await apply(set)).toEqual([]);

        // One of each kind goes, and of another one the name is another.
        const first = new Map(set.toReversed().map((object) => [kindOf(object), object]));
        const renamed = set.find(
          ({ kind, metadata }) => kind === 'ConfigMap' && first.get('/ConfigMap')?.metadata.name !== metadata.name,
        );
        const now = set
          .filter((object) => first.get(kindOf(object)) !== object)
          .map((object) =>
            object === renamed
              ? { ...object, metadata: { ...object.metadata, name: `${object.metadata.name}-renamed` } }
              : object,
          );
        const comparison = compare(graphOf(set), graphOf(now));
        const left = comparison.changes.flatMap((change) =>
          RULES.some((rule) => [...rule(change, comparison)].some(({ kind }) => kind === 'left-behind')) &&
          change.old !== undefined
            ? [
                `${(change.old.resource.kind ?? '').toLowerCase()}${change.old.group === '' ? '' : `.${change.old.group}`}/${change.old.resource.name ?? ''}`,
              ]
            : [],
        );
        const pruned = await apply(now, ['--dry-run=server']);

        expect(left.toSorted()).toEqual(pruned.toSorted());
        expect(left.length).toBe(first.size + 1);
        progress(
          `Kubernetes ${version}, ${name}: ${pruned.length} of ${set.length} objects are pruned, and left behind without`,
        );
      },
    );

    const claims: readonly Case[] = cases.filter(({ old }) => old.kind === 'PersistentVolumeClaim');
  },
);

/** How many pods, the weight of a step, and maxSurge. */
const CANARIES = [
  { count: 1, weight: 20, surge: 1 },
  { count: 2, weight: 25, surge: 1 },
  { count: 2, weight: 75, surge: 1 },
  { count: 3, weight: 50, surge: 1 },
  { count: 4, weight: 20, surge: 1 },
  { count: 8, weight: 25, surge: 1 },
  { count: 8, weight: 75, surge: 1 },
];

function canary(
  name: string,
  namespace: string,
  replicas: number,
  setWeight: number,
  maxSurge: number,
): { readonly before: KubernetesObject; readonly after: KubernetesObject } {
  const of = (tag: string): KubernetesObject => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { name } },
      strategy: { canary: { maxSurge, maxUnavailable: 0, steps: [{ setWeight }, { pause: {} }] } },
      template: {
        metadata: { labels: { name } },
        spec: { containers: [{ name: 'demo', image: `registry.example.org/demo:${tag}` }] },
      },
    },
  });
  return { before: of('1.0.0'), after: of('2.0.0') };
}

function phaseOf(rollout: JsonRecord): unknown {
  return isObserved(rollout) && record(rollout['status'] ?? {})['phase'];
}

/** Objects of which a field goes that the server fills in again. */
const APPLIED = ((): readonly { readonly before: KubernetesObject; readonly after: KubernetesObject }[] => {
  const labels = { app: 'applied' };
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'demo', image: 'registry.example.org/demo:1.0.0' }] },
  };
  const deployment = (replicas: object): KubernetesObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'demo', namespace: 'demo' },
    spec: { ...replicas, selector: { matchLabels: labels }, template },
  });
  const service = (clusterIP: object): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'demo', namespace: 'demo' },
    spec: { ...clusterIP, selector: labels, ports: [{ name: 'http', port: 80 }] },
  });
  return [
    { before: deployment({ replicas: 3 }), after: deployment({}) },
    { before: service({ clusterIP: 'None' }), after: service({}) },
  ];
})();

/** Whether it is said of servers of a version: of some it is said until which. */
function holdsFor({ message }: Consequence, minor: number): boolean {
  const [, until] = /^API servers up to Kubernetes 1\.(\d+) refuse/.exec(message) ?? [];
  return until === undefined || minor <= Number(until);
}

/** Whether it is said of servers of a version that they may or may not do it. */
function isLeftOpen({ message }: Consequence, minor: number): boolean {
  const [, until] = /API servers up to Kubernetes 1\.(\d+) may leave the order as it was/.exec(message) ?? [];
  return until !== undefined && minor <= Number(until);
}
