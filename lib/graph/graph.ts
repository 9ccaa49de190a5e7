import { groupOf, resourceOf } from '../manifest/manifest';
import { nearest } from '../manifest/nearest';
import { child, field, groupBy, listAt, numberAt, textAt, valueAt } from '../manifest/plain-data';
import { WORKLOADS } from '../manifest/workloads';
import type { PodTemplateKind } from '../manifest/workloads';
import { addressesIn, isFile, namedText, PLACEHOLDER, textsIn, textsInData, UNKNOWN } from './addresses';
import type { NamedText } from './addresses';
import { clusterScopedKinds } from './kinds';
import type {
  AddressTarget,
  Connection,
  Destination,
  GraphObject,
  ObjectTarget,
  Problem,
  Reference,
  SelectedTarget,
  Workload,
} from './model';
import { fieldsAt } from './patterns';
import { operatedWorkload, productsOf, replicasOf, SYSTEM_NAMESPACES, systemProduct } from './produced';
import type { Product } from './produced';
import { namesIn } from './references';
import { mostReplicas } from './scaling';
import { LabelIndex, matchesLabels, NAMESPACE_NAME_LABEL, selectsAll } from './selectors';

/** A manifest, and whether what it describes is in the cluster already. */
export interface GraphMember {
  readonly manifest: unknown;
  /** @default false */
  readonly isGiven?: boolean;
}

/** Labels that controllers give to pods, besides those of the template (https://kubernetes.io/docs/reference/labels-annotations-taints/). */
const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index';
const CONTROLLERS_LABELS = new Set([
  POD_NAME_LABEL,
  POD_INDEX_LABEL,
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-completion-index',
  'batch.kubernetes.io/job-name',
  'controller-revision-hash',
  'controller-uid',
  'job-name',
  'pod-template-generation',
  'pod-template-hash',
  'rollouts-pod-template-hash',
]);

/** Fields of other kinds in which there are addresses. */
const ADDRESS_FIELDS: Readonly<Record<string, readonly string[]>> = {
  // https://argo-rollouts.readthedocs.io/en/stable/features/analysis/
  'argoproj.io/AnalysisTemplate': ['spec.metrics[*].provider.prometheus.address', 'spec.metrics[*].provider.web.url'],
  'argoproj.io/ClusterAnalysisTemplate': [
    'spec.metrics[*].provider.prometheus.address',
    'spec.metrics[*].provider.web.url',
  ],
  // https://keda.sh/docs/latest/scalers/
  'keda.sh/ScaledObject': ['serverAddress', 'address', 'bootstrapServers', 'host', 'url'].map(
    (field) => `spec.triggers[*].metadata.${field}`,
  ),
  // https://external-secrets.io/latest/provider/hashicorp-vault/
  'external-secrets.io/SecretStore': ['spec.provider.vault.server'],
  'external-secrets.io/ClusterSecretStore': ['spec.provider.vault.server'],
  // https://strimzi.io/docs/operators/latest/configuring.html
  'kafka.strimzi.io/KafkaBridge': ['spec.bootstrapServers'],
  'kafka.strimzi.io/KafkaConnect': ['spec.bootstrapServers'],
  // https://prometheus-operator.dev/docs/api-reference/api/
  'monitoring.coreos.com/Probe': ['spec.prober.url'],
  'monitoring.coreos.com/Prometheus': ['spec.remoteWrite[*].url', 'spec.remoteRead[*].url'],
  'monitoring.coreos.com/PrometheusAgent': ['spec.remoteWrite[*].url'],
};

/** Whether it is a Service that takes a port of the nodes, or an address outside of the cluster. */
export function isExposedService({ group, resource, manifest }: GraphObject): boolean {
  return (
    group === '' &&
    resource.kind === 'Service' &&
    ['LoadBalancer', 'NodePort'].includes(textAt(manifest, 'spec', 'type'))
  );
}

/** Kinds whose templates are no pods yet. */
const STORED_TEMPLATES = new Set(['/PodTemplate', 'apps/ControllerRevision']);

/** Names are compared this often at most: who misses thousands of objects has another problem than their spelling. */
const MOST_COMPARISONS = 100_000;

/** A host of an address, as the DNS of the cluster has it. */
type Host =
  | { readonly type: 'outside' }
  | { readonly type: 'service'; readonly namespace: string; readonly name: string; readonly pod: string | undefined };

/** Who reads a ConfigMap or Secret. */
interface Reader {
  readonly workload: Workload;
  /** @default - all of it */
  readonly keys: ReadonlySet<string> | undefined;
}

/**
 * What manifests that are applied together say of each other: which object names which others, and who connects to whom. It takes any plain
 * data, and time in proportion to it.
 */
export class Graph {
  /** One for each member, in their order. */
  public readonly objects: readonly GraphObject[];
  /** Objects of which there are pods; pods and others that a workload owns are that workload's. */
  public readonly workloads: readonly Workload[];

  private readonly isClusterScoped: (group: string, kind: string) => boolean;
  private readonly byName = new Map<string, GraphObject>();
  /** Objects of every cluster that somebody has asked for. */
  private readonly ofSystem = new Map<string, GraphObject>();
  private readonly hosts = new Map<string, Host>();
  private readonly workloadOf = new Map<GraphObject, Workload>();
  private readonly references = new Map<GraphObject, readonly Reference[]>();
  private readonly pods: ReadonlyMap<string, LabelIndex<Workload>>;
  private readonly namespaces: LabelIndex<{ readonly name: string; readonly labels: object }>;
  private services: ReadonlyMap<string, LabelIndex<GraphObject>> | undefined;
  private slices: ReadonlyMap<string, readonly GraphObject[]> | undefined;
  private grants: ReadonlyMap<string, readonly GraphObject[]> | undefined;
  private mostReplicas: ReadonlyMap<string, number> | undefined;
  private names: ReadonlyMap<string, readonly GraphObject[]> | undefined;
  private readers: ReadonlyMap<GraphObject, readonly Reader[]> | undefined;
  private connected: readonly Connection[] | undefined;
  private comparisons = 0;

  /**
   * @param members all objects that are applied together, and those that are there already
   * @param kinds the kinds that have a pod template
   */
  public constructor(members: Iterable<GraphMember>, kinds: readonly PodTemplateKind[] = WORKLOADS) {
    const all = [...members];
    this.isClusterScoped = clusterScopedKinds(all.map(({ manifest }) => manifest));
    const plain = all.map(({ manifest, isGiven = false }) => this.objectOf(manifest, isGiven));
    for (const object of plain) {
      this.register(object);
    }
    const find = this.findWritten.bind(this);
    const byKind = new Map(kinds.map((kind) => [`${kind.group}/${kind.kind}`, kind]));
    this.objects = plain.map((object) => {
      const workload = workloadIn(object, byKind) ?? operatedWorkload(object, find);
      if (workload !== undefined) {
        this.workloadOf.set(workload, workload);
      }
      return workload ?? object;
    });
    this.byName.clear();
    for (const object of this.objects) {
      this.register(object);
    }
    for (const object of this.objects) {
      for (const product of productsOf(object, find)) {
        this.register(this.produced(product, object));
      }
    }

    this.workloads = [...this.workloadOf.values()].filter(
      ({ group, resource, manifest }) =>
        !STORED_TEMPLATES.has(`${group}/${resource.kind ?? ''}`) &&
        !listAt(manifest, 'metadata', 'ownerReferences').some((owner) =>
          byKind.has(`${groupOf(textAt(owner, 'apiVersion'))}/${textAt(owner, 'kind')}`),
        ),
    );
    this.pods = indexByNamespace(this.workloads, ({ podLabels }) => podLabels);
    this.namespaces = this.indexNamespaces();
  }

  /** An object of the set, or one that another of them produces or that is in every cluster. */
  public find(group: string, kind: string, namespace: string, name: string): GraphObject | undefined {
    const found = this.findWritten(group, kind, namespace, name);
    if (found !== undefined) {
      return found;
    }
    const key = keyOf(group, kind, namespace, name);
    const known = this.ofSystem.get(key);
    const product = known === undefined ? systemProduct(group, kind, namespace, name) : undefined;
    if (product === undefined) {
      return known;
    }
    const object = this.produced(product);
    this.ofSystem.set(key, object);
    return object;
  }

  /** The workloads some of whose pods a LabelSelector selects. */
  public podsSelectedBy(namespace: string, selector: unknown): readonly Workload[] {
    const index = this.pods.get(namespace);
    if (index === undefined) {
      return [];
    }
    const given: readonly (readonly [string, unknown])[] = Object.entries(child(selector, 'matchLabels') ?? {});
    const added = given.filter(([key]) => CONTROLLERS_LABELS.has(key));
    if (added.length === 0) {
      return index.select(selector);
    }
    const rest = {
      matchLabels: Object.fromEntries(given.filter(([key]) => !CONTROLLERS_LABELS.has(key))),
      matchExpressions: listAt(selector, 'matchExpressions'),
    };
    const podName = added.find(([key]) => key === POD_NAME_LABEL)?.[1];
    const owner = typeof podName === 'string' ? this.statefulSetOf(namespace, podName) : undefined;
    const candidates =
      podName === undefined
        ? index.select(rest)
        : owner !== undefined && matchesLabels(rest, owner.podLabels)
          ? [owner]
          : [];
    return candidates.filter((workload) => added.every(([key, value]) => this.mayHaveLabel(workload, key, value)));
  }

  /** The namespaces that a LabelSelector selects, of those in which there is anything; each has its name as a label. */
  public namespacesSelectedBy(selector: unknown): readonly string[] {
    return this.namespaces.select(selector).map(({ name }) => name);
  }

  /** Every field of an object that names something, and every address in its texts. Those of a ConfigMap are its own. */
  public referencesOf(object: GraphObject): readonly Reference[] {
    let found = this.references.get(object);
    if (found === undefined) {
      const workload = this.workloadOf.get(object);
      found = [...namesIn(object, workload, this.isClusterScoped), ...this.addressesOf(object, workload)];
      this.references.set(object, found);
    }
    return found;
  }

  /**
   * Why a reference does not resolve, be it optional or not; undefined where it does, or where nobody can know. What must be in an object is
   * a reference of its own, and is missed only where the object is there.
   */
  public problemOf({ from, target }: Reference): Problem | undefined {
    switch (target.type) {
      case 'object':
        return this.problemOfObject(from, target);
      case 'pods':
      case 'services':
        return this.problemOfSelected(target);
      case 'address':
        return this.problemOfAddress(from, target);
    }
  }

  /** Where an address or the backend of a route leads; undefined where it leads nowhere, or names no port. */
  public destinationOf(reference: Reference): Destination | undefined {
    return this.destinationsOf(reference)[0];
  }

  /** The workloads that read a ConfigMap or Secret, or some of its keys. */
  public readersOf(configMapOrSecret: GraphObject): readonly Workload[] {
    return [...new Set(this.readersAndKeys(configMapOrSecret).map(({ workload }) => workload))];
  }

  /** Who connects to what, by what the manifests of the set say; in the order of who connects, entrances last. */
  public get connections(): readonly Connection[] {
    return (this.connected ??= this.connect());
  }

  private objectOf(manifest: unknown, isGiven: boolean): GraphObject {
    const resource = resourceOf(manifest);
    const group = groupOf(resource.apiVersion ?? '');
    const namespace = this.isClusterScoped(group, resource.kind ?? '') ? '' : (resource.namespace ?? 'default');
    return { manifest, resource, group, namespace, isGiven };
  }

  private produced(product: Product, producer?: GraphObject): GraphObject {
    const { apiVersion, kind, name, namespace, content } = product;
    const manifest = { apiVersion, kind, metadata: { name, ...(namespace !== '' && { namespace }) }, ...content };
    return {
      ...this.objectOf(manifest, producer?.isGiven ?? true),
      ...(producer !== undefined && { producedBy: producer }),
    };
  }

  /** Of several with one name the first counts. */
  private register(object: GraphObject): void {
    const { group, namespace, resource } = object;
    if (resource.kind !== null && resource.name !== null) {
      const key = keyOf(group, resource.kind, namespace, resource.name);
      if (!this.byName.has(key)) {
        this.byName.set(key, object);
      }
    }
  }

  private findWritten(group: string, kind: string, namespace: string, name: string): GraphObject | undefined {
    return this.byName.get(keyOf(group, kind, namespace, name));
  }

  private indexNamespaces(): LabelIndex<{ readonly name: string; readonly labels: object }> {
    const labels = new Map<string, object>(SYSTEM_NAMESPACES.map((name) => [name, {}]));
    for (const { namespace } of this.objects) {
      if (namespace !== '') {
        labels.set(namespace, {});
      }
    }
    for (const { group, resource, manifest } of this.objects) {
      if (group === '' && resource.kind === 'Namespace' && resource.name !== null) {
        const own = field(manifest, 'metadata', 'labels');
        labels.set(resource.name, typeof own === 'object' && own !== null ? own : {});
      }
    }
    return new LabelIndex<{ readonly name: string; readonly labels: object }>(
      [...labels].map(([name, own]) => ({ name, labels: { ...own, [NAMESPACE_NAME_LABEL]: name } })),
      (namespace) => namespace.labels,
    );
  }

  private statefulSetOf(namespace: string, podName: string): Workload | undefined {
    const [, name] = /^(.+)-\d+$/.exec(podName) ?? [];
    const found = name === undefined ? undefined : this.findWritten('apps', 'StatefulSet', namespace, name);
    return found === undefined ? undefined : this.workloadOf.get(found);
  }

  private mayHaveLabel(workload: Workload, key: string, value: unknown): boolean {
    const { group, resource } = workload;
    const isStatefulSet = group === 'apps' && resource.kind === 'StatefulSet';
    const isOrdinal = (text: unknown): boolean => {
      const { first, last } = this.ordinalsOf(workload);
      return typeof text === 'string' && /^\d+$/.test(text) && Number(text) >= first && Number(text) <= last;
    };
    switch (key) {
      case POD_INDEX_LABEL:
        return isStatefulSet && isOrdinal(value);
      case POD_NAME_LABEL:
        return isStatefulSet && typeof value === 'string' && isOrdinal(/-(\d+)$/.exec(value)?.[1]);
      case 'job-name':
      case 'batch.kubernetes.io/job-name':
        return resource.kind === 'Job' ? value === resource.name : resource.kind === 'CronJob';
      default:
        return true;
    }
  }

  // Addresses in texts.

  private addressesOf(object: GraphObject, workload: Workload | undefined): readonly Reference[] {
    const isService = (host: string, port?: number): boolean => this.isService(object.namespace, host, port);
    const refer = (path: Reference['path'], texts: readonly NamedText[]): readonly Reference[] =>
      [
        ...new Map(
          addressesIn(texts, isService)
            .flat()
            .map((address) => [`${address.host}:${address.port ?? ''}`, address]),
        ).values(),
      ].map((address) => ({ from: object, path, target: { type: 'address', ...address }, isOptional: false }));

    if (object.group === '' && object.resource.kind === 'ConfigMap') {
      const found = child(object.manifest, 'data');
      const data = typeof found === 'object' && found !== null ? found : {};
      const entries = Object.entries(data).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'string' ? [{ key, value }] : [],
      );
      const variables = entries.filter(({ value }) => !isFile(value));
      const addresses = addressesIn(
        variables.map(({ key, value }) => namedText(key, value)),
        isService,
      );
      return [
        ...variables.flatMap(({ key }, index) =>
          (addresses[index] ?? []).map((address): Reference => ({
            from: object,
            path: ['data', key],
            target: { type: 'address', ...address },
            isOptional: false,
          })),
        ),
        ...entries
          .filter(({ value }) => isFile(value))
          .flatMap(({ key, value }) => refer(['data', key], textsInData(data, key, value))),
      ];
    }
    const fields = ADDRESS_FIELDS[`${object.group}/${object.resource.kind ?? ''}`] ?? [];
    return [
      ...fields
        .flatMap((pattern) => fieldsAt(object.manifest, pattern))
        .flatMap(({ path, value }) =>
          typeof value === 'string' ? refer(path, [namedText(String(path.at(-1)), value)]) : [],
        ),
      ...(workload === undefined ? [] : this.addressesOfContainers(workload, isService)),
    ];
  }

  private addressesOfContainers(
    workload: Workload,
    isService: (host: string, port?: number) => boolean,
  ): readonly Reference[] {
    const base = [...workload.templatePath, 'spec'];
    return ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
      fieldsAt(workload.podSpec, `${list}[*]`, base).flatMap(({ path, value: container }) => {
        const variables = this.variablesOf(workload, container);
        const texts: (NamedText & { readonly path: Reference['path'] })[] = variables.own.flatMap(
          ({ name, value, index }) => {
            const at = [...path, 'env', index, 'value'];
            return isFile(value)
              ? textsIn(value, name).map((text) => ({ ...text, path: at }))
              : [{ ...namedText(name, value), path: at }];
          },
        );
        for (const key of ['command', 'args']) {
          let flag: string | undefined;
          for (const { path: at, value } of fieldsAt(container, `${key}[*]`, path)) {
            if (typeof value !== 'string') {
              continue;
            }
            const expanded = expand(value, variables.valueOf);
            const [, name, given] = /^-{1,2}(?:D)?([A-Za-z][\w.-]*)=(.*)$/s.exec(expanded) ?? [];
            if (name !== undefined && given !== undefined) {
              texts.push({ ...namedText(name, given), path: at });
            } else if (/\s/.test(expanded)) {
              texts.push(...textsIn(expanded).map((text) => ({ ...text, path: at })));
            } else {
              texts.push({ keys: flag === undefined ? [] : [flag], value: expanded, path: at });
            }
            flag = /^-{1,2}[A-Za-z][\w.-]*$/.test(value) ? value : undefined;
          }
        }
        return addressesIn(texts, isService, variables.valueOf).flatMap((found, index) =>
          found.map((address): Reference => ({
            from: workload,
            path: texts[index]?.path ?? path,
            target: { type: 'address', ...address },
            isOptional: false,
          })),
        );
      }),
    );
  }

  /** The variables of a container: those that it is given a text for, and the value of any, as far as it is known. */
  private variablesOf(
    workload: Workload,
    container: unknown,
  ): {
    readonly own: readonly { readonly name: string; readonly value: string; readonly index: number }[];
    readonly valueOf: (name: string) => string | undefined;
  } {
    const { namespace } = workload;
    const values = new Map<string, string>();
    const sources = listAt(container, 'envFrom').toReversed();
    const valueOf = (name: string): string | undefined => {
      if (values.has(name)) {
        return values.get(name);
      }
      for (const source of sources) {
        const prefix = textAt(source, 'prefix');
        const data = this.dataOf(namespace, textAt(source, 'configMapRef', 'name'));
        const value = name.startsWith(prefix) ? child(data, name.slice(prefix.length)) : undefined;
        if (typeof value === 'string') {
          return value;
        }
      }
      return undefined;
    };
    const own = listAt(container, 'env').flatMap((variable, index) => {
      const name = textAt(variable, 'name');
      const written = child(variable, 'value');
      if (typeof written === 'string') {
        const value = expand(written, valueOf);
        values.set(name, value);
        return [{ name, value, index }];
      }
      const reference = field(variable, 'valueFrom', 'configMapKeyRef');
      const read = child(this.dataOf(namespace, textAt(reference, 'name')), textAt(reference, 'key'));
      const value =
        typeof read === 'string'
          ? read
          : this.fieldOf(workload, textAt(variable, 'valueFrom', 'fieldRef', 'fieldPath'));
      values.set(name, value ?? UNKNOWN);
      return [];
    });
    return { own, valueOf };
  }

  private dataOf(namespace: string, configMap: string): unknown {
    return configMap === ''
      ? undefined
      : child(this.findWritten('', 'ConfigMap', namespace, configMap)?.manifest, 'data');
  }

  /** What the downward API says, as far as it is known; of a StatefulSet's pods, as its first says it. */
  private fieldOf(workload: Workload, path: string): string | undefined {
    switch (path) {
      case 'metadata.namespace':
        return workload.namespace;
      case 'metadata.name':
        return workload.resource.kind === 'StatefulSet'
          ? `${workload.resource.name ?? ''}-${numberAt(workload.manifest, 'spec', 'ordinals', 'start')}`
          : undefined;
      default:
        return undefined;
    }
  }

  /** https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/ */
  private hostIn(namespace: string, written: string): Host {
    const key = `${namespace}/${written}`;
    const found = this.hosts.get(key) ?? this.resolve(namespace, written);
    this.hosts.set(key, found);
    return found;
  }

  private resolve(namespace: string, written: string): Host {
    const labels = written.replace(/\.$/, '').toLowerCase().split('.');
    const svc = labels.indexOf('svc');
    const host = (name = '', inNamespace = '', pod?: string): Host => ({
      type: 'service',
      namespace: inNamespace,
      name,
      pod,
    });
    if (svc === 2) {
      return host(labels[0], labels[1]);
    }
    if (svc === 3) {
      return host(labels[1], labels[2], labels[0]);
    }
    const isNumeric = labels.every((label) => /^\d+$/.test(label));
    if (labels.length === 1 && !isNumeric) {
      return host(labels[0], namespace);
    }
    const [first, second = '', third = ''] = labels;
    if (labels.length === 2 && this.find('', 'Service', second, first ?? '') !== undefined) {
      return host(first, second);
    }
    if (labels.length === 2 && this.find('', 'Service', namespace, second) !== undefined) {
      return host(second, namespace, first);
    }
    if (labels.length === 2 && !isNumeric && this.hasNamespace(second)) {
      return host(first, second);
    }
    return labels.length === 3 && !isNumeric && this.hasNamespace(third)
      ? host(second, third, first)
      : { type: 'outside' };
  }

  private hasNamespace(name: string): boolean {
    return this.namespaces.select({ matchLabels: { [NAMESPACE_NAME_LABEL]: name } }).length > 0;
  }

  private isService(namespace: string, written: string, port?: number): boolean {
    const host = this.hostIn(namespace, written);
    if (host.type === 'outside') {
      return false;
    }
    const service = this.find('', 'Service', host.namespace, host.name);
    return (
      service !== undefined &&
      (port === undefined || host.pod !== undefined || isHeadless(service) || portOf(service, port) !== undefined)
    );
  }

  // Problems.

  private problemOfObject(from: GraphObject, target: ObjectTarget): Problem | undefined {
    const { group, kind, namespace, name, key, port } = target;
    const found = this.find(group, kind, namespace, name);
    if (key === undefined && port === undefined && target.givenArguments === undefined) {
      if (found === undefined) {
        return this.noSuchObject(target);
      }
      return target.needsGrant && namespace !== from.namespace ? this.problemOfGrant(from, target) : undefined;
    }
    if (found === undefined) {
      return undefined;
    }
    if (key !== undefined) {
      const keys = keysIn(found);
      return keys === undefined || keys.includes(key)
        ? undefined
        : { missing: 'key', message: `${kind} ${name} has no key ${key}`, ...this.near(key, keys) };
    }
    if (target.givenArguments !== undefined) {
      const without = listAt(found.manifest, 'spec', 'args')
        .filter((each) => child(each, 'value') === undefined && child(each, 'valueFrom') === undefined)
        .map((each) => textAt(each, 'name'))
        .find((each) => !target.givenArguments?.includes(each));
      return without === undefined
        ? undefined
        : { missing: 'argument', message: `${kind} ${name} needs a value for its argument ${without}` };
    }
    return port === undefined ? undefined : this.problemOfPort(found, port);
  }

  private problemOfPort(found: GraphObject, port: string | number): Problem | undefined {
    const { kind, name } = found.resource;
    const noun = kind === 'Gateway' ? 'listener' : 'port';
    if ((kind !== 'Service' && kind !== 'Gateway') || portOf(found, port) !== undefined) {
      return undefined;
    }
    const names = portsOf(found).map((each) => textAt(each, 'name'));
    return {
      missing: 'port',
      message: `${kind} ${name ?? ''} has no ${noun} ${port}`,
      ...(typeof port === 'string' && this.near(port, names)),
    };
  }

  private noSuchObject({ group, kind, namespace, name }: ObjectTarget): Problem {
    this.names ??= groupBy(this.byName.values(), ({ group: of, resource }) => `${of}/${resource.kind ?? ''}`);
    const where = namespace === '' ? '' : ` in namespace ${namespace}`;
    const other = [...this.names.keys()]
      .filter((key) => key.endsWith(`/${kind}`))
      .map((key) => key.slice(0, -kind.length - 1))
      .find((each) => each !== group && this.find(each, kind, namespace, name) !== undefined);
    if (other !== undefined) {
      const message = `there is no ${kind} ${name} of ${groupText(group)}${where}, but of ${groupText(other)}`;
      return { missing: 'object', message };
    }
    const others = this.names.get(`${group}/${kind}`) ?? [];
    const elsewhere = others.find(({ resource, namespace: of }) => resource.name === name && of !== namespace);
    const message = `there is no ${kind} ${name}${where}`;
    if (elsewhere !== undefined) {
      return { missing: 'object', message: `${message}, but in namespace ${elsewhere.namespace}` };
    }
    const beside = others.filter((other) => other.namespace === namespace);
    const names = (objects: readonly GraphObject[]): readonly string[] =>
      objects.map(({ resource }) => resource.name ?? '');
    return { missing: 'object', message, ...this.near(name, names(beside)) };
  }

  private near(written: string, candidates: readonly string[]): { readonly nearest?: string } {
    this.comparisons += candidates.length;
    if (this.comparisons > MOST_COMPARISONS) {
      return {};
    }
    const alike = candidates.filter((each) => Math.abs(each.length - written.length) <= 2);
    const found =
      nearest(written, alike, (each) => each) ??
      candidates.find((each) => isAffixed(each, written) || isAffixed(written, each));
    return found === undefined ? {} : { nearest: found };
  }

  private problemOfGrant(from: GraphObject, { group, kind, namespace, name }: ObjectTarget): Problem | undefined {
    this.grants ??= groupBy(
      this.objects.filter(({ resource }) => resource.kind === 'ReferenceGrant'),
      (grant) => grant.namespace,
    );
    const isGranted = (this.grants.get(namespace) ?? []).some(
      ({ manifest }) =>
        listAt(manifest, 'spec', 'from').some(
          (each) =>
            textAt(each, 'group') === from.group &&
            textAt(each, 'kind') === from.resource.kind &&
            textAt(each, 'namespace') === from.namespace,
        ) &&
        listAt(manifest, 'spec', 'to').some(
          (each) =>
            textAt(each, 'group') === group &&
            textAt(each, 'kind') === kind &&
            ['', name].includes(textAt(each, 'name')),
        ),
    );
    return isGranted
      ? undefined
      : {
          missing: 'grant',
          message: `no ReferenceGrant in namespace ${namespace} lets a ${from.resource.kind ?? ''} of namespace ${from.namespace} name ${kind} ${name}`,
        };
  }

  private problemOfSelected(target: SelectedTarget): Problem | undefined {
    const { type, namespace, namespaceSelector, selector, port, isDeclared = false } = target;
    const namespaces = namespaceSelector === undefined ? [namespace] : this.namespacesSelectedBy(namespaceSelector);
    if (namespaces.length === 0) {
      return port === undefined
        ? { missing: 'namespace', message: `no namespace has ${describe(namespaceSelector)}` }
        : undefined;
    }
    const selected: readonly GraphObject[] = namespaces.flatMap((each) => this.selectedIn(each, type, selector));
    if (selected.length === 0) {
      // Who runs in the namespaces of the system is in nobody's manifests.
      return port !== undefined ||
        selectsAll(selector) ||
        (namespaceSelector !== undefined &&
          SYSTEM_NAMESPACES.some((each) => namespaces.includes(each) && !this.pods.has(each)))
        ? undefined
        : {
            missing: 'selected',
            message: `no ${type === 'pods' ? 'pod' : 'Service'} ${namespaceSelector === undefined ? `in namespace ${namespace}` : 'of the namespaces selected'} has ${describe(selector)}`,
          };
    }
    if (port === undefined) {
      return undefined;
    }
    const isThere =
      type === 'pods'
        ? selected.some((each) => hasPort(this.workloadOf.get(each), port, isDeclared))
        : selected.some((each) => portOf(each, port) !== undefined);
    if (isThere) {
      return undefined;
    }
    const names = selected.flatMap((each) =>
      (type === 'pods' ? containerPortsOf(this.workloadOf.get(each)) : portsOf(each)).map((one) => textAt(one, 'name')),
    );
    return {
      missing: 'port',
      message: `no ${type === 'pods' ? 'container of the pods' : 'Service of those'} selected has a port ${port}`,
      ...(typeof port === 'string' && this.near(port, names)),
    };
  }

  private selectedIn(namespace: string, type: 'pods' | 'services', selector: unknown): readonly GraphObject[] {
    if (type === 'services') {
      this.services ??= indexByNamespace(
        [...this.byName.values()].filter(({ group, resource }) => group === '' && resource.kind === 'Service'),
        ({ manifest }) => field(manifest, 'metadata', 'labels'),
      );
      return this.services.get(namespace)?.select(selector) ?? [];
    }
    return this.podsSelectedBy(namespace, selector);
  }

  private problemOfAddress(from: GraphObject, { host: written, port }: AddressTarget): Problem | undefined {
    const host = this.hostIn(from.namespace, written);
    if (host.type === 'outside') {
      return undefined;
    }
    const { namespace, name, pod } = host;
    const service = this.find('', 'Service', namespace, name);
    if (service === undefined) {
      return this.noSuchObject({ type: 'object', group: '', kind: 'Service', namespace, name });
    }
    if (pod !== undefined) {
      return this.problemOfPod(service, pod);
    }
    if (port === undefined || portOf(service, port) !== undefined) {
      return undefined;
    }
    // Its name stands for the pods themselves, on whatever port they listen.
    const workloads = isHeadless(service) ? this.podsBehind(service) : [];
    return workloads.some((workload) => {
      const declared = containerPortsOf(workload);
      return declared.length === 0 || declared.some((each) => child(each, 'containerPort') === port);
    })
      ? undefined
      : this.problemOfPort(service, port);
  }

  private problemOfPod(service: GraphObject, pod: string): Problem | undefined {
    const [, name, digits] = /^(.+)-(\d+)$/.exec(pod) ?? [];
    const sets = this.podsBehind(service).filter(({ resource }) => resource.kind === 'StatefulSet');
    const set = sets.find(({ resource }) => resource.name === name);
    if (set === undefined) {
      const [first] = sets;
      // Pods of other controllers have names that nobody knows before.
      return first === undefined
        ? undefined
        : {
            missing: 'object',
            message: `no StatefulSet behind Service ${service.resource.name ?? ''} has a pod ${pod}`,
            ...(digits !== undefined && { nearest: `${first.resource.name ?? ''}-${digits}` }),
          };
    }
    const { first: lowest, last: highest } = this.ordinalsOf(set);
    const ordinal = Number(digits);
    return ordinal >= lowest && ordinal <= highest
      ? undefined
      : {
          missing: 'ordinal',
          message: `StatefulSet ${name ?? ''} has no pod ${pod}: its last is ${name ?? ''}-${highest}`,
        };
  }

  /** The first and the last ordinal that the pods of a StatefulSet may have; the last is the most that an autoscaler makes. */
  private ordinalsOf({ manifest, namespace, resource }: Workload): { readonly first: number; readonly last: number } {
    this.mostReplicas ??= mostReplicas(this.objects);
    const first = numberAt(manifest, 'spec', 'ordinals', 'start');
    const most = this.mostReplicas.get(`${namespace}/${resource.kind ?? ''}/${resource.name ?? ''}`) ?? 1;
    return { first, last: first + Math.max(replicasOf(manifest), most) - 1 };
  }

  // Connections.

  /** The workloads some of whose pods a Service selects; none for one without a selector. */
  public podsBehind(service: GraphObject): readonly Workload[] {
    const selector = field(service.manifest, 'spec', 'selector');
    return typeof selector === 'object' && selector !== null && Object.keys(selector).length > 0
      ? this.podsSelectedBy(service.namespace, { matchLabels: selector })
      : [];
  }

  private destinationsOf({ from, target }: Reference): readonly Destination[] {
    if (target.type === 'object') {
      const service =
        target.group === '' && target.kind === 'Service' && target.port !== undefined
          ? this.find('', 'Service', target.namespace, target.name)
          : undefined;
      return service === undefined || target.port === undefined ? [] : this.behind(service, target.port, 'TCP', []);
    }
    if (target.type !== 'address' || target.port === undefined) {
      return [];
    }
    const { port, protocol } = target;
    const host = this.hostIn(from.namespace, target.host);
    if (host.type === 'outside') {
      return [{ type: 'external', hosts: [target.host], port, protocol }];
    }
    const service = this.find('', 'Service', host.namespace, host.name);
    if (service === undefined) {
      return [];
    }
    if (host.pod === undefined) {
      return this.behind(service, port, protocol, []);
    }
    const name = host.pod.replace(/-\d+$/, '');
    const workloads = this.podsBehind(service).filter(({ resource }) => resource.name === name);
    return workloads.length === 0 ? [] : [{ type: 'pods', service, workloads, port, protocol }];
  }

  /** What a Service leads to, which may be another Service by an ExternalName. */
  private behind(
    service: GraphObject,
    written: string | number,
    protocol: 'TCP' | 'UDP',
    seen: readonly GraphObject[],
  ): readonly Destination[] {
    const spec = field(service.manifest, 'spec');
    const port = portOf(service, written);
    const number = typeof written === 'number' ? written : numberAt(port, 'port');
    const spoken = protocolOf(port) ?? protocol;
    if (textAt(spec, 'type') === 'ExternalName') {
      const name = textAt(spec, 'externalName');
      const host = this.hostIn(service.namespace, name);
      const other =
        name.includes('.') && host.type === 'service' ? this.find('', 'Service', host.namespace, host.name) : undefined;
      return other === undefined || seen.includes(other)
        ? [{ type: 'external', service, hosts: [name], port: number, protocol: spoken }]
        : this.behind(other, number, protocol, [...seen, service]);
    }
    if (typeof child(spec, 'selector') !== 'object') {
      return [{ type: 'external', service, ...this.endpointsOf(service, port, number), protocol: spoken }];
    }
    const workloads = this.podsBehind(service);
    if (workloads.length === 0 && service.isGiven) {
      // Its pods are somebody else's.
      const target = targetPortOf(port);
      return [
        { type: 'pods', service, workloads, port: typeof target === 'number' ? target : number, protocol: spoken },
      ];
    }
    const byPort = new Map<number, Workload[]>();
    for (const workload of workloads) {
      const at = isHeadless(service)
        ? number
        : port === undefined
          ? undefined
          : containerPort(workload, targetPortOf(port) ?? number);
      if (at !== undefined) {
        byPort.set(at, [...(byPort.get(at) ?? []), workload]);
      }
    }
    return [...byPort].map(([at, some]) => ({ type: 'pods', service, workloads: some, port: at, protocol: spoken }));
  }

  /** The addresses that EndpointSlices and Endpoints give to a Service, and their port. */
  private endpointsOf(
    service: GraphObject,
    port: unknown,
    number: number,
  ): { readonly hosts: readonly string[]; readonly port: number } {
    this.slices ??= groupBy(
      this.objects.filter(({ resource }) => resource.kind === 'EndpointSlice' || resource.kind === 'Endpoints'),
      ({ namespace, resource, manifest }) =>
        `${namespace}/${
          resource.kind === 'Endpoints'
            ? (resource.name ?? '')
            : textAt(field(manifest, 'metadata', 'labels'), 'kubernetes.io/service-name')
        }`,
    );
    const slices = this.slices.get(`${service.namespace}/${service.resource.name ?? ''}`) ?? [];
    const name = textAt(port, 'name');
    const parts = slices.flatMap(({ manifest }) => [manifest, ...listAt(manifest, 'subsets')]);
    const [listening] = parts
      .flatMap((part) => listAt(part, 'ports'))
      .filter((each) => textAt(each, 'name') === name)
      .map((each) => numberAt(each, 'port'));
    return {
      hosts: parts
        .flatMap((part) => [
          ...listAt(part, 'endpoints').flatMap((endpoint) => listAt(endpoint, 'addresses')),
          ...listAt(part, 'addresses').map((address) => child(address, 'ip')),
        ])
        .filter((address) => typeof address === 'string'),
      port: listening === undefined || listening === 0 ? number : listening,
    };
  }

  private readersAndKeys(object: GraphObject): readonly Reader[] {
    if (this.readers === undefined) {
      const readers = new Map<GraphObject, Reader[]>();
      for (const workload of this.workloads) {
        const keys = new Map<GraphObject, Set<string> | undefined>();
        for (const { target, path } of this.referencesOf(workload)) {
          if (target.type === 'object' && target.group === '' && ['ConfigMap', 'Secret'].includes(target.kind)) {
            const read = this.find('', target.kind, target.namespace, target.name);
            if (read === undefined) {
              continue;
            }
            const known = keys.get(read);
            if (target.key !== undefined) {
              known?.add(target.key);
            } else if (!keys.has(read) || known !== undefined) {
              keys.set(read, isPartial(workload.manifest, path) ? (known ?? new Set()) : undefined);
            }
          }
        }
        for (const [read, some] of keys) {
          const list = readers.get(read) ?? [];
          list.push({ workload, keys: some });
          readers.set(read, list);
        }
      }
      this.readers = readers;
    }
    return this.readers.get(object) ?? [];
  }

  private connect(): readonly Connection[] {
    const found = new Map<string, { from: Workload | undefined; to: Destination; because: Reference[] }>();
    const ids = new Map<object, number>();
    const idOf = (object: object | undefined): string => {
      if (object === undefined) {
        return '';
      }
      const id = ids.get(object) ?? ids.size;
      ids.set(object, id);
      return String(id);
    };
    const add = (from: Workload | undefined, reference: Reference): void => {
      for (const to of this.destinationsOf(reference)) {
        const ends = to.type === 'pods' ? to.workloads.map(idOf) : to.hosts;
        const key = [idOf(from), idOf(to.service), to.type, ...ends, to.port, to.protocol].join(' ');
        const connection = found.get(key);
        if (connection === undefined) {
          found.set(key, { from, to, because: [reference] });
        } else {
          connection.because.push(reference);
        }
      }
    };
    const configMaps = new Map<Workload, Reference[]>();
    for (const object of this.objects) {
      if (object.group === '' && object.resource.kind === 'ConfigMap') {
        for (const reference of this.referencesOf(object)) {
          for (const { workload, keys } of this.readersAndKeys(object)) {
            if (keys?.has(String(reference.path[1])) ?? true) {
              const list = configMaps.get(workload) ?? [];
              list.push(reference);
              configMaps.set(workload, list);
            }
          }
        }
      }
    }
    for (const workload of this.workloads.filter(({ isGiven }) => !isGiven)) {
      const own = this.referencesOf(workload).filter(({ target }) => target.type === 'address');
      for (const reference of [...own, ...(configMaps.get(workload) ?? [])]) {
        add(workload, reference);
      }
    }
    for (const object of this.objects) {
      if (!object.isGiven && ENTRANCES.has(`${object.group}/${object.resource.kind ?? ''}`)) {
        for (const reference of this.referencesOf(object)) {
          add(undefined, reference);
        }
      }
    }
    return [...found.values()];
  }
}

/** What controllers of an entrance read. */
const ENTRANCES = new Set([
  'networking.k8s.io/Ingress',
  'traefik.io/IngressRoute',
  'traefik.io/IngressRouteTCP',
  'traefik.io/TraefikService',
  ...['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'].map((kind) => `gateway.networking.k8s.io/${kind}`),
]);

function workloadIn(object: GraphObject, kinds: ReadonlyMap<string, PodTemplateKind>): Workload | undefined {
  const { manifest, group, resource } = object;
  const kind = kinds.get(`${group}/${resource.kind ?? ''}`);
  if (kind === undefined) {
    return undefined;
  }
  const templatePath = kind.template === '' ? [] : kind.template.split('.');
  const template = valueAt(manifest, templatePath);
  if (template === undefined) {
    return undefined;
  }
  const labels = Object.entries(field(template, 'metadata', 'labels') ?? {}).flatMap(
    ([key, value]: [string, unknown]) => (typeof value === 'string' ? [[key, value] as const] : []),
  );
  return { ...object, templatePath, podLabels: Object.fromEntries(labels), podSpec: field(template, 'spec') };
}

function groupText(group: string): string {
  return group === '' ? 'the core group' : `group ${group}`;
}

/** The keys of a ConfigMap or Secret; undefined where nobody knows them. */
function keysIn({ manifest, resource, isGiven, producedBy }: GraphObject): readonly string[] | undefined {
  if (resource.kind !== 'ConfigMap' && resource.kind !== 'Secret') {
    return undefined;
  }
  const parts = ['data', 'stringData', 'binaryData'].map((part) => child(manifest, part));
  if ((isGiven || producedBy !== undefined) && parts.every((part) => part === undefined)) {
    return undefined;
  }
  const added =
    textAt(manifest, 'type') === 'kubernetes.io/service-account-token' ? ['ca.crt', 'namespace', 'token'] : [];
  return [...parts.flatMap((part) => (typeof part === 'object' && part !== null ? Object.keys(part) : [])), ...added];
}

function portsOf({ manifest, resource }: GraphObject): readonly unknown[] {
  return listAt(manifest, 'spec', resource.kind === 'Gateway' ? 'listeners' : 'ports');
}

function portOf(object: GraphObject, port: string | number): unknown {
  return portsOf(object).find((each) => child(each, typeof port === 'number' ? 'port' : 'name') === port);
}

function targetPortOf(port: unknown): string | number | undefined {
  const target = child(port, 'targetPort');
  return typeof target === 'string' || typeof target === 'number' ? target : undefined;
}

function protocolOf(port: unknown): 'TCP' | 'UDP' | 'SCTP' | undefined {
  const protocol = child(port, 'protocol');
  return protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP' ? protocol : undefined;
}

function isHeadless({ manifest }: GraphObject): boolean {
  return field(manifest, 'spec', 'clusterIP') === 'None';
}

function containerPortsOf(workload: Workload | undefined): readonly unknown[] {
  return ['containers', 'initContainers'].flatMap((list) =>
    listAt(workload?.podSpec, list).flatMap((container) => listAt(container, 'ports')),
  );
}

/** The number of a port of the pods. A number needs no container that declares it. */
function containerPort(workload: Workload | undefined, port: string | number): number | undefined {
  if (typeof port === 'number') {
    return port;
  }
  const number = child(
    containerPortsOf(workload).find((each) => child(each, 'name') === port),
    'containerPort',
  );
  return typeof number === 'number' ? number : undefined;
}

/** Whether pods have a port; a number counts as one that they have, unless it must be declared. */
function hasPort(workload: Workload | undefined, port: string | number, isDeclared: boolean): boolean {
  return isDeclared && typeof port === 'number'
    ? containerPortsOf(workload).some((each) => child(each, 'containerPort') === port)
    : containerPort(workload, port) !== undefined;
}

/** Whether only single keys are read: a variable, or a volume with `items`. */
function isPartial(manifest: unknown, path: Reference['path']): boolean {
  const holder = valueAt(manifest, path.slice(0, -1));
  return child(holder, 'key') !== undefined || listAt(holder, 'items').length > 0;
}

/** https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function expand(text: string, valueOf: (name: string) => string | undefined): string {
  return text.includes('$')
    ? text.replaceAll(/\$\(([^()]+)\)/g, (_, name: string) => valueOf(name) ?? UNKNOWN).replaceAll(PLACEHOLDER, UNKNOWN)
    : text.replaceAll(PLACEHOLDER, UNKNOWN);
}

/** Whether a name is another one with a prefix or suffix, such as Kustomize writes. */
function isAffixed(name: string, other: string): boolean {
  return other !== '' && (name.endsWith(`-${other}`) || name.startsWith(`${other}-`));
}

function describe(selector: unknown): string {
  const labels = Object.entries(child(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = listAt(selector, 'matchExpressions').map((each) =>
    [
      textAt(each, 'key'),
      textAt(each, 'operator'),
      ...(listAt(each, 'values').length > 0 ? [`(${listAt(each, 'values').map(String).join(', ')})`] : []),
    ].join(' '),
  );
  const all = [...labels, ...expressions];
  return `the label${all.length > 1 ? 's' : ''} ${all.join(', ')}`;
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n');
}

function indexByNamespace<T extends GraphObject>(
  items: readonly T[],
  labelsOf: (item: T) => unknown,
): ReadonlyMap<string, LabelIndex<T>> {
  return new Map(
    [...groupBy(items, ({ namespace }) => namespace)].map(([namespace, some]) => [
      namespace,
      new LabelIndex(some, labelsOf),
    ]),
  );
}
