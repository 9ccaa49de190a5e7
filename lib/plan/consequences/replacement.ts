import type { Graph, Workload } from '../../graph';
import { child, field, listAt, numberAt, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { kindOf } from './objects';
import { durationText, podCount, secondsUntilAvailable } from './pods';

// How controllers replace pods by those of a new revision.

/** How the pods of a workload are replaced. */
export interface Replacement {
  readonly way: 'rolling' | 'ordered' | 'recreate' | 'on-delete' | 'canary' | 'blue-green' | 'paused';
  /** Pods that may be there beyond the number that is asked for. */
  readonly surge: number;
  /** Pods that may be missing meanwhile, of the least number of pods. */
  readonly unavailable: number;
  /** One sentence or more. */
  readonly text: string;
  /** Seconds that it takes at least, for the least number of pods; 0 where nothing says. */
  readonly seconds: number;
  /** The field that says so; of a default, where it would be said. */
  readonly field: Path;
  readonly source: string;
}

const DEPLOYMENT = 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#strategy';
const STATEFUL_SET = 'https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies';
const DAEMON_SET = 'https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/';
const CANARY = 'https://argo-rollouts.readthedocs.io/en/stable/features/canary/';
const BLUE_GREEN = 'https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/';

/**
 * How a new revision of a workload comes; undefined for a kind whose pods nobody replaces.
 *
 * @param running how many pods there are, where there shall be another number
 */
export function replacementOf(workload: Workload, graph: Graph, running = Infinity): Replacement | undefined {
  const { manifest } = workload;
  const count = podCount(workload, graph).least;
  switch (kindOf(workload)) {
    case 'apps/Deployment':
      return field(manifest, 'spec', 'paused') === true ? paused() : deployment(workload, count);
    case 'apps/StatefulSet':
      return statefulSet(workload, Math.min(count, running));
    case 'apps/DaemonSet':
      return daemonSet(workload);
    case 'argoproj.io/Rollout':
      return field(manifest, 'spec', 'workloadRef') === undefined ? rollout(workload, graph) : undefined;
    default:
      return undefined;
  }
}

function paused(): Replacement {
  return {
    way: 'paused',
    surge: 0,
    unavailable: 0,
    seconds: 0,
    text: 'It is paused: no pod is replaced before spec.paused goes.',
    field: ['spec', 'paused'],
    source: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pausing-and-resuming-a-deployment',
  };
}

/** A number of pods, or a part of them. */
function share(value: unknown, count: number, round: (share: number) => number): number {
  if (typeof value === 'number') {
    return value;
  }
  const [, percent] = /^(\d+)%$/.exec(typeof value === 'string' ? value : '') ?? [];
  return percent === undefined ? 0 : round((Number(percent) * count) / 100);
}

/** `1`, `25%`. */
function shareText(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function bounds(strategy: unknown, count: number): { readonly surge: number; readonly unavailable: number } {
  const surge = share(child(strategy, 'maxSurge') ?? '25%', count, Math.ceil);
  const unavailable = share(child(strategy, 'maxUnavailable') ?? '25%', count, Math.floor);
  // Without either nothing could ever be replaced: pkg/controller/deployment/util of Kubernetes, ResolveFenceposts.
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

function pods(count: number): string {
  return `${count} pod${count === 1 ? '' : 's'}`;
}

function deployment(workload: Workload, count: number): Replacement {
  const strategy = field(workload.manifest, 'spec', 'strategy');
  const available = secondsUntilAvailable(workload);
  if (textAt(strategy, 'type') === 'Recreate') {
    return {
      way: 'recreate',
      surge: 0,
      unavailable: count,
      seconds: available,
      text: 'Recreate: all old pods end before the first new one starts.',
      field: ['spec', 'strategy', 'type'],
      source: DEPLOYMENT,
    };
  }
  const { surge, unavailable } = bounds(field(strategy, 'rollingUpdate'), count);
  return {
    way: 'rolling',
    surge,
    unavailable: Math.min(unavailable, count),
    seconds: Math.ceil(count / Math.max(1, surge + unavailable)) * available,
    text: `RollingUpdate: ${surgeText(surge, unavailable)}.`,
    field: ['spec', 'strategy'],
    source: DEPLOYMENT,
  };
}

function surgeText(surge: number, unavailable: number): string {
  const more = surge === 0 ? 'no pod more than now' : `up to ${pods(surge)} more`;
  return `${more}, ${unavailable === 0 ? 'and none fewer' : `and up to ${unavailable} fewer`} meanwhile`;
}

function statefulSet(workload: Workload, count: number): Replacement {
  const { manifest, resource } = workload;
  const strategy = field(manifest, 'spec', 'updateStrategy');
  if (textAt(strategy, 'type') === 'OnDelete') {
    return onDelete(['spec', 'updateStrategy', 'type'], STATEFUL_SET);
  }
  const partition = numberAt(strategy, 'rollingUpdate', 'partition');
  const first = numberAt(manifest, 'spec', 'ordinals', 'start');
  const highest = first + count - 1;
  const replaced = Math.max(0, Math.min(count, highest - partition + 1));
  const name = resource.name ?? '';
  return {
    way: 'ordered',
    surge: 0,
    unavailable: Math.min(1, replaced),
    seconds: replaced * secondsUntilAvailable(workload),
    text:
      replaced === 0
        ? `No pod is replaced: the partition ${partition} is above the highest ordinal ${highest}.`
        : count === 1
          ? `Its only pod, ${name}-${first}, ends before the new one starts.`
          : `One after the other, from ${name}-${highest} to ${name}-${highest - replaced + 1}, each when the one before it is available.`,
    field: partition > 0 ? ['spec', 'updateStrategy', 'rollingUpdate', 'partition'] : ['spec', 'updateStrategy'],
    source: STATEFUL_SET,
  };
}

function onDelete(path: Path, source: string): Replacement {
  return {
    way: 'on-delete',
    surge: 0,
    unavailable: 0,
    seconds: 0,
    text: 'OnDelete: nobody is restarted; each pod is replaced when somebody deletes it.',
    field: path,
    source,
  };
}

function daemonSet(workload: Workload): Replacement {
  const strategy = field(workload.manifest, 'spec', 'updateStrategy');
  if (textAt(strategy, 'type') === 'OnDelete') {
    return onDelete(['spec', 'updateStrategy', 'type'], DAEMON_SET);
  }
  const surge = field(strategy, 'rollingUpdate', 'maxSurge');
  const most = shareText(field(strategy, 'rollingUpdate', 'maxUnavailable') ?? 1);
  const hasSurge = surge !== undefined && surge !== 0 && surge !== '0%';
  return {
    way: 'rolling',
    surge: hasSurge ? 1 : 0,
    unavailable: hasSurge ? 0 : 1,
    seconds: 0,
    text: hasSurge
      ? `On ${shareText(surge)} of the nodes at once, the new pod before the old one ends.`
      : `On ${most} of the nodes at once, the old pod before the new one starts.`,
    field: ['spec', 'updateStrategy'],
    source: DAEMON_SET,
  };
}

function rollout(workload: Workload, graph: Graph): Replacement {
  const { manifest } = workload;
  const canary = field(manifest, 'spec', 'strategy', 'canary');
  if (canary === undefined) {
    return {
      way: 'blue-green',
      surge: podCount(workload, graph).least,
      unavailable: 0,
      seconds: secondsUntilAvailable(workload),
      text:
        field(manifest, 'spec', 'strategy', 'blueGreen', 'autoPromotionEnabled') === false
          ? 'Blue-green: as many new pods start beside the old ones, and take over when somebody promotes them.'
          : 'Blue-green: as many new pods start beside the old ones, and take over when all are available.',
      field: ['spec', 'strategy', 'blueGreen'],
      source: BLUE_GREEN,
    };
  }
  const { least, most } = podCount(workload, graph);
  const { surge, unavailable } = bounds(canary, least);
  const steps = listAt(canary, 'steps');
  const shown = least === most ? [least] : [least, most];
  const pauses = steps.map((step) => child(step, 'pause')).filter((pause) => pause !== undefined);
  const waits = pauses.map((pause) => secondsOf(child(pause, 'duration')));
  const endless = waits.filter((wait) => wait === undefined).length;
  return {
    way: 'canary',
    surge,
    unavailable,
    seconds:
      waits.reduce<number>((sum, wait) => sum + (wait ?? 0), 0) +
      secondsUntilAvailable(workload) * (1 + steps.filter((step) => child(step, 'setWeight') !== undefined).length),
    text: [
      steps.length === 0
        ? `Canary without steps: ${surgeText(surge, unavailable)}.`
        : shown.map((count) => `Canary of ${pods(count)}: ${stepsText(steps, count, canary)}; then all new.`).join(' '),
      ...(endless === 0 ? [] : [`It waits for somebody to promote it ${endless === 1 ? 'once' : `${endless} times`}.`]),
    ].join(' '),
    field: ['spec', 'strategy', 'canary', ...(steps.length === 0 ? [] : ['steps'])],
    source: CANARY,
  };
}

/** Seconds of a pause: a number, or a text such as `30s`, `10m`, `1h`; undefined where it has no end. */
function secondsOf(duration: unknown): number | undefined {
  if (typeof duration === 'number') {
    return duration;
  }
  const [, digits, unit = 's'] = /^(\d+)([smh]?)$/.exec(typeof duration === 'string' ? duration : '') ?? [];
  const factors: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600 };
  return digits === undefined ? undefined : Number(digits) * (factors[unit] ?? 1);
}

function stepsText(steps: readonly unknown[], count: number, canary: unknown): string {
  const isRouted = child(canary, 'trafficRouting') !== undefined;
  const { surge } = bounds(canary, count);
  return steps
    .map((step) => {
      const weight = child(step, 'setWeight');
      if (typeof weight === 'number') {
        const { fresh, stable } = canaryPods(count, weight, surge, isRouted);
        return `${weight} % is ${fresh} new and ${stable} old`;
      }
      const pause = child(step, 'pause');
      if (pause !== undefined) {
        const seconds = secondsOf(child(pause, 'duration'));
        return seconds === undefined ? 'a pause without end' : `${durationText(seconds)} pause`;
      }
      const [name = 'a step'] = Object.keys(typeof step === 'object' && step !== null ? step : {});
      return name;
    })
    .join(', ');
}

/**
 * How many pods a canary of some weight has, new ones and old ones: the pair nearest to the weight of those that surge allows. With traffic
 * routing the old ones stay. (CalculateReplicaCountsForBasicCanary in utils/replicaset/canary.go of Argo Rollouts.)
 */
export function canaryPods(
  count: number,
  weight: number,
  surge: number,
  isRouted = false,
): { readonly fresh: number; readonly stable: number } {
  const up = Math.ceil((count * weight) / 100);
  const down = Math.floor((count * weight) / 100);
  if (isRouted) {
    return { fresh: up, stable: count };
  }
  if (count === 0) {
    return { fresh: 0, stable: 0 };
  }
  const mayBeNone = weight === 0 || weight === 100 || (count === 1 && surge === 0);
  const isTied = (total: number): boolean => (total * weight) % 100 === 50;
  const mayRoundDown = (total: number): boolean => !isTied(total) && (down > 0 || mayBeNone);
  const pairs = [
    ...(up < count || mayBeNone ? [{ fresh: up, total: count }] : []),
    ...(mayRoundDown(count) ? [{ fresh: down, total: count }] : []),
    ...(surge > 0 ? [{ fresh: up, total: count + 1 }] : []),
    ...(surge > 0 && mayRoundDown(count + 1) ? [{ fresh: down, total: count + 1 }] : []),
  ];
  const distance = ({ fresh, total }: { readonly fresh: number; readonly total: number }): number =>
    Math.abs((fresh * 100) / total - weight);
  const [first = { fresh: 0, total: count }, ...others] = pairs;
  const best = others.reduce((one, other) => (distance(other) < distance(one) ? other : one), first);
  return { fresh: best.fresh, stable: best.total - best.fresh };
}
