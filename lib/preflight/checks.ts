import { matchesLabels } from '../graph';
import { shellLine } from '../host/quote';
import { couldNotRun, ok, problem } from '../k3d/checks/results';
import { type Check, type Diagnosis, type Progress, type Result, runChecks } from '../k3d/doctor';
import { child, field, listAt, numberAt, parseJson, textAt, textsAt } from '../manifest/plain-data';
import { Cluster, NoAnswer } from './cluster';
import { imagesIn } from './images';
import { type Condition, namesOf, type Requirement } from './model';
import { isChosen } from './monitoring';
import { networkPluginOf } from './network-plugins';
import { letsIn } from './pod-security';
import { quotaFindings } from './quotas';
import { isDefaultClass, labelFlags } from './requirements';
import { namespaceOf } from './selector-text';

// Whether a cluster has what manifests need of it.

/** What was seen. */
type Finding =
  | { readonly is: 'there'; readonly found: string }
  | { readonly is: 'missing'; readonly found: string }
  /** Nobody can know, or not by these means. */
  | { readonly is: 'unknown'; readonly found: string; readonly remedy?: string };

const there = (found: string): Finding => ({ is: 'there', found });
const missing = (found: string): Finding => ({ is: 'missing', found });
const unknown = (found: string, remedy?: string): Finding => ({
  is: 'unknown',
  found,
  ...(remedy !== undefined && { remedy }),
});

const SECTIONS: Readonly<Record<Condition['type'], string>> = {
  version: 'API',
  kubernetes: 'API',
  definition: 'API',
  'api-service': 'API',
  controller: 'controllers',
  chosen: 'controllers',
  'pod-security': 'objects',
  object: 'objects',
  'default-class': 'objects',
  domains: 'nodes',
  'network-policies': 'network',
  pods: 'network',
  'api-server': 'network',
  room: 'quotas',
};

/**
 * Asks a cluster for everything that is required of it, in order; for nothing more where it does not answer at all.
 *
 * @param progress told what is asked, as it is
 */
export async function preflight(
  requirements: readonly Requirement[],
  cluster: Cluster,
  progress: Progress,
): Promise<readonly Diagnosis[]> {
  const first = await runChecks([answers(cluster)], progress);
  return first.every(({ result }) => result.status === 'ok')
    ? [
        ...first,
        ...(await runChecks(
          requirements.map((each) => checkOf(each, cluster)),
          progress,
        )),
      ]
    : first;
}

function answers(cluster: Cluster): Check {
  return {
    section: 'cluster',
    name: 'the cluster answers',
    phase: 'cluster',
    async run(): Promise<Result> {
      try {
        const said = parseJson((await cluster.ask('version', '-o', 'json')) ?? '');
        return ok(`Kubernetes ${textAt(said, 'serverVersion', 'gitVersion')} of ${await contextOf(cluster)}`);
      } catch (error) {
        return unanswered(error);
      }
    },
  };
}

/** @throws whatever else went wrong. */
function unanswered(error: unknown): Result {
  if (error instanceof NoAnswer) return couldNotRun(error.message, ...error.remedy);
  throw error;
}

/** The context that is asked, for people who have several. */
async function contextOf(cluster: Cluster): Promise<string> {
  const said = parseJson((await cluster.ask('config', 'view', '--minify', '-o', 'json')) ?? '');
  return `context ${textAt(listAt(said, 'contexts')[0], 'name') || textAt(said, 'current-context') || 'that kubectl has'}`;
}

function checkOf(requirement: Requirement, cluster: Cluster): Check {
  const { what, why, neededBy, command, remedy, condition } = requirement;
  const [, ...args] = command;
  const shown = shellLine(cluster.command(...args));
  return {
    section: SECTIONS[condition.type],
    name: what,
    phase: 'cluster',
    async run(): Promise<Result> {
      try {
        const finding = await find(condition, cluster);
        switch (finding.is) {
          case 'there':
            return ok(finding.found);
          case 'missing':
            return problem(finding.found, `${why} It is for ${namesOf(neededBy)}.`, [remedy, `see: ${shown}`]);
          case 'unknown':
            return couldNotRun(
              finding.found,
              ...(finding.remedy === undefined ? [] : [finding.remedy]),
              `see: ${shown}`,
            );
        }
      } catch (error) {
        return unanswered(error);
      }
    },
  };
}

async function find(condition: Condition, cluster: Cluster): Promise<Finding> {
  switch (condition.type) {
    case 'version':
      return version(condition, cluster);
    case 'kubernetes':
      return kubernetes(condition, cluster);
    case 'definition':
      return definition(condition, cluster);
    case 'controller':
      return controller(condition, cluster);
    case 'chosen':
      return chosen(condition, cluster);
    case 'api-service':
      return apiService(condition, cluster);
    case 'object':
      return object(condition, cluster);
    case 'default-class':
      return defaultClass(condition, cluster);
    case 'domains':
      return domains(condition, cluster);
    case 'network-policies':
      return networkPolicies(cluster);
    case 'api-server':
      return apiServer(condition, cluster);
    case 'pods':
      return pods(condition, cluster);
    case 'room':
      return room(condition, cluster);
    case 'pod-security':
      return podSecurity(condition, cluster);
  }
}

type Of<T extends Condition['type']> = Extract<Condition, { readonly type: T }>;

async function version({ oldest }: Of<'version'>, cluster: Cluster): Promise<Finding> {
  const said = textAt(parseJson((await cluster.ask('version', '-o', 'json')) ?? ''), 'serverVersion', 'gitVersion');
  const minor = minorOf(said);
  if (minor === undefined) {
    return unknown(`its version is ${said === '' ? 'not said' : said}`);
  }
  return minor >= (minorOf(oldest) ?? 0) ? there(said) : missing(`it is ${said}`);
}

/** 30 of `v1.30.5-eks-ce1d5eb`. */
function minorOf(version: string): number | undefined {
  const [, minor] = /^v?1\.(\d+)(?:\.|$)/.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}

async function kubernetes({ apiVersions }: Of<'kubernetes'>, cluster: Cluster): Promise<Finding> {
  const served = ((await cluster.ask('api-versions')) ?? '').split('\n');
  const others = apiVersions.filter((version) => !served.includes(version));
  return others.length === 0 ? there('all of them') : missing(`it does not serve ${others.join(', ')}`);
}

/** Everybody may ask for what is served; of definitions themselves only who has the right. */
async function definition({ group, version, kind }: Of<'definition'>, cluster: Cluster): Promise<Finding> {
  const served = await cluster.raw(`/apis/${group}/${version}`);
  const kinds = listAt(served, 'resources').map((resource) => textAt(resource, 'kind'));
  if (kinds.includes(kind)) {
    return there(`${group}/${version}`);
  }
  const versions = listAt(await cluster.raw(`/apis/${group}`), 'versions').map((each) => textAt(each, 'version'));
  return missing(
    versions.length === 0 || versions.includes(version)
      ? `there is no ${kind} of ${group}/${version}`
      : `${group} is there in version ${versions.join(', ')}, not ${version}`,
  );
}

async function controller({ known, option }: Of<'controller'>, cluster: Cluster): Promise<Finding> {
  const found = (await cluster.list('deployments', '--all-namespaces')).filter((deployment) =>
    [
      textAt(deployment, 'metadata', 'name'),
      textAt(field(deployment, 'metadata', 'labels'), 'app.kubernetes.io/name'),
      ...imagesIn(field(deployment, 'spec', 'template', 'spec')),
    ].some((text) => known.test(text)),
  );
  const idle = found.filter((deployment) => numberAt(deployment, 'status', 'availableReplicas') === 0);
  if (found.length === 0) {
    return missing('no Deployment has its image or name');
  }
  if (idle.length > 0) {
    return missing(`no pod is available of ${idle.map(placeOf).join(', ')}`);
  }
  const places = found.map(placeOf).join(', ');
  if (option === undefined || found.some((deployment) => option.argument.test(argumentsOf(deployment)))) {
    return there(places);
  }
  const without = `no argument of ${places} is ${option.name}`;
  return option.inFile === true ? unknown(`${without}; its configuration file may say it`) : missing(without);
}

async function chosen({ resource, selector, objects }: Of<'chosen'>, cluster: Cluster): Promise<Finding> {
  const choosers = await cluster.list(resource, '--all-namespaces');
  const namespaces = await cluster.list('namespaces');
  const left = objects.filter((object) => !choosers.some((each) => isChosen(object, each, selector, namespaces)));
  if (choosers.length === 0) {
    return missing('there is none');
  }
  const places = choosers.map(placeOf).join(', ');
  return left.length === 0 ? there(places) : missing(`${places} does not choose ${namesOf(left)}`);
}

function argumentsOf(deployment: unknown): string {
  return listAt(deployment, 'spec', 'template', 'spec', 'containers')
    .flatMap((container) => [...textsAt(container, 'command'), ...textsAt(container, 'args')])
    .join(' ');
}

function placeOf(manifest: unknown): string {
  return `${textAt(manifest, 'metadata', 'namespace')}/${textAt(manifest, 'metadata', 'name')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function nameOf(manifest: unknown): string {
  return textAt(manifest, 'metadata', 'name');
}

async function apiService({ group }: Of<'api-service'>, cluster: Cluster): Promise<Finding> {
  const services = (await cluster.list('apiservices')).filter((service) => textAt(service, 'spec', 'group') === group);
  const [available] = services.filter((service) => conditionOf(service, 'Available').isTrue);
  if (available !== undefined) {
    return there(nameOf(available));
  }
  return missing(
    services.length === 0
      ? `there is no APIService of ${group}`
      : services.map((service) => `${nameOf(service)}: ${conditionOf(service, 'Available').text}`).join('; '),
  );
}

/** What an object says of itself. */
function conditionOf(manifest: unknown, type: string): { readonly isTrue: boolean; readonly text: string } {
  const condition = listAt(manifest, 'status', 'conditions').find((each) => textAt(each, 'type') === type);
  const status = textAt(condition, 'status') || 'not said yet';
  const message = textAt(condition, 'message');
  return { isTrue: status === 'True', text: `${type} is ${status}${message === '' ? '' : `: ${message}`}` };
}

async function object({ resource, namespace, name, condition }: Of<'object'>, cluster: Cluster): Promise<Finding> {
  const args = [resource, name, ...(namespace === '' ? [] : ['-n', namespace])];
  if (condition === undefined) {
    // By its name alone: it may be a Secret.
    return (await cluster.ask('get', ...args, '-o', 'name')) === undefined
      ? missing('there is none')
      : there('it is there');
  }
  const manifest = await cluster.get(...args);
  if (manifest === undefined) {
    return missing('there is none');
  }
  const { isTrue, text } = conditionOf(manifest, condition);
  return isTrue ? there(text) : missing(text);
}

async function defaultClass({ resource, annotation }: Of<'default-class'>, cluster: Cluster): Promise<Finding> {
  const classes = await cluster.list(resource);
  const marked = classes.filter((manifest) => isDefaultClass(manifest, annotation));
  return marked.length > 0
    ? there(marked.map(nameOf).join(', '))
    : missing(
        classes.length === 0 ? 'there is no class at all' : `none of ${classes.map(nameOf).join(', ')} is the default`,
      );
}

const REPELLING = new Set(['NoSchedule', 'NoExecute']);

async function domains({ topologyKey, count }: Of<'domains'>, cluster: Cluster): Promise<Finding> {
  const nodes = await cluster.list('nodes');
  // Nodes that are cordoned or not ready have a taint too.
  const open = nodes.filter(
    (node) => !listAt(node, 'spec', 'taints').some((each) => REPELLING.has(textAt(each, 'effect'))),
  );
  const values = new Set(open.map((node) => textAt(field(node, 'metadata', 'labels'), topologyKey)));
  values.delete('');
  const tainted = nodes.length - open.length;
  const found = `${counted(open.length, 'node')} ${tainted === 0 ? '' : `without a taint, ${tainted} with, `}in ${[...values].toSorted().join(', ') || 'none'}`;
  return values.size >= count ? there(found) : missing(found);
}

async function networkPolicies(cluster: Cluster): Promise<Finding> {
  const nodes = await cluster.list('nodes');
  const daemonSets = await cluster.list('daemonsets', '--all-namespaces');
  const plugin = networkPluginOf(nodes, daemonSets);
  return plugin === undefined
    ? unknown(
        `none is known of ${daemonSets.map(nameOf).join(', ') || 'the DaemonSets, of which there is none'}`,
        'try it out: https://kubernetes.io/docs/tasks/administer-cluster/declare-network-policy/',
      )
    : there(plugin);
}

async function apiServer({ barriers }: Of<'api-server'>, cluster: Cluster): Promise<Finding> {
  const slices = await cluster.list('endpointslices', '-n', 'default', '-l', 'kubernetes.io/service-name=kubernetes');
  const addresses = slices.flatMap((slice) =>
    listAt(slice, 'ports').flatMap((port) =>
      listAt(slice, 'endpoints')
        .flatMap((endpoint) => textsAt(endpoint, 'addresses'))
        .map((address) => ({ address, port: numberAt(port, 'port') })),
    ),
  );
  const shown = addresses.map(({ address, port }) => `${address} port ${port}`).join(', ');
  const held = [...new Set(addresses.flatMap(({ address, port }) => barriers(address, port)))];
  if (addresses.length === 0) {
    return unknown('Service kubernetes has no addresses');
  }
  return held.length === 0 ? there(shown) : missing(`it is ${shown}, and policies keep ${namesOf(held)} from it`);
}

async function pods({ namespaceSelector, selector }: Of<'pods'>, cluster: Cluster): Promise<Finding> {
  const named = namespaceOf(namespaceSelector);
  const namespaces =
    named === undefined ? (await cluster.list('namespaces', ...labelFlags(namespaceSelector))).map(nameOf) : [named];
  const found = (
    await Promise.all(
      namespaces.map((name) => cluster.ask('get', 'pods', '-n', name, ...labelFlags(selector), '-o', 'name')),
    )
  ).flatMap((names) => (names ?? '').split('\n').filter((name) => name !== ''));
  return found.length === 0 ? missing('there are none') : there(counted(found.length, 'pod'));
}

async function room({ namespace, room: needed }: Of<'room'>, cluster: Cluster): Promise<Finding> {
  const quotas = await cluster.list('resourcequotas', '-n', namespace);
  if (quotas.length === 0) {
    return there('there is no quota');
  }
  const own = (await cluster.list('pods', '-n', namespace)).filter(
    (pod) =>
      !['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase')) &&
      needed.selectors.some((selector) => matchesLabels(selector, field(pod, 'metadata', 'labels'))),
  );
  const hasDefaults = (await cluster.list('limitranges', '-n', namespace)).length > 0;
  const findings = quotas.flatMap((quota) => quotaFindings(quota, needed, own, hasDefaults));
  const too = findings.filter(({ is }) => is === 'missing');
  const open = findings.filter(({ is }) => is === 'unknown');
  const text = (some: typeof findings): string => some.map(({ found }) => found).join('; ');
  return too.length > 0
    ? missing(text(too))
    : open.length > 0
      ? unknown(text(open))
      : there(quotas.map(nameOf).join(', '));
}

async function podSecurity({ namespace, level }: Of<'pod-security'>, cluster: Cluster): Promise<Finding> {
  const manifest = await cluster.get('namespace', namespace);
  if (manifest === undefined) {
    return missing('there is no such namespace');
  }
  const enforced = child(field(manifest, 'metadata', 'labels'), 'pod-security.kubernetes.io/enforce');
  if (typeof enforced !== 'string') {
    return there('it enforces no level of its own');
  }
  return letsIn(enforced, level) ? there(`it enforces ${enforced}`) : missing(`it enforces ${enforced}`);
}
