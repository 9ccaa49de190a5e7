import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { admissionPolicies } from '../../lib/policy/admission';
import type { AdmissionProps } from '../../lib/policy/admission';
import { Engine } from '../../lib/policy/engine';
import { policies } from '../../lib/policy/policies';
import { WORKLOADS } from '../../lib/policy/policy';
import type { WorkloadKind } from '../../lib/policy/policy';
import { cases } from '../policy/cases';
import { container, debugContainer, podSpec, set, workload } from '../policy/manifests';
import type { Data } from '../policy/manifests';
import { ROWS } from '../policy/rows';
import { findBinary, newestVersion } from './binaries';
import { testedVersions, useCluster } from './control-plane';
import type { Cluster } from './control-plane';
import { record, records, text } from './json';

const MINUTE = 60_000;

/** ValidatingAdmissionPolicy is v1 from here. */
const OLDEST_MINOR = 30;

const engine = new Engine(policies());

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
}

function parseWarnings(header: string): Record<string, string> {
  const warnings: Record<string, string> = {};
  for (const [, quoted = ''] of header.matchAll(/299 - ("(?:[^"\\]|\\.)*")/g)) {
    const warning = quoted.slice(1, -1).replace(/\\(.)/g, '$1');
    const match =
      /^Validation failed for ValidatingAdmissionPolicy '[^']*?-warn-(.*?)' with binding '.*?': (.*)$/s.exec(warning);
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
    let proxy: ChildProcess | undefined;
    let server = '';
    let warned = '';
    let refused = '';
    let free = '';
    let prefix = '';

    async function request(method: 'POST' | 'PUT', path: string, body: unknown): Promise<Answer> {
      const response = await fetch(`${server}${path}?dryRun=All`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const warnings = parseWarnings(response.headers.get('warning') ?? '');
      return { status: response.status, message: text(record(await response.json())['message'] ?? ''), warnings };
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

    beforeAll(async () => {
      const { kubectl } = cluster();
      const binary = findBinary('kubectl', newestVersion([version])) ?? 'kubectl';
      proxy = spawn(binary, ['proxy', '--port=0', `--kubeconfig=${kubectl.kubeconfig}`], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const { stdout } = proxy;
      for await (const line of stdout === null ? [] : createInterface({ input: stdout })) {
        server = `http://${/[\d.]+:\d+/.exec(line)?.[0] ?? ''}`;
        break;
      }
      warned = await cluster().createNamespace('warned');
      refused = await cluster().createNamespace('refused');
      free = await cluster().createNamespace('free');
      prefix = `${cluster().prefix}policy`;
      await kubectl.apply({ objects: [ROLLOUT_CRD] }).catch(() => undefined);
      await install(cluster(), { policies: policies(), namespaces: [warned], prefix: `${prefix}-warn`, audit: true });
      await install(cluster(), {
        policies: policies(),
        namespaces: [refused],
        prefix: `${prefix}-deny`,
        exceptions: [
          {
            policy: 'image-tag',
            reason: 'test',
            resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: refused, name: 'excused' },
          },
        ],
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
      for (let tries = 0; tries < 100; tries++) {
        const answers = await Promise.all(
          probes.map(async ([kind, manifest]) => {
            const [warning, refusal] = [await create(kind, warned, manifest), await create(kind, refused, manifest)];
            return Object.keys(warning.warnings).length > 0 && refusal.status !== 201;
          }),
        );
        if (answers.every((inForce) => inForce)) {
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      throw new Error('the API server does not enforce the policies after 20 s');
    }, 5 * MINUTE);

    afterAll(() => {
      proxy?.kill();
    });

    it(
      'compiles every expression, without a warning',
      async () => {
        const { kubectl } = cluster();
        const installed = (await kubectl.list('validatingadmissionpolicies')).filter(({ metadata }) =>
          metadata.name.startsWith(`${prefix}-`),
        );
        for (const { metadata } of installed) {
          await kubectl.wait(`validatingadmissionpolicy/${metadata.name}`, 'jsonpath={.status.observedGeneration}=1');
        }

        const statuses = (await kubectl.list('validatingadmissionpolicies'))
          .filter(({ metadata }) => metadata.name.startsWith(`${prefix}-`))
          .flatMap((policy) => records(record(record(record(policy)['status'])['typeChecking'])['expressionWarnings']));

        expect(installed.length).toBe(2 * policies().filter(({ scope }) => scope !== 'everything').length);
        expect(statuses).toEqual([]);
      },
      2 * MINUTE,
    );

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
      5 * MINUTE,
    );

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
        [10, 4_900],
        [60, 15_000],
        [1_000, 48],
        [1_000, 900],
      ] as const) {
        expect(await create(kind, refused, filled(keys, size))).toMatchObject({ status: 201 });
      }
    });

    it('leaves other namespaces alone', async () => {
      const bad = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] });

      expect(await create(DEPLOYMENT, free, bad)).toEqual({ status: 201, message: '', warnings: {} });
    });

    it('excuses the acknowledged object, and no other, whatever its annotations say', async () => {
      const bad = workload(DEPLOYMENT, { ...podSpec(), containers: [{ ...container('main'), image: 'nginx' }] });
      const annotated = set(bad, ['metadata', 'annotations', 'policy-exception/image-tag'], 'because');

      expect((await create(DEPLOYMENT, refused, set(bad, 'metadata.name', 'excused'))).status).toBe(201);
      expect((await create(DEPLOYMENT, refused, set(annotated, 'metadata.name', 'other'))).status).not.toBe(201);
      expect(
        (await create(STATEFUL_SET, refused, set(workload(STATEFUL_SET, podOf(bad)), 'metadata.name', 'excused')))
          .status,
      ).not.toBe(201);
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

    it('judges a debug container that is added to a pod, and leaves the pods of a controller to the controller', async () => {
      const { kubectl } = cluster();
      // An owner that is there, or the pod would be collected; and one whose controller looks after no pods of its own.
      const template = set(
        set(workload(DEPLOYMENT, podSpec()), 'metadata.namespace', refused),
        'metadata.name',
        'owner',
      );
      const owner = set(template, 'spec.replicas', 0);
      const { stdout } = await kubectl.run(['create', '--filename=-', '--output=json'], JSON.stringify(owner));
      const { name: ownerName, uid } = record(record(JSON.parse(stdout))['metadata']);
      const owned = set(set(workload(POD, podSpec()), 'metadata.namespace', refused), 'metadata.ownerReferences', [
        { apiVersion: 'apps/v1', kind: 'Deployment', name: ownerName, uid, controller: true },
      ]);
      const bad = set(set(owned, 'spec.enableServiceLinks', true), 'spec.automountServiceAccountToken', true);
      const name = 'owned';
      const manifest = set(bad, 'metadata.name', name);
      await kubectl.run(['create', '--filename=-'], JSON.stringify(manifest));
      const stored = record(
        JSON.parse((await kubectl.run(['get', `pod/${name}`, `--namespace=${refused}`, '--output=json'])).stdout),
      );
      const path = `${pathOf(POD, refused)}/${name}/ephemeralcontainers`;
      const debug = async (changes: Data): Promise<Answer> =>
        request('PUT', path, set(stored, 'spec.ephemeralContainers', [{ ...debugContainer('debug'), ...changes }]));

      expect((await debug({})).status).toBe(200);
      expect((await debug({ image: 'busybox' })).message).toContain(
        'container "debug": image "busybox" has neither a tag nor a digest',
      );
      expect(text(record(stored['metadata'])['name'])).toBe(name);
    });
  },
);

const DEPLOYMENT: WorkloadKind = { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' };
const STATEFUL_SET: WorkloadKind = { group: 'apps', version: 'v1', kind: 'StatefulSet', resource: 'statefulsets' };
const CONFIG_MAP: WorkloadKind = { group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps' };
const BAD_CONFIG_MAP: Data = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c' },
  data: { A_TOKEN: 'x', b: 'password: hunter2' },
};
const POD: WorkloadKind = { group: '', version: 'v1', kind: 'Pod', resource: 'pods' };

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
