import type { WorkloadKind } from '../../lib/manifest/workloads';
import { container, debugContainer, podSpec, set, workload } from './manifests';
import type { Data } from './manifests';
import type { Row } from './rows';

/** A row, as two objects of one kind. */
export interface Case {
  readonly good: Data;
  readonly bad: Data;
  /** The field to blame, from the object. */
  readonly field: string;
  readonly prefix: string;
  readonly place: Place | undefined;
}

/** Where the pod's spec stands in an object of a kind. */
function base({ template }: WorkloadKind): string {
  return template === '' ? 'spec' : `${template}.spec`;
}

export type Place = 'containers' | 'initContainers' | 'sidecar' | 'ephemeralContainers';

function placesOf(row: Row, kind: string): readonly Place[] {
  const long: readonly Place[] = kind === 'Job' || kind === 'CronJob' ? ['sidecar'] : ['containers', 'sidecar'];
  switch (row.in) {
    case 'container':
      return ['containers', 'initContainers', 'sidecar', 'ephemeralContainers'];
    case 'resourced':
      return ['containers', 'initContainers', 'sidecar'];
    case 'longRunning':
      return long;
    case 'pod':
    case 'workload':
      return [];
  }
}

/** A pod whose second container of that sort, `x`, has the field. */
function withContainer(place: Place, row: Row, value: unknown): Data {
  const make =
    place === 'ephemeralContainers' ? debugContainer : (name: string) => container(name, place !== 'initContainers');
  const sort = place === 'sidecar' ? 'initContainers' : place;
  const mark = place === 'sidecar' ? { restartPolicy: 'Always' } : {};
  const pull = row.policy === 'image-pull-policy' ? { imagePullPolicy: 'Always' } : {};
  // Only the readiness probe of a broker is wrong in the row about Kafka.
  const tcp = row.policy === 'probe-kafka-tcp' ? { startupProbe: TCP, livenessProbe: TCP } : {};
  const changed = set({ ...make('x'), ...mark, ...pull, ...tcp }, row.path, value);
  return { ...podSpec(), [sort]: [{ ...make('first'), ...mark }, changed] };
}

export const TCP = { tcpSocket: { port: 8080 }, failureThreshold: 30 };

export function cases(row: Row, kind: WorkloadKind): readonly Case[] {
  if (row.onlyIn?.includes(kind.kind) === false) {
    return [];
  }
  if (row.in === 'workload') {
    const object = workload(kind, podSpec());
    return [
      {
        good: set(object, row.path, row.good),
        bad: set(object, row.path, row.bad),
        field: row.field,
        prefix: '',
        place: undefined,
      },
    ];
  }
  if (row.in === 'pod') {
    const make = (value: unknown): Data => workload(kind, set(podSpec(), row.path, value));
    return [
      {
        good: make(row.good),
        bad: make(row.bad),
        field: `${base(kind)}.${row.field}`,
        prefix: '',
        place: undefined,
      },
    ];
  }
  return placesOf(row, kind.kind).map((place) => ({
    good: workload(kind, withContainer(place, row, row.good)),
    bad: workload(kind, withContainer(place, row, row.bad)),
    field: `${base(kind)}.${place === 'sidecar' ? 'initContainers' : place}[1].${row.field}`,
    prefix: 'container "x": ',
    place,
  }));
}
