import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../graph';
import { OF_PODS } from '../graph/references';
import { isKubernetesGroup } from '../manifest/manifest';
import type { Path } from '../manifest/plain-data';
import { type PodTemplateKind, USUAL_TEMPLATE, WORKLOADS } from '../manifest/workloads';
import { toYaml } from './yaml';

// A Kustomize base. Kustomize knows Kubernetes' own kinds; of custom resources a base must say where they hold labels, names and
// numbers of replicas, and how a patch merges their lists, or an overlay leaves half of them as they were:
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/transformerconfigs/README.md

/** Files for Kustomize alone: without an extension, since they are no objects, and `kubectl apply -R` and `check` read what has one. */
const CONFIGURATION = 'kustomize/configuration';
const OPENAPI = 'kustomize/openapi';

const MERGE_KEYS = join(__dirname, '..', '..', 'imports', 'kubernetes', 'merge-keys.jsonl');

/** Where pods are selected by labels, in the spec of a pod template. */
const SELECTORS_IN_POD_SPEC = [
  'topologySpreadConstraints.labelSelector',
  ...['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity.${affinity}.preferredDuringSchedulingIgnoredDuringExecution.podAffinityTerm.labelSelector`,
    `affinity.${affinity}.requiredDuringSchedulingIgnoredDuringExecution.labelSelector`,
  ]),
];

const POD_TEMPLATE = { $ref: '#/definitions/io.k8s.api.core.v1.PodTemplateSpec' };

/** A kind of custom resource that is in use, and where it holds a pod template. */
interface CustomWorkloadKind extends PodTemplateKind {
  readonly version: string;
}

/** A field of a kind, as Kustomize wants it: `spec/template/metadata/labels`. */
interface FieldSpec {
  readonly group: string;
  readonly kind: string;
  readonly path: string;
  /** Whether it is made where it is missing. */
  readonly create: boolean;
}

/**
 * The files of a Kustomize base, by path below its folder: `kustomization.yml`, and, where there are custom resources, what Kustomize must
 * know of them. All overlays of the base then use it.
 *
 * @param resources paths of the manifests.
 * @param graph the objects in them.
 * @param kinds the kinds that hold a pod template.
 */
export function kustomizeBase(
  resources: readonly string[],
  graph: Graph,
  kinds: readonly PodTemplateKind[] = WORKLOADS,
): Map<string, string> {
  const custom = customWorkloads(graph, kinds);
  const configuration = Object.entries({
    ...fieldSpecs(custom),
    nameReference: nameReferences(graph, custom),
  }).filter(([, entries]) => entries.length > 0);
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    resources,
    ...(configuration.length > 0 && { configurations: [CONFIGURATION] }),
    ...(custom.length > 0 && { openapi: { path: OPENAPI } }),
  };
  return new Map([
    // Named .yml, since `cdk8s synth --stdout` prints every .yaml below the folder, and this is no API object.
    ['kustomization.yml', toYaml(kustomization)],
    ...(configuration.length > 0 ? [[CONFIGURATION, toYaml(Object.fromEntries(configuration))] as const] : []),
    ...(custom.length > 0 ? [[OPENAPI, toYaml(openApi(custom))] as const] : []),
  ]);
}

/** The kinds of custom resources in use that hold a pod template. */
function customWorkloads({ objects }: Graph, known: readonly PodTemplateKind[]): readonly CustomWorkloadKind[] {
  const found = new Map<string, CustomWorkloadKind>();
  for (const { group, resource } of objects) {
    const workload = known.find((each) => each.group === group && each.kind === resource.kind);
    if (resource.apiVersion !== null && workload !== undefined && !isKubernetesGroup(group)) {
      const version = resource.apiVersion.slice(group.length + 1);
      found.set(`${resource.apiVersion} ${workload.kind}`, { ...workload, version });
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, workload]) => workload);
}

/** A kind, as Kustomize finds its objects; what it does not say may be anything. */
interface KustomizeKind {
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
}

/** Fields that hold the name of an object of a kind. */
interface NameReference extends KustomizeKind {
  readonly fieldSpecs: readonly (KustomizeKind & { readonly path: string })[];
}

function kustomizeKind(group: string, kind: string): KustomizeKind {
  return group === '' ? { kind, version: 'v1' } : { kind, group };
}

/**
 * The fields that Kustomize does not know to hold a name: of custom resources in use, and of kinds of Kubernetes' own that refer by a
 * label. A pod template has all its fields here, since an overlay may fill in what the base leaves empty.
 */
function nameReferences(graph: Graph, workloads: readonly CustomWorkloadKind[]): readonly NameReference[] {
  const byTarget = new Map<
    string,
    { readonly target: KustomizeKind; readonly fields: Map<string, NameReference['fieldSpecs'][number]> }
  >();
  const add = (target: KustomizeKind, from: KustomizeKind, path: string): void => {
    const key = JSON.stringify(target);
    const entry = byTarget.get(key) ?? { target, fields: new Map() };
    byTarget.set(key, entry);
    const field = { ...from, path };
    entry.fields.set(JSON.stringify(field), field);
  };
  for (const object of graph.objects) {
    for (const { target, path } of graph.referencesOf(object)) {
      // Other references to it stand at the fields that name a key or port.
      if (target.type !== 'object' || target.key !== undefined || target.port !== undefined) continue;
      const isKnown = isKubernetesGroup(object.group) && isKubernetesGroup(target.group) && !path.includes('labels');
      if (!isKnown) {
        const from = kustomizeKind(object.group, object.resource.kind ?? '');
        add(kustomizeKind(target.group, target.kind), from, pathOf(path));
      }
    }
  }
  for (const { group, kind, template } of workloads) {
    for (const { name, group: targetGroup = '', kind: targetKind } of OF_PODS) {
      add(
        kustomizeKind(targetGroup, targetKind),
        kustomizeKind(group, kind),
        `${template}.spec.${name}`.replaceAll('[*]', '').replaceAll('.', '/'),
      );
    }
  }
  const sorted = <T>(entries: ReadonlyMap<string, T>): readonly T[] =>
    [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  return sorted(byTarget).map(({ target, fields }) => ({ ...target, fieldSpecs: sorted(fields) }));
}

/** A list's items are meant by the list itself. */
function pathOf(path: Path): string {
  return path
    .filter((key) => typeof key === 'string')
    .map((key) => key.replaceAll('/', '\\/'))
    .join('/');
}

function fieldSpec({ group, kind }: PodTemplateKind, path: string, create: boolean): FieldSpec {
  return { group, kind, path: path.replaceAll('.', '/'), create };
}

/** Where custom resources hold what Kustomize changes, by the names under which its configuration has them. */
function fieldSpecs(workloads: readonly CustomWorkloadKind[]): Readonly<Record<string, readonly FieldSpec[]>> {
  const templateLabels = workloads.map((kind) => fieldSpec(kind, `${kind.template}.metadata.labels`, true));
  const selectors = workloads.flatMap((kind) =>
    ['spec.selector', ...SELECTORS_IN_POD_SPEC.map((path) => `${kind.template}.spec.${path}`)].map((path) =>
      fieldSpec(kind, `${path}.matchLabels`, false),
    ),
  );
  return {
    commonLabels: [...templateLabels, ...selectors],
    templateLabels,
    replicas: workloads.flatMap((kind) =>
      kind.template === USUAL_TEMPLATE ? [fieldSpec(kind, 'spec.replicas', true)] : [],
    ),
  };
}

/**
 * How lists are merged. It takes the place of what Kustomize has built in, so that it holds Kubernetes' own kinds too: without them a
 * patch of a Deployment would replace all its containers.
 */
function openApi(workloads: readonly CustomWorkloadKind[]): unknown {
  const lines = readFileSync(MERGE_KEYS, 'utf8').trimEnd().split('\n');
  const own = lines.map((line): [string, unknown] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), JSON.parse(line.slice(space + 1))];
  });
  const custom = workloads.map(({ group, version, kind, template }): [string, unknown] => {
    const name = [...group.split('.').toReversed(), version, kind].join('.');
    const schema = template
      .split('.')
      .reduceRight<object>((below, field) => ({ properties: { [field]: below } }), POD_TEMPLATE);
    return [name, { 'x-kubernetes-group-version-kind': [{ group, version, kind }], ...schema }];
  });
  return { definitions: Object.fromEntries([...own, ...custom]) };
}
