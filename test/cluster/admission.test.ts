import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { admissionPolicies, ARGO_ROLLOUTS } from '../../lib/policy/admission';
import type { AdmissionProps } from '../../lib/policy/admission';
import { checkInputs } from '../../lib/policy/check-inputs';
import { Engine } from '../../lib/policy/engine';
import { admissibleKinds, isAdmissible, kindsOf } from '../../lib/policy/policy';
import { policies } from '../../lib/policy/policies';
import { HARMLESS_PAIRS, HARMLESS_TEXTS, SECRET_PAIRS, SECRET_TEXTS } from '../policy/secret-rows';
import { WORKLOADS } from '../../lib/manifest/workloads';
import type { WorkloadKind } from '../../lib/manifest/workloads';
import { cases } from '../policy/cases';
import { container, debugContainer, get, podSpec, set, workload } from '../policy/manifests';
import type { Data } from '../policy/manifests';
import { OBJECT_ROWS } from '../policy/object-rows';
import { ROWS } from '../policy/rows';
import { until } from '../testing';
import { binary } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import type { Cluster } from './control-plane';
import { record, records, text } from './json';
import type { JsonRecord } from './json';
import type { Kubectl, KubectlProxy, KubernetesObject } from './kubectl';

/** Somebody who may do everything with workloads in the namespaces of the policies, and nothing anywhere else. */
const USER = 'jane';

/** ValidatingAdmissionPolicy is v1 from here. */
const OLDEST_MINOR = 30;

/** The structure of objects is for the API server itself. */
const engine = new Engine(policies().filter(({ structure, graph }) => structure === undefined && graph === undefined));

/** What `check` says, as the API server puts it: for each policy, all messages in one line. */
function checked(manifest: unknown): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const { violation } of engine.evaluate([{ id: 0, manifest }])) {
    const before = messages[violation.policy];
    messages[violation.policy] = before === undefined ? violation.message : `${before}; ${violation.message}`;
  }
  return messages;
}

/** An answer of the API server to a request that it only pretends to carry out. */
interface Answer {
  readonly status: number;
  readonly message: string;
  /** Messages of the policies that only warn, by their name. */
  readonly warnings: Record<string, string>;
  /** The object as it would be, or what is wrong. */
  readonly answer: JsonRecord;
}

type Method = 'POST' | 'PUT' | 'PATCH';

/** How a request is made. */
interface Asking {
  /**
   * As whom.
   * @default - as the administrator
   */
  readonly user?: string;
  /** @default true */
  readonly dryRun?: boolean;
  /** @default application/json */
  readonly type?: string;
}

function parseWarnings(header: string): Record<string, string> {
  const warnings: Record<string, string> = {};
  for (const [, quoted = ''] of header.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)) {
    const warning = quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    const match =
      /^Validation failed for ValidatingAdmissionPolicy '[^']*?-(?:warn|deny)-(.*?)' with binding '.*?': (.*)$/s.exec(
        warning,
      );
    const [, policy = '', message = ''] = match ?? [];
    if (match !== null) {
      warnings[policy] = warnings[policy] === undefined ? message : `${warnings[policy]}; ${message}`;
    }
  }
  return warnings;
}

describe.each(testedVersions().filter((version) => Number(version.split('.')[1]) >= OLDEST_MINOR))(
  'admission policies on Kubernetes %s',
  (version) => {
    const cluster = useCluster(version);
    let proxy: KubectlProxy | undefined;
    let controllers: ChildProcess | undefined;
    let server = '';
    let warned = '';
    let refused = '';
    let beside = '';
    let free = '';
    let prefix = '';

    async function request(
      method: Method,
      path: string,
      body: unknown,
      { user, dryRun = true, type = 'application/json' }: Asking = {},
    ): Promise<Answer> {
      const query = new URLSearchParams({
        fieldManager: 'test',
        fieldValidation: 'Strict',
        ...(dryRun && { dryRun: 'All' }),
      });
      const response = await fetch(`${server}${path}?${query.toString()}`, {
        method,
        headers: { 'content-type': type, ...(user !== undefined && { 'impersonate-user': user }) },
        body: JSON.stringify(body),
      });
      const warnings = parseWarnings(response.headers.get('warning') ?? '');
      const answer = record(await response.json());
      return { status: response.status, message: text(answer['message'] ?? ''), warnings, answer };
    }

    function pathOf({ group, version: apiVersion, resource }: WorkloadKind, namespace: string): string {
      return `${group === '' ? '/api' : `/apis/${group}`}/${apiVersion}/namespaces/${namespace}/${resource}`;
    }

    async function create(kind: WorkloadKind, namespace: string, manifest: Data): Promise<Answer> {
      return request('POST', pathOf(kind, namespace), set(manifest, 'metadata.namespace', namespace));
    }

    async function install({ kubectl, runLabels }: Cluster, props: AdmissionProps): Promise<readonly string[]> {
      const objects = admissionPolicies(props)
        .flatMap(({ policy, binding }) => [policy, binding])
        .map((object) => ({ ...object, metadata: { ...object.metadata, labels: runLabels } }));
      const { warnings } = await kubectl.apply({
        objects: objects.map((object) => ({ ...object, spec: { ...object.spec } })),
      });
      return warnings;
    }

    async function rolledOut(name: string): Promise<void> {
      const { kubectl } = cluster();
      for (const kind of ['deployment', 'statefulset', 'daemonset']) {
        await kubectl.run(['rollout', 'status', `${kind}/${name}`, `--namespace=${refused}`, '--timeout=10m']);
      }
      await kubectl.wait(`replicationcontroller/${name}`, 'jsonpath={.status.readyReplicas}=1', refused, 600);
      await kubectl.wait(`job/${name}`, 'condition=Complete', refused, 600);
      await kubectl.wait(`cronjob/${name}`, 'jsonpath={.status.lastSuccessfulTime}', refused, 600);
    }

    beforeAll(async () => {
      const { kubectl } = cluster();
      proxy = await kubectl.proxy();
      server = proxy.server;
      warned = await cluster().createNamespace('warned');
      refused = await cluster().createNamespace('refused');
      beside = await cluster().createNamespace('beside');
      free = await cluster().createNamespace('free');
      prefix = `${cluster().prefix}policy`;
      await kubectl.apply({ objects: [ROLLOUT_CRD] }).catch(() => undefined);
      await kubectl.apply({ objects: [refused, beside].flatMap(userIn) });
      for (const manifest of OLDER) {
        await kubectl.run(['create', '--filename=-'], JSON.stringify(set(manifest, 'metadata.namespace', refused)));
      }
      await install(cluster(), {
        policies: policies().map((policy) => ({ ...policy, severity: 'warning' })),
        namespaces: [warned],
        prefix: `${prefix}-warn`,
      });
      await install(cluster(), {
        policies: policies(),
        namespaces: [refused, beside],
        prefix: `${prefix}-deny`,
        exceptions: CONTROLLED.map((kind) => ({
          policy: 'image-tag',
          reason: 'test',
          resource: { apiVersion: apiVersionOf(kind), kind: kind.kind, namespace: refused, name: 'excused' },
        })),
      });
      // A policy is in force only some time after it was accepted: ask until the first and the last of them are.
      const twice = [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ];
      const probes: readonly (readonly [WorkloadKind, Data])[] = [
        [DEPLOYMENT, workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] })],
        [DEPLOYMENT, workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), env: twice }] })],
        [CONFIG_MAP, BAD_CONFIG_MAP],
      ];
      await until('the API server enforces the policies', async () => {
        const answers = await Promise.all(
          probes.map(async ([kind, manifest]) => {
            const [warning, refusal] = [await create(kind, warned, manifest), await create(kind, refused, manifest)];
            return Object.keys(warning.warnings).length > 0 && refusal.status !== 201;
          }),
        );
        return answers.every((inForce) => inForce);
      });
    });

    afterAll(() => {
      proxy?.stop();
      controllers?.kill();
    });

    it('compiles every expression, without a warning', async () => {
      const { kubectl } = cluster();
      const installed = (await kubectl.list('validatingadmissionpolicies')).filter(({ metadata }) =>
        metadata.name.startsWith(`${prefix}-`),
      );
      for (const { metadata } of installed) {
        await kubectl.wait(
          `validatingadmissionpolicy/${metadata.name}`,
          'jsonpath={.status.observedGeneration}=1',
          undefined,
          600,
        );
      }

      const statuses = (await kubectl.list('validatingadmissionpolicies'))
        .filter(({ metadata }) => metadata.name.startsWith(`${prefix}-`))
        .flatMap((policy) => records(record(record(record(policy)['status'])['typeChecking'])['expressionWarnings']));

      expect(installed.length).toBe(2 * policies().filter(isAdmissible).length);
      expect(statuses).toEqual([]);
    });

    it.each(WORKLOADS.map((kind) => [kind.kind, kind] as const))(
      'judges a %s as check does, on every row',
      async (_, kind) => {
        const differences: unknown[] = [];
        let compared = 0;
        for (const row of ROWS) {
          for (const { good, bad, place } of cases(row, kind)) {
            // No API server takes these; a debug container is added to a pod that runs.
            if (row.invalid === true || place === 'ephemeralContainers') {
              continue;
            }
            for (const manifest of [good, bad]) {
              const [expected, warning, refusal] = [
                checked(manifest),
                await create(kind, warned, manifest),
                await create(kind, refused, manifest),
              ];
              const denied = Object.keys(expected).some(
                (id) => policies().find((policy) => policy.id === id)?.severity === 'error',
              );
              compared++;
              if (
                warning.status !== 201 ||
                JSON.stringify(sorted(warning.warnings)) !== JSON.stringify(sorted(expected)) ||
                (refusal.status !== 201) !== denied ||
                (denied && !Object.values(expected).some((message) => refusal.message.includes(message)))
              ) {
                differences.push({
                  row: `${row.policy} ${String(row.path)} ${place ?? ''}`,
                  expected,
                  warning,
                  refusal,
                });
              }
            }
          }
        }

        expect({ number: differences.length, first: differences.slice(0, 3) }).toEqual({ number: 0, first: [] });
        expect(compared).toBeGreaterThan(50);
      },
    );

    it('judges other objects as check does, on every row', async () => {
      const kinds = new Map(
        policies()
          .flatMap(({ scope }) => admissibleKinds(kindsOf(scope)))
          .map(({ kind, ...rest }) => [kind, { ...rest, kind, template: '' }]),
      );
      const compared = new Set<string>();
      const differences: unknown[] = [];
      for (const { policy, good, bad, invalid } of OBJECT_ROWS) {
        for (const [manifest, ...beside] of invalid === true ? [good] : [good, bad]) {
          const kind = kinds.get(text(manifest['kind'])) ?? KINDS.get(text(manifest['kind']));
          // No API server knows what is applied with it.
          if (kind === undefined || beside.length > 0 || apiVersionOf(kind) !== manifest['apiVersion']) {
            continue;
          }
          const expected = checked(manifest);
          const [warning, refusal] = [await create(kind, warned, manifest), await create(kind, refused, manifest)];
          const denied = Object.keys(expected).some(
            (id) => policies().find((each) => each.id === id)?.severity === 'error',
          );
          // What is only found before objects are applied.
          const inServer = Object.fromEntries(Object.entries(expected).filter(([id]) => id !== 'apply-size'));
          compared.add(policy);
          if (
            warning.status !== 201 ||
            JSON.stringify(sorted(warning.warnings)) !== JSON.stringify(sorted(inServer)) ||
            (refusal.status !== 201) !== (denied && Object.keys(inServer).length > 0)
          ) {
            differences.push({ policy, manifest, expected, warning, refusal });
          }
        }
      }

      expect({ number: differences.length, first: differences.slice(0, 3) }).toEqual({ number: 0, first: [] });
      expect([...compared].sort()).toEqual(
        [
          'apply-size',
          'ingress-tls',
          'kafka-voters',
          'pod-disruption-budget',
          'pod-spread',
          'rbac-cluster-admin',
          'rbac-escalation',
          'rbac-pod-exec',
          'rbac-secrets',
          'rbac-wildcard',
          'service-exposed',
          'service-port-name',
        ].sort(),
      );
    });

    it('leaves objects of no namespace alone, whose policies would hold for the whole cluster', async () => {
      const clusterRole = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: `${prefix}-all` },
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      };

      const answer = await request('POST', '/apis/rbac.authorization.k8s.io/v1/clusterroles', clusterRole);

      expect(answer).toMatchObject({ status: 201, warnings: {} });
    });

    it('counts the bytes that kubectl apply writes as kubectl does', async () => {
      const { kubectl } = cluster();
      const objects = OBJECT_ROWS.filter(({ policy }) => policy === 'apply-size').flatMap(
        ({ good: [fits], bad: [tooLarge] }) => [
          { manifest: fits, isTaken: true },
          { manifest: tooLarge, isTaken: false },
        ],
      );
      for (const { manifest, isTaken } of objects) {
        // A name as long as the one in the row, and a namespace in which no policy looks.
        const own = set(set(manifest, 'metadata.namespace', free), 'data.k', shorten(manifest, free.length - 4));
        const applied = kubectl
          .run(['apply', '--server-side=false', '--dry-run=server', '--filename=-'], JSON.stringify(own))
          .then(
            () => 'taken',
            (error: unknown) => (String(error).includes('metadata.annotations: Too long') ? 'too long' : String(error)),
          );

        expect(await applied).toBe(isTaken ? 'taken' : 'too long');
      }
      expect(objects.length).toBeGreaterThan(10);
    });

    it('judges a ConfigMap as check does', async () => {
      const [kind, configMap] = [CONFIG_MAP, BAD_CONFIG_MAP];
      // Close to the largest and the most that there may be, and full of what is searched more closely.
      const filled = (keys: number, size: number): Data =>
        set(
          configMap,
          'data',
          Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key-${i}`, 'token passw '.repeat(size / 12)])),
        );

      // An API server goes through the keys in any order.
      const parts = (message = ''): readonly string[] =>
        message
          .replace(/^.*denied request: /, '')
          .split('; ')
          .sort();
      const expected = parts(checked(configMap)['config-map-secret']);

      expect(parts((await create(kind, warned, configMap)).warnings['config-map-secret'])).toEqual(expected);
      expect(parts((await create(kind, refused, configMap)).message)).toEqual(expected);
      expect((await create(kind, refused, set(configMap, 'data', { b: 'x' }))).status).toBe(201);
      for (const [keys, size] of [
        [1, 900_000],
        [1, 49_000],
        [1, 14_900],
        [10, 4_900],
        [10, 1_490],
        [60, 15_000],
        [1_000, 48],
        [1_000, 900],
      ] as const) {
        expect(await create(kind, refused, filled(keys, size))).toMatchObject({ status: 201 });
      }
    });

    it('takes the same for secrets as check does', async () => {
      const variables = [...SECRET_PAIRS, ...HARMLESS_PAIRS].map(([name, value]) => ({ name, value }));
      const texts = [...SECRET_TEXTS, ...HARMLESS_TEXTS].map((value, index) => ({ name: `text-${index}`, value }));
      const rows = [...variables, ...texts];
      const chunks = Array.from({ length: Math.ceil(rows.length / 20) }, (_, i) => rows.slice(20 * i, 20 * (i + 1)));
      const said = (message = ''): readonly string[] => message.split('; ').sort();
      for (const chunk of chunks) {
        const configMap = set(
          BAD_CONFIG_MAP,
          'data',
          Object.fromEntries(chunk.map(({ name, value }) => [name, value])),
        );
        const answer = await create(CONFIG_MAP, warned, configMap);
        expect(said(answer.warnings['config-map-secret'])).toEqual(said(checked(configMap)['config-map-secret']));

        const env = chunk.filter(({ name }, i) => chunk.findIndex((other) => other.name === name) === i);
        const args = chunk.map(({ value }) => value);
        const deployment = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), env, args }] });
        const warnings = (await create(DEPLOYMENT, warned, deployment)).warnings;
        expect(said(warnings['literal-secret'])).toEqual(said(checked(deployment)['literal-secret']));
      }
    });

    it('judges long scripts and many variables without going beyond what an expression may cost', async () => {
      const script = 'curl -X POST "$URL" # -XX: is no option here\n'.repeat(2_000);
      const env = Array.from({ length: 500 }, (_, i) => ({ name: `A${i}_JAVA_OPTS`, value: '-Xms64m '.repeat(10) }));
      for (const changes of [{ args: ['-c', script] }, { env }]) {
        const manifest = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), ...changes }] });
        expect(await create(DEPLOYMENT, refused, manifest)).toMatchObject({ status: 201, message: '' });
      }
    });

    it('compares the largest ConfigMaps without going beyond what an expression may cost', async () => {
      const filled = (name: string, keys: number, size: number): Data => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name },
        data: Object.fromEntries(Array.from({ length: keys }, (_, i) => [`key-${i}`, 'x'.repeat(size)])),
      });
      for (const [name, keys, size] of [
        ['one-key', 1, 1_000_000],
        ['many-keys', 10_000, 80],
      ] as const) {
        const path = pathOf(CONFIG_MAP, refused);
        const manifest = set(filled(name, keys, size), 'metadata.namespace', refused);
        expect(await request('POST', path, manifest, { dryRun: false })).toMatchObject({ status: 201 });
        const changed = set(manifest, `data.key-${keys - 1}`, 'y');
        expect(await request('PUT', `${path}/${name}`, changed)).toMatchObject({ status: 200 });
        expect(await request('PUT', `${path}/${name}`, set(manifest, 'metadata.labels', { a: 'b' }))).toMatchObject({
          status: 200,
        });
      }
    });

    it('leaves other namespaces alone', async () => {
      const bad = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] });

      expect(await create(DEPLOYMENT, free, bad)).toMatchObject({ status: 201, message: '', warnings: {} });
    });

    it('excuses the acknowledged object, and no other, whatever its annotations say', async () => {
      const bad = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] });
      const annotated = set(bad, ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');

      expect((await create(DEPLOYMENT, refused, set(bad, 'metadata.name', 'excused'))).status).toBe(201);
      expect((await create(DEPLOYMENT, refused, set(annotated, 'metadata.name', 'other'))).status).not.toBe(201);
      expect(
        (await create(REPLICA_SET, refused, set(workload(REPLICA_SET, podOf(bad)), 'metadata.name', 'excused'))).status,
      ).not.toBe(201);
    });

    it('says that what should hold does not, where it would not say our message', async () => {
      // It takes none with line breaks.
      const image = 'shop/web\nnext:latest';
      const deployment = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image }] });
      const title = policies().find(({ id }) => id === 'image-tag')?.title ?? '';

      const { warnings } = await create(DEPLOYMENT, warned, deployment);

      expect(warnings['image-tag']).toBe(`this does not hold: ${title}`);
      expect((await create(DEPLOYMENT, refused, deployment)).message).toContain(`this does not hold: ${title}`);
    });

    it('refuses an image that is set later, with our message', async () => {
      const { kubectl } = cluster();
      const good = set(workload(DEPLOYMENT, podSpec()), 'metadata.namespace', refused);
      await kubectl.apply({
        objects: [
          { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: refused }, ...good },
        ],
      });

      const edit = kubectl.run(['set', 'image', 'deployment/web', 'main=shop/web:latest', `--namespace=${refused}`]);

      await expect(edit).rejects.toThrow(
        `ValidatingAdmissionPolicy '${prefix}-deny-image-tag' with binding '${prefix}-deny-image-tag' denied request: container "main": image "shop/web:latest" has the tag latest`,
      );
    });

    it('lets controllers roll out pods, also those of acknowledged objects', async () => {
      const { kubectl } = cluster();
      for (const kind of CONTROLLED) {
        for (const manifest of [named(kind, 'good', podSpec()), named(kind, 'excused', UNTAGGED)]) {
          await kubectl.run(
            ['create', '--filename=-', `--as=${USER}`, `--namespace=${refused}`],
            JSON.stringify(set(manifest, 'metadata.namespace', refused)),
          );
        }
      }
      for (const name of ['good', 'excused']) {
        await rolledOut(name);
      }
      for (const kind of ['deployment', 'statefulset', 'daemonset']) {
        await kubectl.run(['set', 'env', `${kind}/excused`, 'CHANGED=yes', `--namespace=${refused}`, `--as=${USER}`]);
        await kubectl.run(['rollout', 'status', `${kind}/excused`, `--namespace=${refused}`, '--timeout=10m']);
      }

      const pods = await kubectl.list('pods', refused);
      expect(
        new Set(
          pods
            .filter((pod) => get(pod, 'spec.containers.0.env.0.name') === 'CHANGED')
            .map((pod) => ownerOf(pod)['kind']),
        ),
      ).toEqual(new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet']));
    });

    describe('nobody else gets past them', () => {
      /** What the controllers made of `good` and `excused`: by kind, and by whose it is in the end. */
      let owners: Readonly<Record<string, KubernetesObject>> = {};

      beforeAll(async () => {
        const { kubectl } = cluster();
        await rolledOut('excused');
        const kinds = [...CONTROLLED.map(({ resource }) => resource), 'replicasets', 'pods'].join(',');
        const objects = await kubectl.list(kinds, refused);
        owners = Object.fromEntries(
          objects.map((object) => {
            const owner = object.metadata['ownerReferences'] === undefined ? '' : ` ${text(ownerOf(object)['kind'])}`;
            return [`${object.kind}${owner} ${object.metadata.name.split('-')[0] ?? ''}`, object];
          }),
        );
      });

      const known = (name: string): KubernetesObject => {
        const object = owners[name];
        if (object === undefined) {
          throw new Error(`there is no ${name}, but ${Object.keys(owners).join(', ')}`);
        }
        return object;
      };
      const owned = (manifest: Data, owner: string): Data => {
        const { apiVersion, kind, metadata } = known(owner);
        return set(manifest, 'metadata.ownerReferences', [
          { apiVersion, kind, name: metadata.name, uid: metadata['uid'], controller: true, blockOwnerDeletion: true },
        ]);
      };
      const pathTo = (name: string, subresource = ''): string => {
        const { kind, metadata } = known(name);
        return `${pathOf(kindOf(kind), refused)}/${metadata.name}${subresource}`;
      };
      const made = (kind: string, spec: Data): Data =>
        set(named(kindOf(kind), 'new', spec), 'metadata.namespace', refused);
      const post = async (manifest: Data, namespace = refused, user = USER): Promise<Answer> =>
        request(
          'POST',
          pathOf(kindOf(text(manifest['kind'])), namespace),
          set(manifest, 'metadata.namespace', namespace),
          {
            user,
          },
        );
      const patch = async (path: string, body: Data, type = 'merge'): Promise<Answer> =>
        request('PATCH', path, body, { user: USER, type: `application/${type}-patch+json` });
      const container0 = (changes: Data): Data => ({ containers: [{ name: 'main', ...changes }] });
      const inTemplate = (spec: Data): Data => ({ spec: { template: { spec } } });

      /** The way, what is done, and the policy that refuses it. */
      const REFUSED: readonly (readonly [way: string, by: string, () => Promise<Answer>])[] = [
        ['a Pod', 'host-namespaces', () => post(made('Pod', BAD))],
        [
          'a Pod that takes over its node, owned by a Deployment',
          'host-namespaces|host-ports|host-path|privileged|privilege-escalation|read-only-root-filesystem|image-tag|capabilities',
          () => post(owned(made('Pod', TAKES_OVER), 'Deployment good')),
        ],
        [
          'a Pod owned by a ReplicaSet',
          'host-namespaces',
          () => post(owned(made('Pod', BAD), 'ReplicaSet Deployment good')),
        ],
        ['a Pod owned by a Deployment', 'host-namespaces', () => post(owned(made('Pod', BAD), 'Deployment good'))],
        ['a Pod owned by a Job', 'host-namespaces', () => post(owned(made('Pod', BAD), 'Job good'))],
        [
          "a Pod owned by an acknowledged object's ReplicaSet",
          'image-tag',
          () => post(owned(made('Pod', UNTAGGED), 'ReplicaSet Deployment excused')),
        ],
        [
          'a Pod with a generated name, owned by a DaemonSet',
          'host-namespaces',
          () =>
            post(
              set(
                set(owned(made('Pod', BAD), 'DaemonSet good'), 'metadata.generateName', 'good-'),
                'metadata.name',
                undefined,
              ),
            ),
        ],
        [
          'a Pod by server-side apply, owned by a StatefulSet',
          'host-namespaces',
          () =>
            request('PATCH', `${pathOf(POD, refused)}/new`, owned(made('Pod', BAD), 'StatefulSet good'), {
              user: USER,
              type: 'application/apply-patch+yaml',
            }),
        ],
        [
          'a ReplicaSet owned by a Deployment',
          'host-namespaces',
          () => post(owned(made('ReplicaSet', BAD), 'Deployment good')),
        ],
        ['a Job owned by a CronJob', 'host-namespaces', () => post(owned(made('Job', BAD), 'CronJob good'))],
        [
          'a Job of an acknowledged CronJob, as `kubectl create job --from` makes it',
          'image-tag',
          () => post(owned(made('Job', UNTAGGED), 'CronJob excused')),
        ],
        [
          'a ControllerRevision owned by a StatefulSet, for it to go back to',
          'host-namespaces',
          () => post(owned(made('ControllerRevision', BAD), 'StatefulSet good')),
        ],
        ...['ReplicationController', 'PodTemplate', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Rollout'].map(
          (kind) =>
            [
              `a ${kind} owned by a Deployment`,
              'host-namespaces',
              () => post(owned(made(kind, BAD), 'Deployment good')),
            ] as const,
        ),
        [
          'a Rollout that borrows a template and has one of its own',
          'host-namespaces',
          () =>
            post(
              set(made('Rollout', BAD), 'spec.workloadRef', {
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                name: 'good',
              }),
            ),
        ],
        [
          'a ReplicaSet of an Experiment, by the account of Argo Rollouts',
          'host-namespaces',
          () =>
            post(
              set(made('ReplicaSet', BAD), 'metadata.ownerReferences', [
                { apiVersion: 'argoproj.io/v1alpha1', kind: 'Experiment', name: 'x', uid: 'x', controller: true },
              ]),
              refused,
              ARGO_ROLLOUTS.account,
            ),
        ],
        [
          'a Deployment that is given an owner and the network of the node',
          'host-namespaces',
          () => patch(pathTo('Deployment good'), owned(inTemplate({ hostPID: true }), 'ReplicaSet Deployment good')),
        ],
        [
          'the same by server-side apply',
          'host-namespaces',
          () =>
            request(
              'PATCH',
              pathTo('Deployment good'),
              {
                apiVersion: 'apps/v1',
                kind: 'Deployment',
                ...owned(inTemplate({ hostPID: true }), 'ReplicaSet Deployment good'),
              },
              { user: USER, type: 'application/apply-patch+yaml' },
            ),
        ],
        [
          'the ReplicaSet that a Deployment made, changed',
          'host-namespaces',
          () => patch(pathTo('ReplicaSet Deployment good'), inTemplate({ hostPID: true })),
        ],
        [
          'another image in a pod that a controller made',
          'image-tag',
          () =>
            patch(pathTo('Pod ReplicaSet good'), { spec: container0({ image: 'shop/web:latest' }) }, 'strategic-merge'),
        ],
        [
          "another image in a pod of an acknowledged object's controller",
          'image-tag',
          () => patch(pathTo('Pod StatefulSet excused'), { spec: container0({ image: 'busybox' }) }, 'strategic-merge'),
        ],
        [
          'a container added by `kubectl debug` to a pod that a controller made (pods/ephemeralcontainers)',
          'image-tag',
          () =>
            patch(
              pathTo('Pod ReplicaSet good', '/ephemeralcontainers'),
              { spec: { ephemeralContainers: [{ ...debugContainer('debug'), image: 'busybox' }] } },
              'strategic-merge',
            ),
        ],
        [
          'a resize of a pod that is older than the policies (pods/resize)',
          'memory-limit',
          () =>
            patch(
              `${pathOf(POD, refused)}/older/resize`,
              { spec: container0({ resources: { requests: { cpu: '200m' } } }) },
              'strategic-merge',
            ),
        ],
        [
          "an exception's annotation on another object",
          'image-tag',
          () =>
            post(
              set(made('Deployment', UNTAGGED), ['metadata', 'annotations', 'policy-exception/image-tag'], 'because'),
            ),
        ],
        [
          'the name of an acknowledged object for another kind',
          'image-tag',
          () => post(set(made('ReplicaSet', UNTAGGED), 'metadata.name', 'excused')),
        ],
        [
          'the name of an acknowledged object in another namespace',
          'image-tag',
          () => post(set(made('Deployment', UNTAGGED), 'metadata.name', 'excused'), beside),
        ],
        [
          'a name that is generated from that of an acknowledged object',
          'image-tag',
          () =>
            post(
              set(set(made('Deployment', UNTAGGED), 'metadata.generateName', 'excused'), 'metadata.name', undefined),
            ),
        ],
        [
          'an acknowledged object, for what is not acknowledged',
          'host-namespaces',
          () => patch(pathTo('Deployment excused'), inTemplate({ hostPID: true })),
        ],
        [
          'an object that is older than the policies, changed',
          'image-tag',
          () =>
            patch(
              `${pathOf(DEPLOYMENT, refused)}/older`,
              inTemplate(container0({ image: 'busybox' })),
              'strategic-merge',
            ),
        ],
      ];

      it.each(REFUSED)('%s: %s', async (_, policy, attempt) => {
        const { status, message } = await attempt();

        expect([status, message]).toEqual([
          422,
          matching(new RegExp(`ValidatingAdmissionPolicy '${prefix}-deny-(${policy})' with binding`)),
        ]);
      });

      it('an object that goes away and is kept by a finalizer is judged, but may lose the finalizer', async () => {
        const { kubectl } = cluster();
        const path = `${pathOf(DEPLOYMENT, refused)}/leaving`;
        await kubectl.run(['delete', 'deployment/leaving', `--namespace=${refused}`, '--wait=false', `--as=${USER}`]);

        const deleted = await kubectl.get('deployment/leaving', refused);
        const changed = await patch(path, inTemplate({ hostPID: true }));
        const both = await patch(path, { metadata: { finalizers: null }, ...inTemplate({ hostPID: true }) });
        const freed = await request(
          'PATCH',
          path,
          { metadata: { finalizers: null } },
          {
            user: USER,
            type: 'application/merge-patch+json',
            dryRun: false,
          },
        );

        expect(deleted.metadata['deletionTimestamp']).toBeDefined();
        for (const { message } of [changed, both]) {
          expect(message).toMatch(new RegExp(`ValidatingAdmissionPolicy '${prefix}-deny-(host-namespaces|image-tag)'`));
        }
        expect(freed).toMatchObject({ status: 200 });
        await kubectl.wait('deployment/leaving', 'delete', refused);
      });

      it('a status says nothing about a template', async () => {
        for (const [name, path] of [
          ['Deployment good', 'spec.template.spec'],
          ['Pod ReplicaSet good', 'spec'],
        ] as const) {
          const body = path === 'spec' ? { spec: { hostPID: true } } : inTemplate({ hostPID: true });
          const { status, answer } = await patch(pathTo(name, '/status'), body);

          expect([status, get(answer, `${path}.hostPID`)]).toEqual([200, undefined]);
        }
      });

      it('the label by which a namespace is known cannot be set aside', async () => {
        const { kubectl } = cluster();
        for (const label of ['other', null]) {
          const { status } = await request(
            'PATCH',
            `/api/v1/namespaces/${refused}`,
            { metadata: { labels: { 'kubernetes.io/metadata.name': label } } },
            { user: USER, type: 'application/merge-patch+json', dryRun: false },
          );

          const { metadata } = await kubectl.get(`namespace/${refused}`);
          expect([status, metadata.labels?.['kubernetes.io/metadata.name']]).toEqual([200, refused]);
          expect((await post(made('Pod', BAD))).status).toBe(422);
        }
      });

      it('a policy that only warns does so whoever is said to own the object', async () => {
        for (const manifest of [
          made('Deployment', { ...podSpec(), enableServiceLinks: true }),
          owned(made('Pod', { ...podSpec(), enableServiceLinks: true }), 'ReplicaSet Deployment good'),
        ]) {
          expect(await post(manifest)).toMatchObject({
            status: 201,
            warnings: { 'service-links': containing('variables for every Service') },
          });
        }
      });

      /** What is no way past the policies goes on working. */
      const LET_THROUGH: readonly (readonly [way: string, () => Promise<Answer>])[] = [
        ['a good Pod', () => post(made('Pod', podSpec()))],
        ['a good Pod of an owner', () => post(owned(made('Pod', podSpec()), 'ReplicaSet Deployment good'))],
        [
          'an acknowledged object, changed',
          () => patch(pathTo('Deployment excused'), inTemplate(container0({ image: 'httpd' })), 'strategic-merge'),
        ],
        [
          'scaling, which changes no template',
          () => patch(pathTo('Deployment excused', '/scale'), { spec: { replicas: 2 } }),
        ],
        [
          "a label on an acknowledged object's pod",
          () => patch(pathTo('Pod ReplicaSet excused'), { metadata: { labels: { a: 'b' } } }),
        ],
        [
          "an acknowledged object's ReplicaSet without its owner",
          () => patch(pathTo('ReplicaSet Deployment excused'), { metadata: { ownerReferences: null } }),
        ],
        [
          'an object that is older than the policies, annotated',
          () => patch(`${pathOf(DEPLOYMENT, refused)}/older`, { metadata: { annotations: { a: 'b' } } }),
        ],
        [
          'a good container added to the pod of an acknowledged object',
          () =>
            patch(
              pathTo('Pod ReplicaSet excused', '/ephemeralcontainers'),
              { spec: { ephemeralContainers: [debugContainer('debug')] } },
              'strategic-merge',
            ),
        ],
        [
          'a Rollout that borrows a template',
          () =>
            post(
              set(made('Rollout', {}), 'spec', {
                workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'good' },
              }),
            ),
        ],
        [
          'a ReplicaSet of a Rollout, by the account of Argo Rollouts',
          () =>
            post(
              set(made('ReplicaSet', UNTAGGED), 'metadata.ownerReferences', [
                { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'x', uid: 'x', controller: true },
              ]),
              refused,
              ARGO_ROLLOUTS.account,
            ),
        ],
      ];

      it.each(LET_THROUGH)('lets through: %s', async (_, attempt) => {
        const { status, message } = await attempt();

        expect([200, 201, message]).toContain(status);
      });

      it('check names what is wrong with an owner, and not again with what its controller made', async () => {
        const { kubectl } = cluster();
        const kinds = [...CONTROLLED.map(({ resource }) => resource), 'replicasets', 'pods', 'controllerrevisions'];
        const all = await kubectl.run(['get', kinds.join(','), `--namespace=${refused}`, '--output=yaml']);
        const { violations, objects } = checkInputs({
          inputs: ['-'],
          stdin: Buffer.from(all.stdout),
          policies: policies(),
          exceptions: false,
        });
        const untagged = violations.filter(({ report: { violation } }) => violation.policy === 'image-tag');

        expect(objects).toBeGreaterThan(25);
        expect(
          untagged
            .map(
              ({
                report: {
                  violation: { resource },
                },
              }) => `${resource.kind ?? ''} ${resource.name ?? ''}`,
            )
            .toSorted(),
        ).toEqual(['Deployment older', ...CONTROLLED.map(({ kind }) => `${kind} excused`)].toSorted());
      });

      it('an acknowledged object may leave behind what its controller made', async () => {
        const { kubectl } = cluster();
        await kubectl.run([
          'delete',
          'deployment/excused',
          `--namespace=${refused}`,
          `--as=${USER}`,
          '--cascade=orphan',
          '--timeout=10m',
        ]);

        const orphan = await kubectl.get(`replicaset/${known('ReplicaSet Deployment excused').metadata.name}`, refused);
        expect(orphan.metadata['ownerReferences']).toBeUndefined();
      });
    });

    it('lets controllers roll out pods where all of them have one account', async () => {
      const { kubectl, isOwn, runLabels } = cluster();
      if (!isOwn) {
        // Other people's controllers are left alone.
        return;
      }
      const leader = async (): Promise<unknown> =>
        get(await kubectl.get('lease/kube-controller-manager', 'kube-system'), 'spec.holderIdentity');
      const before = await leader();
      controllers = await runControllersAsOne(version, kubectl, runLabels);
      const resources = CONTROLLED.map(({ resource }) => resource).join(',');
      // In the foreground: all that they made is gone, too.
      await kubectl.run([
        'delete',
        resources,
        '--all',
        `--namespace=${refused}`,
        '--cascade=foreground',
        '--timeout=10m',
      ]);
      for (const kind of CONTROLLED) {
        await kubectl.run(
          ['create', '--filename=-', `--as=${USER}`],
          JSON.stringify(set(named(kind, 'excused', UNTAGGED), 'metadata.namespace', refused)),
        );
      }

      await rolledOut('excused');

      expect(await leader()).not.toBe(before);
    });
  },
);

const KINDS = new Map(WORKLOADS.map((kind) => [kind.kind, kind]));
const [POD, DEPLOYMENT, REPLICA_SET] = [kindOf('Pod'), kindOf('Deployment'), kindOf('ReplicaSet')];
const CONFIG_MAP: WorkloadKind = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', template: '' };
const BAD_CONFIG_MAP: Data = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data: { A_TOKEN: 'x', b: 'password: hunter2' },
};

/** Kinds whose controllers make pods, of themselves or through others. */
const CONTROLLED = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job', 'CronJob'].map(kindOf);

function kindOf(kind: string): WorkloadKind {
  const known = KINDS.get(kind);
  if (known === undefined) {
    throw new Error(kind);
  }
  return known;
}

function apiVersionOf({ group, version }: WorkloadKind): string {
  return group === '' ? version : `${group}/${version}`;
}

/** The value of a ConfigMap's one key, without so many characters at its start. */
function shorten(configMap: Data, characters: number): string {
  return text(record(configMap['data'])['k']).slice(characters);
}

/** An object that selects none but its own pods. */
function named(kind: WorkloadKind, name: string, spec: Data): Data {
  const label = '"app.kubernetes.io/name":';
  const text = JSON.stringify(workload(kind, spec)).replaceAll(`${label}"web"`, `${label}"${name}-${kind.resource}"`);
  const manifest = set(record(JSON.parse(text)), 'metadata.name', name);
  return kind.kind === 'CronJob' ? set(manifest, 'spec.schedule', '* * * * *') : manifest;
}

/** Pods to which one policy alone objects. */
const BAD: Data = { ...podSpec(), hostPID: true };
const UNTAGGED: Data = { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] };

/** A pod to which many do. */
const TAKES_OVER: Data = {
  ...podSpec(),
  hostNetwork: true,
  containers: [
    {
      ...container('main'),
      image: 'nginx:latest',
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'node', mountPath: '/node' }],
    },
  ],
  volumes: [{ name: 'node', hostPath: { path: '/' } }],
};

/** What stands there before the policies do. */
const OLDER: readonly Data[] = [
  named(DEPLOYMENT, 'older', UNTAGGED),
  set(named(DEPLOYMENT, 'leaving', UNTAGGED), 'metadata.finalizers', ['example.com/keep']),
  named(POD, 'older', {
    ...podSpec(),
    // Nobody starts it: where it ran, its node would have to be able to resize it.
    schedulerName: 'nobody',
    containers: [{ ...container('main'), resources: { requests: { cpu: '100m', memory: '128Mi' } } }],
  }),
];

/** Everything that there is to do with workloads, in one namespace. */
function userIn(namespace: string): readonly KubernetesObject[] {
  const metadata = { name: 'workloads', namespace };
  const rbac = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [{ apiGroups: ['', 'apps', 'batch', 'argoproj.io'], resources: ['*'], verbs: ['*'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'workloads' },
      subjects: [USER, ARGO_ROLLOUTS.account].map((name) => ({ apiGroup: rbac, kind: 'User', name })),
    },
  ];
}

/**
 * Puts a controller manager without --use-service-account-credentials in the place of the cluster's own: all controllers ask with its one
 * account, which then needs all their rights.
 */
async function runControllersAsOne(
  version: string,
  kubectl: Kubectl,
  labels: Readonly<Record<string, string>>,
): Promise<ChildProcess> {
  const user = 'system:kube-controller-manager';
  const rbac = 'rbac.authorization.k8s.io';
  await kubectl.apply({
    objects: [
      {
        apiVersion: `${rbac}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name: 'one-controller-manager', labels },
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
      },
    ],
  });
  const config = record(JSON.parse((await kubectl.run(['config', 'view', '--raw', '--output=json'])).stdout));
  const users = records(config['users']).map((each) => ({ ...each, user: { ...record(each['user']), as: user } }));
  const folder = join(dirname(kubectl.kubeconfig), 'clusters', 'test');
  const ownConfig = join(folder, 'one-account.json');
  await writeFile(ownConfig, JSON.stringify({ ...config, users }), { mode: 0o600 });
  const pid = Number(await readFile(join(folder, 'pids', 'kube-controller-manager.pid'), 'utf8'));
  process.kill(pid);
  await until('the other controller manager has ended', () => Promise.resolve(!isRunning(pid)));
  // Its lease, which outlives it by hours (control-plane.ts), is free.
  await kubectl.run(['delete', 'lease/kube-controller-manager', '--namespace=kube-system']);
  return spawn(
    await binary('kube-controller-manager', version),
    [
      `--kubeconfig=${ownConfig}`,
      `--root-ca-file=${join(folder, 'pki', 'ca.crt')}`,
      `--service-account-private-key-file=${join(folder, 'pki', 'admin.key')}`,
      '--use-service-account-credentials=false',
      '--secure-port=0',
    ],
    { stdio: 'ignore' },
  );
}

/** Whether there is a process of a number; one that has ended and that nobody has waited for is none. */
function isRunning(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** What an object says of its owner. */
function ownerOf({ metadata }: KubernetesObject): JsonRecord {
  return records(metadata['ownerReferences'])[0] ?? {};
}

/** jest's own type for these is any. */
const containing = (part: string): unknown => expect.stringContaining(part);
const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern);

/** Rollouts are judged without knowing more of them than that they hold a pod template. */
const ROLLOUT_CRD = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    names: { kind: 'Rollout', listKind: 'RolloutList', plural: 'rollouts', singular: 'rollout' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};

function podOf(deployment: Data): Data {
  return record(record(record(deployment['spec'])['template'])['spec']);
}

function sorted(messages: Record<string, string>): readonly (readonly [string, string])[] {
  return Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1));
}
