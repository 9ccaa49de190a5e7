import type { GraphObject } from '../../graph';
import { quantityAt } from '../../manifest/pod-resources';
import { child, field, listAt, numberAt, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import type { Comparison, Consequence, ObjectChange, Rule, Severity } from '../model';
import { compareVersions, imageOf, versionOf } from './images';
import type { Version } from './images';
import { causeIn, consequence, isChanged, kindOf, listText, nameOf, updateOf } from './objects';
import type { Update } from './objects';
import { volumesOf } from './kafka';
import { newRevisionOf } from './restart';
import type { NewRevision } from './restart';
import { declaredPorts, listensOn, portsOf, servicesOf } from './services';

const KAFKA_UPGRADE = 'https://kafka.apache.org/documentation/#upgrade';
const STRIMZI_UPGRADE = 'https://strimzi.io/docs/operators/latest/deploying.html#assembly-upgrade-str';
const IMAGES = 'https://kubernetes.io/docs/concepts/containers/images/';
const SEMVER = 'https://semver.org';

/** A product whose versions cannot follow each other at will. */
interface Product {
  readonly repository: RegExp;
  readonly name: string;
  /** What goes wrong from one version to another; undefined where nothing does. */
  readonly says: (from: Version, to: Version) => { readonly severity: Severity; readonly text: string } | undefined;
  readonly source: string;
}

const danger = (text: string) => ({ severity: 'danger' as const, text });
const warning = (text: string) => ({ severity: 'warning' as const, text });
const isBefore = (version: Version, major: number, minor: number): boolean =>
  version.major < major || (version.major === major && version.minor < minor);

const PRODUCTS: readonly Product[] = [
  {
    repository: /(^|\/)kafka(-native)?$/,
    name: 'Kafka',
    source: KAFKA_UPGRADE,
    says: (from, to) =>
      compareVersions(to, from) < 0 && (from.major !== to.major || from.minor !== to.minor)
        ? danger(
            'an older Kafka does not read metadata that a newer one has written: it starts only where metadata.version was never raised',
          )
        : to.major >= 4 && isBefore(from, 3, 3)
          ? danger('Kafka 4 takes over from 3.3 or newer, in KRaft: go to 3.9 first')
          : to.major > from.major
            ? warning(
                'Kafka 4 speaks to clients from 2.1 on only, and new features wait for kafka-features.sh upgrade when all nodes run',
              )
            : undefined,
  },
  {
    repository: /(^|\/)postgres(ql)?$/,
    name: 'PostgreSQL',
    source: 'https://www.postgresql.org/docs/current/upgrading.html',
    says: (from, to) =>
      from.major !== to.major
        ? danger('PostgreSQL does not start on the data of another major version: dump and restore, or pg_upgrade')
        : undefined,
  },
  {
    repository: /(^|\/)(mysql|mariadb)$/,
    name: 'MySQL',
    source: 'https://dev.mysql.com/doc/refman/8.4/en/upgrade-paths.html',
    says: (from, to) =>
      compareVersions(to, from) < 0 && (from.major !== to.major || from.minor !== to.minor)
        ? danger('an older server does not start on the data of a newer one')
        : undefined,
  },
];

/** Versions that do not follow each other, and ports that are not where others look for them. */
export const compatibility: Rule = function* (change, comparison): Iterable<Consequence> {
  const revision = newRevisionOf(change);
  if (revision !== undefined) {
    yield* images(revision, change);
    yield* portsThatMove(revision, change, comparison);
    yield* probes(revision, change);
  }
  yield* strimzi(change);
};

function* images({ old, new: now }: NewRevision, change: ObjectChange): Iterable<Consequence> {
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(now.podSpec, list).entries()) {
      const name = textAt(container, 'name');
      const before = listAt(old.podSpec, list).find((each) => textAt(each, 'name') === name);
      const [was, is] = [textAt(before, 'image'), textAt(container, 'image')];
      if (before !== undefined && was !== is) {
        const path = [...now.templatePath, 'spec', list, index, 'image'];
        const keepsData = listAt(now.manifest, 'spec', 'volumeClaimTemplates').length > 0;
        const found = imageChange(was, is, keepsData);
        if (found !== undefined) {
          yield consequence(
            'compatibility',
            found.severity,
            `Container ${name}: ${found.text}.`,
            causeIn(change, path),
            found.source,
          );
        }
      }
    }
  }
}

/** What is to be said of one image in place of another. */
function imageChange(
  was: string,
  is: string,
  keepsData: boolean,
): { readonly severity: Severity; readonly text: string; readonly source: string } | undefined {
  const [before, after] = [imageOf(was), imageOf(is)];
  const lastOf = (repository: string): string => repository.slice(repository.lastIndexOf('/') + 1);
  if (before.repository !== after.repository) {
    return lastOf(before.repository) === lastOf(after.repository)
      ? {
          severity: 'info',
          text: `its image comes from ${after.repository} instead of ${before.repository}`,
          source: IMAGES,
        }
      : {
          severity: 'warning',
          text: `it is another image: ${after.repository} instead of ${before.repository}`,
          source: IMAGES,
        };
  }
  const [from, to] = [versionOf(before.tag), versionOf(after.tag)];
  if (before.tag === after.tag) {
    return before.digest === after.digest
      ? undefined
      : {
          severity: 'info',
          text: `tag ${before.tag ?? 'latest'} as before, and another ${before.digest === undefined || after.digest === undefined ? 'way to name it' : 'digest'}`,
          source: IMAGES,
        };
  }
  const step = `${before.tag ?? 'latest'} to ${after.tag ?? 'latest'}`;
  if (from === undefined || to === undefined) {
    return {
      severity: 'info',
      text: `its tag is ${after.tag ?? 'latest'} instead of ${before.tag ?? 'latest'}, which says no version to compare`,
      source: IMAGES,
    };
  }
  const product = PRODUCTS.find(({ repository }) => repository.test(after.repository));
  const known = product?.says(from, to);
  if (product !== undefined && known !== undefined) {
    return { severity: known.severity, text: `${product.name} ${step}: ${known.text}`, source: product.source };
  }
  return generalChange(from, to, step, keepsData);
}

function generalChange(
  from: Version,
  to: Version,
  step: string,
  keepsData: boolean,
): { readonly severity: Severity; readonly text: string; readonly source: string } | undefined {
  const order = compareVersions(to, from);
  if (order < 0) {
    return keepsData
      ? {
          severity: 'danger',
          text: `${step} is a downgrade, and the older version may not read what the newer one has written`,
          source: SEMVER,
        }
      : { severity: 'warning', text: `${step} is a downgrade`, source: SEMVER };
  }
  const skipped = to.major === from.major ? to.minor - from.minor - 1 : to.major - from.major - 1;
  if (to.major > from.major) {
    const more = skipped > 0 ? ` that skips ${skipped} more` : '';
    return {
      severity: 'warning',
      text: `${step} is another major version${more}: its release notes say what breaks`,
      source: SEMVER,
    };
  }
  return skipped > 0 && keepsData
    ? {
        severity: 'warning',
        text: `${step} skips ${skipped} minor version${skipped === 1 ? '' : 's'}: some change what they keep on disk one step at a time`,
        source: SEMVER,
      }
    : undefined;
}

/** Services that lead to a port that the new pods do not have. */
function* portsThatMove(
  { old, new: now }: NewRevision,
  change: ObjectChange,
  { new: graph }: Comparison,
): Iterable<Consequence> {
  for (const service of servicesOf(now, graph)) {
    for (const { port, target } of portsOf(service)) {
      if (listensOn(old, target) && !listensOn(now, target)) {
        const numbers = [...declaredPorts(now).numbers].map(String);
        yield consequence(
          'compatibility',
          'danger',
          `${nameOf(service)} leads from its port ${port} to ${typeof target === 'string' ? `the port named ${target}` : `port ${target}`}, which no container of the new pods has${numbers.length === 0 ? '' : ` (they have ${listText(numbers)})`}.`,
          causeIn(change, [...now.templatePath, 'spec', 'containers']),
          'https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports',
        );
      }
    }
  }
}

const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'];

/** Probes that ask on a port that the container declares no more. */
function* probes({ old, new: now }: NewRevision, change: ObjectChange): Iterable<Consequence> {
  for (const [index, container] of listAt(now.podSpec, 'containers').entries()) {
    const before = listAt(old.podSpec, 'containers').find((each) => textAt(each, 'name') === textAt(container, 'name'));
    const wrong = PROBES.filter(
      (probe) => probedPort(container, probe) === 'missing' && probedPort(before, probe) !== 'missing',
    );
    if (before !== undefined && wrong.length > 0) {
      yield consequence(
        'compatibility',
        wrong.includes('readinessProbe') && wrong.length === 1 ? 'warning' : 'danger',
        `Container ${textAt(container, 'name')}: ${listText(wrong)} ask${wrong.length === 1 ? 's' : ''} on a port that it does not declare: where nobody listens there, the pods are never ready or are restarted for ever.`,
        causeIn(change, [...now.templatePath, 'spec', 'containers', index]),
        'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
      );
    }
  }
}

function probedPort(container: unknown, probe: string): 'none' | 'declared' | 'missing' {
  const ports = listAt(container, 'ports');
  const asked = ['httpGet', 'tcpSocket', 'grpc']
    .map((way) => field(container, probe, way, 'port'))
    .find((port) => port !== undefined);
  if (asked === undefined || ports.length === 0) {
    return 'none';
  }
  return ports.some((port) => child(port, typeof asked === 'number' ? 'containerPort' : 'name') === asked)
    ? 'declared'
    : 'missing';
}

const TOPIC_OPERATOR = 'https://strimzi.io/docs/operators/latest/deploying.html#using-the-topic-operator-str';
const STORAGE = 'https://strimzi.io/docs/operators/latest/deploying.html#assembly-storage-str';

/** What Strimzi's operators leave as it was, or do otherwise than it seems. */
function* strimzi(change: ObjectChange): Iterable<Consequence> {
  const update = updateOf(change);
  if (update === undefined) {
    return;
  }
  const { old, new: now } = update;
  switch (kindOf(now)) {
    case 'kafka.strimzi.io/KafkaTopic': {
      const [before, after] = [old, now].map(({ manifest }) => numberAt(manifest, 'spec', 'partitions'));
      if (before !== undefined && after !== undefined && before > 0 && after > before) {
        yield consequence(
          'compatibility',
          'warning',
          `${before} to ${after} partitions: records of a key go to another partition than before, so that their order ends here. It cannot be undone.`,
          ['spec', 'partitions'],
          'https://kafka.apache.org/documentation/#basic_ops_modify_topic',
        );
      }
      if (isChanged(change, ['spec', 'replicas'])) {
        yield consequence(
          'compatibility',
          'warning',
          "Strimzi's operator changes the number of replicas only where Cruise Control runs. Without, kafka-reassign-partitions.sh must do it first.",
          ['spec', 'replicas'],
          TOPIC_OPERATOR,
        );
      }
      return;
    }
    case 'kafka.strimzi.io/KafkaNodePool':
      if (hasSmallerVolume(old, now)) {
        yield consequence(
          'compatibility',
          'warning',
          "Strimzi's operator makes no volume smaller, and goes on with the size that is there. Make a node pool of another name and move the partitions.",
          causeIn(change, ['spec', 'storage']),
          STORAGE,
        );
      }
      return;
    case 'kafka.strimzi.io/Kafka':
      yield* kafkaVersion(update, change);
      return;
    default:
  }
}

function hasSmallerVolume(old: GraphObject, now: GraphObject): boolean {
  const sizes = (object: GraphObject): ReadonlyMap<unknown, bigint> =>
    new Map(volumesOf(object).map((volume) => [child(volume, 'id'), quantityAt(volume, 'size') ?? 0n]));
  const after = sizes(now);
  return [...sizes(old)].some(([id, size]) => (after.get(id) ?? size) < size);
}

function* kafkaVersion(update: Update, change: ObjectChange): Iterable<Consequence> {
  const versions = (path: Path): readonly (Version | undefined)[] =>
    [update.old, update.new].map(({ manifest }) =>
      versionOf(textAt(manifest, ...path.map(String)).replace(/-IV\d+$/, '')),
    );
  for (const [path, what] of [
    [['spec', 'kafka', 'version'], 'version'],
    [['spec', 'kafka', 'metadataVersion'], 'metadata version'],
  ] as const) {
    const [from, to] = versions(path);
    if (from === undefined || to === undefined || !isChanged(change, path)) {
      continue;
    }
    const [before, after] = [update.old, update.new].map(({ manifest }) => textAt(manifest, ...path));
    const isOlder = compareVersions(to, from) < 0;
    const isSkipping = to.major !== from.major || to.minor - from.minor > 1;
    if (isOlder || isSkipping) {
      yield consequence(
        'compatibility',
        isOlder ? 'danger' : 'warning',
        isOlder
          ? `Kafka's ${what} goes down from ${before ?? ''} to ${after ?? ''}: nodes do not start on metadata that is newer than they are, and a metadata version cannot be lowered safely.`
          : `Kafka's ${what} goes from ${before ?? ''} to ${after ?? ''}: the operator takes only versions that it supports, so look at which of those between it knows.`,
        path,
        STRIMZI_UPGRADE,
      );
    }
  }
}
