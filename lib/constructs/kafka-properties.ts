import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';
import { type EnvironmentFrom, type KeyValue, toEnvironmentFrom, type VariableValue } from './variables';
import type { EnvironmentSource } from './config-map';

/** Value of a broker property: plain, or a key of a Secret or ConfigMap. */
export type KafkaPropertyValue = string | number | boolean | KeyValue;

/** Properties of a broker, by the names of Kafka's documentation. */
export type KafkaProperties = Readonly<Record<string, KafkaPropertyValue>>;

/**
 * Variables that are the start script's own: the image makes no property of them, or none that Kafka knows.
 * https://github.com/apache/kafka/blob/3.9.0/docker/jvm/launch, bin/kafka-run-class.sh,
 * https://github.com/apache/kafka/blob/3.9.0/docker/resources/common-scripts/configure
 */
const SCRIPT_VARIABLES: readonly string[] = [
  'KAFKA_OPTS',
  'KAFKA_LOG4J_OPTS',
  'KAFKA_LOG4J_LOGGERS',
  'KAFKA_LOG4J_ROOT_LOGLEVEL',
  'KAFKA_TOOLS_LOG4J_LOGLEVEL',
  'KAFKA_LOG4J_CMD_OPTS',
  'KAFKA_JVM_PERFORMANCE_OPTS',
  'KAFKA_GC_LOG_OPTS',
  'KAFKA_JMX_OPTS',
  'KAFKA_JMX_HOSTNAME',
  'KAFKA_VERSION',
];

/** Variables of the start script that let everybody who reaches the pod run code in the broker: JMX without a password, a debugger. */
const OPEN_DOORS: readonly string[] = [
  'KAFKA_JMX_PORT',
  'JMX_PORT',
  'KAFKA_DEBUG',
  'JAVA_DEBUG_PORT',
  'JAVA_DEBUG_OPTS',
];

/** Properties that say the same as one of the construct's, or what it leaves no room for. */
const SAME_AS: Readonly<Record<string, string>> = {
  'broker.id': 'node.id',
  'log.dir': 'log.dirs',
  'metadata.log.dir': 'log.dirs',
  'security.inter.broker.protocol': 'inter.broker.listener.name',
  'controller.quorum.bootstrap.servers': 'controller.quorum.voters',
  'zookeeper.connect': 'controller.quorum.voters',
};

/** How the image names the variable of a property: `.` becomes `_`, `_` becomes `__`, `-` becomes `___`. */
export function variableOf(property: string): string {
  return `KAFKA_${property.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`;
}

/** What property the image makes of a variable, as it does that: KafkaDockerWrapper.getServerConfigsFromEnv of Kafka 3.9. */
export function propertyOf(variable: string): string {
  return variable
    .replaceAll('KAFKA_', '')
    .toLowerCase()
    .replaceAll('_', '.')
    .replaceAll('...', '-')
    .replaceAll('..', '_');
}

/** The variables by which the image is given properties. */
export function toVariables(
  properties: KafkaProperties | Readonly<Record<string, VariableValue>>,
): Record<string, VariableValue> {
  return Object.fromEntries(
    Object.entries(properties).map(([property, value]) => [
      variableOf(property),
      typeof value === 'object' ? value : String(value),
    ]),
  );
}

/**
 * Checks properties that are added to the construct's own.
 *
 * @param managed the construct's own, by name.
 * @throws InvalidPropError for what is no property, is one of the construct's in whatever spelling, or would reach the broker as another.
 */
export function checkBrokerProperties(
  scope: IConstruct,
  given: KafkaProperties,
  managed: Readonly<Record<string, unknown>>,
): void {
  const spelled = new Map(Object.keys(managed).map((property) => [canonical(property), property]));
  for (const [property, value] of Object.entries(given)) {
    const prop = `properties['${property}']`;
    const variable = variableOf(property);
    if (!/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(property)) {
      throw new InvalidPropError(scope, {
        prop: 'properties',
        value: property,
        reason:
          "not a broker property that the image can be given as a variable: lower-case words, joined by '.', '_' or '-'.",
        remedy: 'Write it as in the documentation of Kafka.',
      });
    }
    const name = canonical(property);
    const own = spelled.get(name) ?? spelled.get(SAME_AS[name] ?? '');
    if (own !== undefined || name === 'heap.opts') {
      throw new InvalidPropError(scope, {
        prop,
        ...shownIfPlain(property, value),
        reason: `a property that KafkaKraft derives from its other props${own === undefined || own === property ? '' : ` (${own})`}; a value of its own would contradict them.`,
        remedy: 'Leave it out.',
      });
    }
    if (OPEN_DOORS.includes(variable)) {
      throw openDoor(scope, prop, variable);
    }
    if (SCRIPT_VARIABLES.includes(variable)) {
      throw new InvalidPropError(scope, {
        prop,
        ...shownIfPlain(property, value),
        reason: `not a property: ${variable} is a variable of the image's start script.`,
        remedy: `Give it as environment: { ${variable}: ... }.`,
      });
    }
    if (propertyOf(variable) !== property) {
      throw new InvalidPropError(scope, {
        prop,
        ...shownIfPlain(property, value),
        reason: `the image would make ${propertyOf(variable)} of it, since it takes every KAFKA_ out of a variable's name.`,
        remedy:
          'Put it into a file server.properties, mounted at /mnt/shared/config, to which the image adds the variables.',
      });
    }
    checkValue(scope, prop, property, value);
  }
}

/** Properties that hold a credential: those of type password, and the secrets of tokens. https://kafka.apache.org/39/documentation.html#brokerconfigs */
const CREDENTIAL = /(^|[.])(password|jaas[.]config|secret|secret[.]key|master[.]key|keystore[.]key)$/;

function checkValue(scope: IConstruct, prop: string, property: string, value: KafkaPropertyValue): void {
  if (typeof value === 'object') {
    return;
  }
  // ${dir:...}, ${file:...} and ${env:...} are read by a config provider of Kafka.
  if (CREDENTIAL.test(property) && !/^\$\{.*\}$/.test(String(value))) {
    throw new InvalidPropError(scope, {
      prop,
      reason: 'a credential, which would stand in the manifest in plain text.',
      remedy: "Give a key of a Secret: { from: { kind: 'Secret', name: 'NAME' }, key: 'KEY' }.",
    });
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not a number that Kafka can read.',
      remedy: 'Give one.',
    });
  }
  if (typeof value === 'string' && /[\n\r\\]/.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason:
        'a line break or a backslash, which the image writes into server.properties as they stand: the rest of the value would be another property, or another value.',
      remedy: 'Leave it out.',
    });
  }
}

/**
 * Checks variables that are added to the construct's own.
 *
 * @param managed names of the construct's own.
 * @throws InvalidPropError for one of the construct's, a property, and what opens the broker to everybody.
 */
export function checkVariables(
  scope: IConstruct,
  environment: Readonly<Record<string, unknown>>,
  environmentFrom: readonly (EnvironmentSource | EnvironmentFrom)[],
  managed: readonly string[],
): void {
  const given = [
    ...Object.keys(environment).map((name) => ({ prop: `environment.${name}`, name })),
    ...environmentFrom.flatMap((source, index) => {
      const { from, prefix = '' } = toEnvironmentFrom(source);
      return (from.keys ?? []).map((key) => ({
        prop: `environmentFrom[${index}] (${from.kind} ${from.name}, key ${key})`,
        name: `${prefix}${key}`,
      }));
    }),
  ];
  for (const { prop, name } of given) {
    if (managed.includes(name)) {
      throw new InvalidPropError(scope, {
        prop,
        reason: 'a variable that KafkaKraft derives from its other props; a value of its own would contradict them.',
        remedy: 'Leave it out.',
      });
    }
    if (OPEN_DOORS.includes(name)) {
      throw openDoor(scope, prop, name);
    }
    if (name.startsWith('KAFKA_') && !SCRIPT_VARIABLES.includes(name)) {
      throw new InvalidPropError(scope, {
        prop,
        reason: `the image makes the property ${propertyOf(name)} of it, which nobody would have checked.`,
        remedy: `Give it as properties: { '${propertyOf(name)}': ... }.`,
      });
    }
  }
}

/** Separators are easily confused, and Kafka ignores a property that it does not know. */
function canonical(property: string): string {
  return property.replaceAll(/[_-]/g, '.');
}

function shownIfPlain(property: string, value: KafkaPropertyValue): { readonly value?: unknown } {
  return typeof value === 'object' || CREDENTIAL.test(property) ? {} : { value };
}

function openDoor(scope: IConstruct, prop: string, variable: string): InvalidPropError {
  return new InvalidPropError(scope, {
    prop,
    reason: `${variable} opens a port at which everybody who reaches the pod may run code in the broker, without a password.`,
    remedy: 'Leave it out; jmxExporter serves metrics over HTTP.',
  });
}
