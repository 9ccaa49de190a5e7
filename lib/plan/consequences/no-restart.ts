import type { Workload } from '../../graph';
import type { Comparison, Consequence, Rule } from '../model';
import { changedDataOf, isReloaded, keysText, readingOf } from './configuration';
import type { Reading } from './configuration';
import { consequence, isChanged, isWorkload, kindOf, listText, nameOf, perComparison, updateOf } from './objects';
import { newRevisionOf } from './restart';

const CONFIG_MAP =
  'https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically';
const RELOADER = 'https://github.com/stakater/Reloader#readme';

/** Kinds whose pods run on; of the others the next pod reads what is there then. */
const RUNNING = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'argoproj.io/Rollout',
]);

const restarted = perComparison(
  ({ changes }: Comparison): ReadonlySet<Workload> =>
    new Set(changes.flatMap((change) => newRevisionOf(change)?.new ?? [])),
);

/** What holds of some readers of one object. */
const READINGS: readonly {
  readonly is: (reading: Reading) => boolean;
  readonly says: (who: string, isOne: boolean) => string;
}[] = [
  {
    is: ({ asVariables }) => asVariables,
    says: (who, isOne) =>
      `${who} ${isOne ? 'reads' : 'read'} it as variables: the pods that run keep the old values until they are restarted`,
  },
  {
    is: ({ bySubPath }) => bySubPath,
    says: (who, isOne) =>
      `${who} ${isOne ? 'mounts' : 'mount'} it by a subPath: the files stay as they are until the pods are restarted`,
  },
  {
    is: ({ asVariables, bySubPath, asFiles }) => asFiles && !asVariables && !bySubPath,
    says: (who, isOne) =>
      `${who} ${isOne ? 'mounts' : 'mount'} it as files: they change within about two minutes, and what runs must read them again by itself`,
  },
];

/** A ConfigMap or Secret that changes without anybody who reads it being restarted. */
export const noRestart: Rule = function* (change, comparison): Iterable<Consequence> {
  yield* nextRun(change);
  const changed = changedDataOf(change, comparison.new);
  if (changed === undefined) {
    return;
  }
  const { object, keys } = changed;
  const path = change.fields[0]?.path ?? ['data'];
  const readers = comparison.new
    .readersOf(object)
    .filter((workload) => RUNNING.has(kindOf(workload)) && isThere(workload, comparison))
    .filter((workload) => !restarted(comparison).has(workload))
    .map((workload) => ({ workload, reading: readingOf(workload, object, keys) }))
    .filter(({ reading }) => READINGS.some(({ is }) => is(reading)));
  const reloaded = readers.filter(({ workload }) => isReloaded(workload, object));
  if (reloaded.length > 0) {
    yield consequence(
      'restart',
      'info',
      `Reloader restarts ${listText(reloaded.map(({ workload }) => nameOf(workload)))} for it, if it runs in the cluster.`,
      path,
      RELOADER,
    );
  }
  const silent = readers.filter(({ workload }) => !reloaded.some((each) => each.workload === workload));
  for (const { is, says } of READINGS) {
    const names = silent.filter(({ reading }) => is(reading)).map(({ workload }) => nameOf(workload));
    if (names.length > 0) {
      const which = keys.size > 6 ? `${keys.size} keys` : keysText(keys);
      yield consequence(
        'no-restart',
        'warning',
        `Nobody is restarted for the change of ${which}. ${says(listText(names), names.length === 1)}.`,
        path,
        CONFIG_MAP,
      );
    }
  }
};

/** Whether its pods run already. */
function isThere(workload: Workload, { old }: Comparison): boolean {
  const { group, resource, namespace } = workload;
  return isWorkload(old.find(group, resource.kind ?? '', namespace, resource.name ?? ''));
}

/** Templates of which pods are made later. */
const LATER: Readonly<Record<string, string>> = {
  'batch/CronJob': 'Runs that have started go on as they are; the next one is made of the new template.',
  'apps/ReplicaSet': 'The pods that run stay as they are; only pods made later are of the new template.',
  '/ReplicationController': 'The pods that run stay as they are; only pods made later are of the new template.',
};

function* nextRun(change: Parameters<Rule>[0]): Iterable<Consequence> {
  const update = updateOf(change);
  const message = update === undefined ? undefined : LATER[kindOf(update.new)];
  if (update !== undefined && message !== undefined && isWorkload(update.old) && isWorkload(update.new)) {
    const { templatePath } = update.new;
    if (isChanged(change, templatePath)) {
      const isCronJob = kindOf(update.new) === 'batch/CronJob';
      yield consequence(
        'no-restart',
        isCronJob ? 'info' : 'warning',
        message,
        change.fields[0]?.path ?? templatePath,
        isCronJob
          ? 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#modifying-a-cronjob'
          : 'https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/',
      );
    }
  }
}
