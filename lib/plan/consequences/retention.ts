import { loadAll } from 'js-yaml';
import type { GraphObject } from '../../graph';
import { child, field, listAt, textAt } from '../../manifest/plain-data';
import type { Path } from '../../manifest/plain-data';
import { isWorkload, kindOf } from './objects';

// How long data is kept, as manifests say it.

/** A time after which data is deleted. */
export interface Retention {
  /** As its owner calls it. */
  readonly name: string;
  /** The field of the manifest; of a file, that which has the file. */
  readonly path: Path;
  readonly text: string;
  readonly milliseconds: number;
  readonly source: string;
}

const KAFKA = 'https://kafka.apache.org/documentation/#topicconfigs_retention.ms';
const LOKI = 'https://grafana.com/docs/loki/latest/operations/storage/retention/';
const TEMPO = 'https://grafana.com/docs/tempo/latest/configuration/#compactor';
const PROMETHEUS = 'https://prometheus.io/docs/prometheus/latest/storage/#operational-aspects';

const SECOND = 1000;
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 3600 * SECOND,
  d: 86_400 * SECOND,
  w: 7 * 86_400 * SECOND,
  y: 365 * 86_400 * SECOND,
};

/** Properties of Kafka by what one of their numbers is. */
const PROPERTIES: Readonly<Record<string, number>> = {
  'retention.ms': 1,
  'log.retention.ms': 1,
  'log.retention.minutes': 60 * SECOND,
  'log.retention.hours': 3600 * SECOND,
};

/** Fields of files, and whose they are. */
const FILES: Readonly<Record<string, string>> = { retention_period: LOKI, block_retention: TEMPO };

/** Every retention of an object that is read here: Kafka's, Loki's, Tempo's, Prometheus'. */
export function retentionsIn(object: GraphObject): readonly Retention[] {
  const { manifest } = object;
  switch (kindOf(object)) {
    case 'kafka.strimzi.io/KafkaTopic':
      return ofProperties(field(manifest, 'spec', 'config'), ['spec', 'config']);
    case 'kafka.strimzi.io/Kafka':
      return ofProperties(field(manifest, 'spec', 'kafka', 'config'), ['spec', 'kafka', 'config']);
    case 'monitoring.coreos.com/Prometheus':
      return ofText('retention', ['spec', 'retention'], textAt(manifest, 'spec', 'retention'), PROMETHEUS);
    case '/ConfigMap':
      return Object.entries(field(manifest, 'data') ?? {}).flatMap(([key, text]: [string, unknown]) =>
        typeof text === 'string' && text.includes('retention') ? ofFile(text, ['data', key]) : [],
      );
    default:
      return isWorkload(object) ? ofContainers(object) : [];
  }
}

function ofProperties(config: unknown, path: Path): readonly Retention[] {
  return Object.entries(PROPERTIES).flatMap(([name, factor]) =>
    ofNumber(name, [...path, name], child(config, name), factor),
  );
}

function ofNumber(name: string, path: Path, value: unknown, factor: number): readonly Retention[] {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : NaN;
  if (Number.isNaN(number) || value === '') {
    return [];
  }
  // Kafka keeps for ever what has -1.
  const milliseconds = number < 0 ? Infinity : number * factor;
  return [{ name, path, text: String(value), milliseconds, source: KAFKA }];
}

function ofText(name: string, path: Path, text: string, source: string): readonly Retention[] {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w|y)/g)];
  return parts.length === 0
    ? []
    : [
        {
          name,
          path,
          text,
          milliseconds: parts.reduce((sum, [, digits, unit = '']) => sum + Number(digits) * (UNITS[unit] ?? 0), 0),
          source,
        },
      ];
}

function ofFile(text: string, path: Path): readonly Retention[] {
  try {
    return [...found(loadAll(text), new Set())].flatMap(({ name, value }) =>
      ofText(name, path, value, FILES[name] ?? ''),
    );
  } catch {
    return []; // It is no YAML.
  }
}

function* found(value: unknown, seen: Set<object>): Iterable<{ readonly name: string; readonly value: string }> {
  if (typeof value !== 'object' || value === null || seen.has(value)) {
    return;
  }
  seen.add(value);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  for (const [name, item] of entries) {
    if (typeof item === 'string' && Object.hasOwn(FILES, name)) {
      yield { name, value: item };
    } else {
      yield* found(item, seen);
    }
  }
}

function ofContainers(
  object: GraphObject & { readonly podSpec: unknown; readonly templatePath: Path },
): readonly Retention[] {
  return listAt(object.podSpec, 'containers').flatMap((container, at) => {
    const path = [...object.templatePath, 'spec', 'containers', at];
    return [
      ...listAt(container, 'env').flatMap((variable, index) => {
        const property = textAt(variable, 'name')
          .replace(/^KAFKA_/, '')
          .toLowerCase()
          .replaceAll('_', '.');
        const factor = Object.hasOwn(PROPERTIES, property) ? PROPERTIES[property] : undefined;
        return factor === undefined
          ? []
          : ofNumber(property, [...path, 'env', index, 'value'], child(variable, 'value'), factor);
      }),
      ...listAt(container, 'args').flatMap((argument, index) => {
        const [, name, text] =
          /^--?(storage\.tsdb\.retention\.time)=(.*)$/.exec(typeof argument === 'string' ? argument : '') ?? [];
        return name === undefined || text === undefined ? [] : ofText(name, [...path, 'args', index], text, PROMETHEUS);
      }),
    ];
  });
}
