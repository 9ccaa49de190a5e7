import type { Graph, GraphObject, Workload } from '../../graph';
import { child, field, listAt, textAt, textsAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ObjectChange, Rule } from '../model';
import {
  causeIn,
  consequence,
  isChanged,
  isWorkload,
  kindOf,
  listText,
  nameOf,
  sameIn,
  updateOf,
  workloadIn,
} from './objects';
import { isKafka, votersOf, voterPathOf } from './kafka';
import { containersWithoutReadiness, podCount } from './pods';
import { replacementOf } from './replacement';
import { newRevisionOf } from './restart';
import type { NewRevision } from './restart';
import { listensOn, portsOf, selects, servicesOf } from './services';

const QUORUM = 'https://kafka.apache.org/documentation/#kraft_deployment';
const DISRUPTION = 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/';
const ACCESS_MODES = 'https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes';
const READINESS = 'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/';
const SERVICE = 'https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service';

/** What cannot be reached for a while, or stands in the way of those who keep a cluster running. */
export const downtime: Rule = function* (change, comparison): Iterable<Consequence> {
  const revision = newRevisionOf(change);
  if (revision !== undefined) {
    yield* replaced(revision, change, comparison);
    yield* labelsThatGo(revision, change, comparison);
  }
  yield* replicasThatGo(change);
  yield* scaledToNone(change, comparison);
  yield* strimzi(change);
  yield* servicesWithoutPods(change, comparison);
  yield* budget(change, comparison);
};

function* replaced(
  revision: NewRevision,
  change: ObjectChange,
  { old, new: graph }: Comparison,
): Iterable<Consequence> {
  const workload = revision.new;
  const running = podCount(revision.old, old).least;
  const replacement = replacementOf(workload, graph, running);
  const count = podCount(workload, graph);
  if (replacement === undefined || count.most === 0) {
    return;
  }
  const path = causeIn(change, workload.templatePath);
  const services = servicesOf(workload, graph);
  const { way, source, unavailable, surge } = replacement;
  const voters = isKafka(workload) ? votersOf(workload) : [];
  const least = Math.min(count.least, running);
  const isDown = !count.isPerNode && unavailable >= least && least > 0;
  if (isDown) {
    const why =
      way === 'recreate' ? 'with Recreate all pods end first' : 'its only pod ends before the new one is there';
    const who = voters.length > 0 ? 'Kafka' : services.length === 0 ? 'It' : listText(services.map(nameOf));
    yield consequence(
      'downtime',
      services.length === 0 ? 'warning' : 'danger',
      `${who} ${services.length > 1 && voters.length === 0 ? 'are' : 'is'} down while the pods are replaced: ${why}.`,
      path,
      source,
    );
  } else if (way === 'ordered' && voters.length === 2) {
    yield consequence(
      'downtime',
      'danger',
      'Kafka has no controller while one of its two voters restarts: both are needed for a majority. Three can do without one.',
      voterPathOf(workload) ?? path,
      QUORUM,
    );
  }
  yield* quorumThatChanges(revision, change);
  yield* volumeOfOneNode(workload, surge, path, graph);
  const unready = containersWithoutReadiness(workload);
  if (
    !isDown &&
    services.length > 0 &&
    ['rolling', 'ordered', 'canary'].includes(way) &&
    unready.length > 0 &&
    !count.isPerNode
  ) {
    yield consequence(
      'downtime',
      'warning',
      `${listText(services.map(nameOf))} may lead to new pods before they listen: ${listText(unready)} ${unready.length === 1 ? 'has' : 'have'} no readiness probe.`,
      path,
      READINESS,
    );
  }
}

/** A Service that finds the old pods by their labels, and not the new ones. */
function* labelsThatGo(
  { old, new: now }: NewRevision,
  change: ObjectChange,
  comparison: Comparison,
): Iterable<Consequence> {
  const lost = servicesOf(old, comparison.old)
    .map((service) => sameIn(comparison.new, service))
    .filter((service) => service !== undefined)
    .filter((service) => !selects(service, now) && comparison.new.podsBehind(service).length === 0);
  if (lost.length > 0) {
    yield consequence(
      'downtime',
      'danger',
      `${listText(lost.map(nameOf))} ${lost.length === 1 ? 'does' : 'do'} not find the new pods by their labels: nobody is behind ${lost.length === 1 ? 'it' : 'them'} once the old pods are replaced.`,
      causeIn(change, [...now.templatePath, 'metadata', 'labels']),
      SERVICE,
    );
  }
}

/** Nodes that disagree about who votes: those that have restarted, and those that have not. */
function* quorumThatChanges({ old, new: now }: NewRevision, change: ObjectChange): Iterable<Consequence> {
  const [before, after] = [old, now].map((workload) => (isKafka(workload) ? votersOf(workload) : []));
  const path = voterPathOf(now) ?? voterPathOf(old);
  if (
    before !== undefined &&
    after !== undefined &&
    path !== undefined &&
    before.length > 0 &&
    [...before].toSorted().join(',') !== [...after].toSorted().join(',')
  ) {
    yield consequence(
      'downtime',
      'danger',
      `The voters change from ${before.length} to ${after.length} by a setting that every controller reads at its start: those with the old list and those with the new one are no quorum together. Stop all of them and start them at once.`,
      causeIn(change, path),
      QUORUM,
    );
  }
}

/** A volume that one node has at a time, and a new pod that starts before the old one ends. */
function* volumeOfOneNode(workload: Workload, surge: number, path: Path, graph: Graph): Iterable<Consequence> {
  if (surge === 0) {
    return;
  }
  for (const volume of listAt(workload.podSpec, 'volumes')) {
    const name = textAt(volume, 'persistentVolumeClaim', 'claimName');
    const claim = graph.find('', 'PersistentVolumeClaim', workload.namespace, name)?.manifest;
    const modes = textsAt(claim, 'spec', 'accessModes');
    const isOnce = modes.length > 0 && modes.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod');
    if (isOnce) {
      const isPod = modes.includes('ReadWriteOncePod');
      yield consequence(
        'downtime',
        isPod ? 'danger' : 'warning',
        `The new pod waits for the volume of claim ${name} as long as the old pod has it (${modes.join(', ')})${isPod ? '' : ', unless both are on one node'}, and the old pod waits for the new one: the rollout stands still. maxSurge 0 or Recreate lets it go on.`,
        path,
        ACCESS_MODES,
      );
    }
  }
}

/** A number of pods that is not said any more: the API server then says one, until an autoscaler says otherwise. */
function* replicasThatGo(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  const [before, after] = [update?.old, update?.new].map((object) => field(object?.manifest, 'spec', 'replicas'));
  if (
    update !== undefined &&
    WITH_REPLICAS.has(kindOf(update.new)) &&
    typeof before === 'number' &&
    before > 1 &&
    after === undefined
  ) {
    yield consequence(
      'downtime',
      'warning',
      `Its ${before} pods become 1 at once, which is what the API server says where a manifest says nothing, until an autoscaler makes more. kubectl apply edit-last-applied, or another field manager that has spec.replicas, keeps them.`,
      ['spec', 'replicas'],
      'https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling',
    );
  }
}

const WITH_REPLICAS = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/ReplicaSet']);

function* scaledToNone(change: ObjectChange, { old, new: graph }: Comparison): Iterable<Consequence> {
  const update = updateOf(change);
  if (
    update === undefined ||
    !isWorkload(update.old) ||
    !isWorkload(update.new) ||
    !isChanged(change, ['spec', 'replicas'])
  ) {
    return;
  }
  const [before, after] = [podCount(update.old, old), podCount(update.new, graph)];
  const services = servicesOf(update.new, graph);
  if (before.most > 0 && after.most === 0) {
    yield consequence(
      'downtime',
      'danger',
      `It has no pod any more${services.length === 0 ? '' : `, and nobody is behind ${listText(services.map(nameOf))}`}.`,
      ['spec', 'replicas'],
      'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#scaling-a-deployment',
    );
  }
}

/** How many controllers may be down while the others are a majority. */
function spareVoters(voters: number): number {
  return Math.max(Math.ceil(voters / 2) - 1, 0);
}

/** Of what an operator keeps running: one broker, or controllers without a majority. */
function* strimzi(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined || kindOf(update.new) !== 'kafka.strimzi.io/KafkaNodePool') {
    return;
  }
  const restarts = ['resources', 'jvmOptions', 'template'].find((name) => isChanged(change, ['spec', name]));
  const replicas = Number(field(update.new.manifest, 'spec', 'replicas'));
  const roles = textsAt(update.new.manifest, 'spec', 'roles');
  const before = Number(field(update.old.manifest, 'spec', 'replicas'));
  if (roles.includes('controller') && spareVoters(replicas) < spareVoters(before)) {
    yield consequence(
      'downtime',
      'danger',
      `A quorum of ${replicas} controllers ${spareVoters(replicas) === 0 ? 'needs all of them' : `does without ${spareVoters(replicas)} of them`}; one of ${before} does without ${spareVoters(before)}.`,
      ['spec', 'replicas'],
      QUORUM,
    );
  }
  if (restarts !== undefined && replicas <= 2 && (replicas === 1 || roles.includes('controller'))) {
    yield consequence(
      'downtime',
      'danger',
      replicas === 1
        ? `Kafka is without its only ${listText(roles)} of this pool while it restarts.`
        : 'Kafka has no controller while one of its two restarts: both are needed for a majority.',
      causeIn(change, ['spec', restarts]),
      QUORUM,
    );
  }
}

/** A Service that no longer finds the pods that run, or asks them on a port that they do not have. */
function* servicesWithoutPods(change: ObjectChange, comparison: Comparison): Iterable<Consequence> {
  const update = updateOf(change);
  if (
    update === undefined ||
    kindOf(update.new) !== '/Service' ||
    textAt(update.new.manifest, 'spec', 'type') === 'ExternalName'
  ) {
    return;
  }
  const service = update.new;
  const running = comparison.old.podsBehind(update.old);
  if (running.length === 0 || field(service.manifest, 'spec', 'selector') === undefined) {
    return;
  }
  const later = comparison.new.podsBehind(service);
  const { new: graph } = comparison;
  if (isChanged(change, ['spec', 'selector']) && !runningIn(graph, running).some((each) => selects(service, each))) {
    const others = comparison.old.workloads.filter((each) => selects(service, each));
    if (others.length === 0) {
      yield consequence(
        'downtime',
        'danger',
        later.length === 0
          ? 'No pod has the labels of its new selector: nobody is behind it any more.'
          : `No pod that runs has the labels of its new selector: nobody is behind it until new pods of ${listText(later.map(nameOf))} are ready.`,
        causeIn(change, ['spec', 'selector']),
        SERVICE,
      );
      return;
    }
  }
  const before = new Map(portsOf(update.old).map((each) => [each.port, each.target]));
  for (const { index, port, target } of portsOf(service)) {
    const path = ['spec', 'ports', index];
    const was = before.get(port);
    if (
      was !== undefined &&
      was !== target &&
      !running.some((each) => listensOn(each, target) || sameNumber(each, was, target))
    ) {
      const isLater = later.some((each) => listensOn(each, target));
      yield consequence(
        'downtime',
        'danger',
        isLater
          ? `Its port ${port} leads to port ${target} at once, which only the new pods have: requests that reach an old pod fail until all are replaced.`
          : `Its port ${port} leads to port ${target}, which no container of its pods declares.`,
        causeIn(change, path),
        SERVICE,
      );
    }
  }
}

/** Whether two targets are one port of the pods: its name and its number. */
function sameNumber(workload: Workload, was: string | number, target: string | number): boolean {
  const ports = listAt(workload.podSpec, 'containers').flatMap((container) => listAt(container, 'ports'));
  const numberOf = (each: string | number): unknown =>
    typeof each === 'number'
      ? each
      : child(
          ports.find((port) => child(port, 'name') === each),
          'containerPort',
        );
  return numberOf(was) !== undefined && numberOf(was) === numberOf(target);
}

/** Of workloads of the old set, those that the new set keeps, as they run now. */
function runningIn(graph: Graph, workloads: readonly Workload[]): readonly Workload[] {
  return workloads.filter((each) => workloadIn(graph, each) !== undefined);
}

/** A budget that lets no pod be evicted, so that no node can be drained. */
function* budget(change: ObjectChange, { new: graph, old }: Comparison): Iterable<Consequence> {
  const now = change.new;
  if (now === undefined) {
    return;
  }
  if (kindOf(now) === 'policy/PodDisruptionBudget') {
    const found = blockedBy(now, graph);
    const before = change.old === undefined ? undefined : blockedBy(change.old, old);
    if (found !== undefined && before === undefined) {
      yield consequence(
        'downtime',
        'warning',
        `It lets no pod of ${nameOf(found.workload)} be evicted (${found.text}): a node that has one cannot be drained.`,
        found.field,
        DISRUPTION,
      );
    }
    return;
  }
  if (isWorkload(now) && isChanged(change, ['spec', 'replicas'])) {
    for (const object of graph.objects.filter(
      (each) => kindOf(each) === 'policy/PodDisruptionBudget' && each.namespace === now.namespace,
    )) {
      const found = blockedBy(object, graph);
      const was = sameIn(old, object);
      if (found?.workload === now && (was === undefined || blockedBy(was, old) === undefined)) {
        yield consequence(
          'downtime',
          'warning',
          `${nameOf(object)} lets none of so few pods be evicted (${found.text}): a node that has one cannot be drained.`,
          ['spec', 'replicas'],
          DISRUPTION,
        );
      }
    }
  }
}

function blockedBy(
  { manifest, namespace }: GraphObject,
  graph: Graph,
): { readonly workload: Workload; readonly text: string; readonly field: Path } | undefined {
  for (const workload of graph.podsSelectedBy(namespace, field(manifest, 'spec', 'selector'))) {
    const { least, isPerNode } = podCount(workload, graph);
    const [minAvailable, maxUnavailable] = ['minAvailable', 'maxUnavailable'].map((name) =>
      field(manifest, 'spec', name),
    );
    const needed = shareOf(minAvailable, least);
    const spared = shareOf(maxUnavailable, least);
    if (!isPerNode && least > 0 && needed !== undefined && needed >= least) {
      return { workload, text: `minAvailable ${String(minAvailable)} of ${least}`, field: ['spec', 'minAvailable'] };
    }
    if (!isPerNode && spared === 0) {
      return { workload, text: `maxUnavailable ${String(maxUnavailable)}`, field: ['spec', 'maxUnavailable'] };
    }
  }
  return undefined;
}

/** Shares of both are rounded up: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#rounding-logic-when-specifying-percentages */
function shareOf(value: unknown, count: number): number | undefined {
  if (typeof value === 'number') {
    return value;
  }
  const [, percent] = /^(\d+)%$/.exec(typeof value === 'string' ? value : '') ?? [];
  return percent === undefined ? undefined : Math.ceil((Number(percent) * count) / 100);
}
