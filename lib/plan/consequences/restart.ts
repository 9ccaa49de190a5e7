import type { Workload } from '../../graph';
import { valueAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ObjectChange, Rule } from '../model';
import { causeIn, consequence, isChanged, isWorkload, kindOf, listText, nameOf, updateOf } from './objects';
import { durationText, podCount, podsText } from './pods';
import { isRefused } from './refused';
import { replacementOf } from './replacement';
import { changedConfiguration } from './configuration';

/** A workload of which a controller makes a new revision. */
export interface NewRevision {
  readonly old: Workload;
  readonly new: Workload;
}

/** The workload whose pod template a change alters by what it means: then, and only then, its controller makes a new revision. */
export function newRevisionOf(change: ObjectChange): NewRevision | undefined {
  const update = updateOf(change);
  return update !== undefined &&
    isWorkload(update.old) &&
    isWorkload(update.new) &&
    REVISED.has(kindOf(update.new)) &&
    valueAt(update.new.manifest, ['spec', 'workloadRef']) === undefined &&
    isChanged(change, update.new.templatePath)
    ? { old: update.old, new: update.new }
    : undefined;
}

const REVISED = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'argoproj.io/Rollout']);

/** Fields of Strimzi's objects by which its operator knows that pods are as they shall be. */
const STRIMZI: Readonly<Record<string, readonly Path[]>> = {
  'kafka.strimzi.io/Kafka': [
    ...['version', 'image', 'config', 'listeners', 'authorization', 'rack', 'template', 'jvmOptions', 'logging'],
    'metricsConfig',
  ].map((name) => ['spec', 'kafka', name]),
  'kafka.strimzi.io/KafkaNodePool': ['resources', 'jvmOptions', 'template'].map((name) => ['spec', name]),
};

const STRIMZI_ROLLS = 'https://strimzi.io/docs/operators/latest/deploying.html#assembly-rolling-updates-str';

/** Which pods restart, and how. */
export const restart: Rule = function* (change, comparison): Iterable<Consequence> {
  const revision = newRevisionOf(change);
  // Of what an API server does not take, no controller hears.
  if (revision !== undefined && !isRefused(change, comparison)) {
    const workload = revision.new;
    const running = podCount(revision.old, comparison.old);
    const replacement = replacementOf(workload, comparison.new, running.least);
    if (replacement !== undefined) {
      const { seconds, text, source } = replacement;
      const time = seconds === 0 ? '' : ` It takes at least ${durationText(seconds)}.`;
      yield consequence(
        'restart',
        'info',
        `${firstSentence(revision, change, comparison)} ${text}${time}${isOrderAlone(change, workload.templatePath) ? ` ${ORDER_ALONE}` : ''}`,
        causeIn(change, workload.templatePath),
        source,
      );
    }
  }
  const update = updateOf(change);
  const paths = update === undefined ? undefined : STRIMZI[kindOf(update.new)];
  const changed = paths?.find((path) => isChanged(change, path));
  if (changed !== undefined) {
    yield consequence(
      'restart',
      'info',
      "Strimzi's operator replaces the Kafka pods one after the other, each when its partitions are in sync again; a property that Kafka takes while it runs, it sets without.",
      causeIn(change, changed),
      STRIMZI_ROLLS,
    );
  }
};

/** structured-merge-diff before 4.4 took an apply that changes the order of lists alone for one that changes nothing. */
const ORDER_ALONE =
  'By server-side apply, API servers up to Kubernetes 1.28 may leave the order as it was, and then nobody is restarted.';

/** Whether of lists with merge keys the items are as before, in another order, and nothing else of the template changes. */
function isOrderAlone({ fields }: ObjectChange, template: Path): boolean {
  const textsOf = (list: readonly unknown[]): string =>
    list
      .map((item) => JSON.stringify(item))
      .toSorted()
      .join('\n');
  return fields
    .filter(({ path }) => template.every((key, at) => path[at] === key))
    .every(
      ({ old, new: now }) =>
        Array.isArray(old) &&
        Array.isArray(now) &&
        old.every((item) => typeof item === 'object') &&
        textsOf(old) === textsOf(now),
    );
}

/** Which pods, how many, and why, where it is a ConfigMap's or Secret's doing. */
function firstSentence({ old, new: workload }: NewRevision, change: ObjectChange, comparison: Comparison): string {
  const count = podCount(old, comparison.old);
  const [first] = change.fields.filter(({ path }) => workload.templatePath.every((key, at) => path[at] === key));
  const isChecksum = change.fields.every(({ path }) => path.includes('annotations'));
  const read = isChecksum && first !== undefined ? changedConfiguration(workload, comparison).map(nameOf) : [];
  const because = read.length === 0 ? '' : ` for the change of ${listText(read)}, by the checksum in its pod template`;
  const pods = count.isPerNode || count.most !== 1 ? `${podsText(count)} are` : '1 pod is';
  return `${nameOf(workload)} gets a new revision${because}: ${count.isPerNode ? 'a pod on each node is' : pods} replaced.`;
}
