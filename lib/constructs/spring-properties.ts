import type { IConstruct } from 'constructs';
import { InvalidPropError } from './invalid-prop';
import { isJvmOptionsVariable, splitWords } from './jvm-options';

/** A property of Spring Boot that decides where or how a service answers, or that follows from a prop. */
export interface SpringProperty {
  /** Its canonical name, such as `management.server.port`; with `.*` at its end, all below. */
  readonly name: string;
  /** The prop that says it. Undefined where the service is to be left as Spring Boot has it. */
  readonly prop?: string;
  /**
   * The value that follows from the props.
   * @default - none: it stays as Spring Boot has it
   */
  readonly value?: string | undefined;
  /**
   * Values that contradict nothing.
   * @default - the one that follows from the props, in a ConfigMap that is shared
   */
  readonly accepts?: (value: string) => boolean;
}

/** A property that somebody sets, under whatever spelling. */
export interface GivenProperty {
  /** Where, such as `config.SERVER_PORT` or `javaOptions (-Dserver.port)`. */
  readonly prop: string;
  /** Name of the property or variable. */
  readonly name: string;
  /** Its value; undefined where it is not known, or a secret. */
  readonly value: string | undefined;
}

/**
 * What Spring Boot's relaxed binding makes no difference between: case, `_`, `-`, `.` and brackets, and the index of an item of a list
 * (`management.endpoints.web.exposure.include[0]`, `..._INCLUDE_0_`).
 * https://docs.spring.io/spring-boot/3.3/reference/features/external-config.html#features.external-config.typesafe-configuration-properties.relaxed-binding
 */
export function canonicalName(name: string): string {
  let canonical = canonicalNames.get(name);
  if (canonical === undefined) {
    canonical = name
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/\d+$/, '');
    canonicalNames.set(name, canonical);
  }
  return canonical;
}

/** Services have most names in common. */
const canonicalNames = new Map<string, string>();

/** Where Spring Boot looks for a property first among environment variables: dots are underscores, dashes are dropped. */
export function variableOf(property: string): string {
  return property.replaceAll('-', '').replaceAll('.', '_').toUpperCase();
}

/** The property that a name is a spelling of. */
export function propertyNamed(properties: readonly SpringProperty[], name: string): SpringProperty | undefined {
  const given = canonicalName(name);
  return properties.find((property) =>
    property.name.endsWith('.*')
      ? given.startsWith(canonicalName(property.name)) && given !== canonicalName(property.name)
      : given === canonicalName(property.name),
  );
}

/**
 * The properties that a variable sets: the one that it is named after, those in the JSON of SPRING_APPLICATION_JSON, and those in the options of a JVM.
 *
 * @param prop where it stands.
 * @param value its value; undefined where it is not known.
 * @throws InvalidPropError if SPRING_APPLICATION_JSON is no JSON object.
 */
export function propertiesOfVariable(
  scope: IConstruct,
  prop: string,
  name: string,
  value: string | undefined,
): GivenProperty[] {
  const own = { prop, name, value };
  if (value === undefined) {
    return [own];
  }
  return isJvmOptionsVariable(name)
    ? [own, ...propertiesOfWords(scope, prop, splitWords(value))]
    : [own, ...propertiesOfJson(scope, own)];
}

/** The properties that a command line sets: `-Dname=value` for the JVM, `--name=value` for Spring Boot. */
export function propertiesOfWords(scope: IConstruct, prop: string, words: readonly string[]): GivenProperty[] {
  return words.flatMap((word) => {
    const [, dashes, name = '', value = ''] = /^(-D|--)([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (dashes === undefined) {
      return [];
    }
    const own = { prop: `${prop} (${dashes}${name})`, name, value };
    return [own, ...propertiesOfJson(scope, own)];
  });
}

/** The properties in the JSON of `spring.application.json`, which Spring Boot prefers to variables. */
function propertiesOfJson(scope: IConstruct, { prop, name, value = '' }: GivenProperty): GivenProperty[] {
  if (canonicalName(name) !== 'springapplicationjson') {
    return [];
  }
  let json: unknown;
  try {
    json = JSON.parse(value);
  } catch {
    json = undefined;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new InvalidPropError(scope, {
      prop,
      reason: 'not a JSON object, and Spring Boot does not start.',
      remedy: 'Give one, or set the properties as variables of their own.',
    });
  }
  return flatten(json).map(([path, text]) => ({ prop: `${prop} (${path})`, name: path, value: text }));
}

function flatten(json: object, prefix = ''): (readonly [string, string])[] {
  return Object.entries(json).flatMap(([key, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? flatten(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, String(value)] as const],
  );
}

/** Names of the endpoints in a list, as Spring Boot reads it. */
const endpoints = (value: string): string[] => value.split(',').map((name) => name.trim().toLowerCase());

const isTrue = (value: string): boolean => value.toLowerCase() === 'true';
const isEveryAddress = (value: string): boolean => value === '0.0.0.0' || value === '::';
const isAccess = (value: string): boolean => value.toLowerCase() !== 'none';

/**
 * What decides where a service answers, how it stops, and whether Actuator has its health.
 * https://docs.spring.io/spring-boot/3.3/appendix/application-properties/index.html
 */
export const SERVER_PROPERTIES: readonly SpringProperty[] = [
  { name: 'server.port', prop: 'port' },
  { name: 'server.address', accepts: isEveryAddress },
  { name: 'server.servlet.context-path', prop: 'contextPath' },
  { name: 'spring.webflux.base-path', prop: 'contextPath' },
  { name: 'spring.mvc.servlet.path', prop: 'contextPath' },
  { name: 'spring.main.web-application-type', prop: 'webApplicationType' },
  { name: 'server.ssl.*', prop: 'tls' },
  { name: 'server.shutdown', prop: 'terminationGracePeriod' },
  { name: 'spring.lifecycle.timeout-per-shutdown-phase', prop: 'terminationGracePeriod' },
  { name: 'management.server.port', prop: 'managementPort' },
  { name: 'management.server.address', accepts: isEveryAddress },
  { name: 'management.server.base-path', prop: 'managementBasePath' },
  { name: 'management.server.ssl.*', prop: 'managementTls' },
  { name: 'management.endpoints.web.base-path', prop: 'endpointsBasePath' },
  { name: 'management.endpoints.web.path-mapping.health' },
  {
    name: 'management.endpoints.web.exposure.include',
    accepts: (value) => endpoints(value).some((endpoint) => endpoint === 'health' || endpoint === '*'),
  },
  {
    name: 'management.endpoints.web.exposure.exclude',
    accepts: (value) => !endpoints(value).some((endpoint) => endpoint === 'health' || endpoint === '*'),
  },
  { name: 'management.endpoints.enabled-by-default', accepts: isTrue },
  { name: 'management.endpoints.access.default', accepts: isAccess },
  { name: 'management.endpoints.access.max-permitted', accepts: isAccess },
  { name: 'management.endpoint.health.enabled', accepts: isTrue },
  { name: 'management.endpoint.health.access', accepts: isAccess },
  { name: 'management.endpoint.health.probes.enabled', accepts: isTrue },
  { name: 'otel.service.name', prop: 'openTelemetryServiceName' },
];

/** What says which certificate a service has, where `tls` does. */
export const TLS_PROPERTIES: readonly SpringProperty[] = [{ name: 'spring.ssl.bundle.pem.server.*', prop: 'tls' }];

/** What says where a database, Redis, Kafka or the collector of traces is, where the prop of this name does. */
export const CONNECTION_PROPERTIES = {
  database: ['url', 'username', 'jndi-name', 'hikari.jdbc-url', 'hikari.username'].map(
    (name) => `spring.datasource.${name}`,
  ),
  redis: ['host', 'port', 'url', 'cluster.*', 'sentinel.*'].map((name) => `spring.data.redis.${name}`),
  kafka: ['', 'consumer.', 'producer.', 'streams.'].map((client) => `spring.kafka.${client}bootstrap-servers`),
  traces: ['', 'traces.'].flatMap((signal) => [
    `otel.exporter.otlp.${signal}endpoint`,
    `otel.exporter.otlp.${signal}protocol`,
  ]),
} as const;

/**
 * What decides whether the connections to a database with TLS are to whom they should be, besides its URL. Flyway's own URL is accepted with the same check.
 * https://jdbc.postgresql.org/documentation/use/#connection-parameters
 */
export const DATABASE_TLS_PROPERTIES: readonly SpringProperty[] = [
  ...['sslmode', 'sslrootcert', 'sslfactory', 'sslhostnameverifier'].map((name) => ({
    name: `spring.datasource.hikari.data-source-properties.${name}`,
    prop: 'database',
  })),
  { name: 'spring.flyway.url', prop: 'database', accepts: (value) => /[?&]sslmode=verify-full(&|$)/.test(value) },
];

/** What says how Redis is trusted, where its endpoint does. */
export const REDIS_TLS_PROPERTIES: readonly SpringProperty[] = [
  'spring.data.redis.ssl.*',
  'spring.ssl.bundle.pem.redis.*',
  'spring.ssl.bundle.jks.redis.*',
].map((name) => ({ name, prop: 'redis' }));

/** What says how Kafka is trusted and logged in to, where it says so itself. */
export const KAFKA_SECURITY_PROPERTIES: readonly SpringProperty[] = [
  '',
  'admin.',
  'consumer.',
  'producer.',
  'streams.',
].flatMap((client) =>
  [
    'security.protocol',
    'ssl.bundle',
    'ssl.trust-store-type',
    'ssl.trust-store-certificates',
    'ssl.trust-store-location',
    'properties.security.protocol',
    'properties.ssl.endpoint.identification.algorithm',
    'properties.ssl.engine.factory.class',
    'properties.ssl.truststore.*',
    'properties.sasl.mechanism',
    'properties.sasl.jaas.config',
  ].map((name) => ({ name: `spring.kafka.${client}${name}`, prop: 'kafka' })),
);

/** The end of a name that is an item of a list, as in `include[0]`, `INCLUDE_0` and `INCLUDE_0_`. */
const INDEX = /(\[\d+\]|[._]\d+_?)$/;

/** The items of a list as the one value that they are. */
function withListsJoined(given: readonly GivenProperty[]): GivenProperty[] {
  const lists = new Map<string, GivenProperty>();
  const others = given.filter((property) => {
    const { name, value } = property;
    if (!INDEX.test(name)) {
      return true;
    }
    const list = lists.get(canonicalName(name));
    lists.set(canonicalName(name), {
      ...(list ?? property),
      value: list === undefined ? value : [list.value, value].filter((item) => item !== undefined).join(),
    });
    return false;
  });
  return [...others, ...lists.values()];
}

/**
 * Checks that what somebody sets contradicts nothing.
 *
 * @throws InvalidPropError for a property that follows from the props, or that would move what the probes ask, under every spelling that Spring
 * Boot takes.
 */
export function checkSpringProperties(
  scope: IConstruct,
  properties: readonly SpringProperty[],
  given: readonly GivenProperty[],
): void {
  for (const { prop, name, value } of withListsJoined(given)) {
    const property = propertyNamed(properties, name);
    if (property !== undefined && (value === undefined || property.accepts?.(value) !== true)) {
      throw new InvalidPropError(scope, {
        prop,
        reason: `sets ${property.name}${contradiction(property)}`,
        remedy: property.prop === undefined ? 'Leave it out.' : `Leave it out, and use the prop ${property.prop}.`,
      });
    }
  }
}

/** What a property contradicts. */
function contradiction({ prop, value }: SpringProperty): string {
  if (value !== undefined) {
    return `, which SpringService derives from its other props as ${JSON.stringify(value)}; a value of its own would contradict them.`;
  }
  return prop !== undefined && Object.hasOwn(CONNECTION_PROPERTIES, prop)
    ? `: the service would connect elsewhere or otherwise than ${prop} says.`
    : ': the service would answer elsewhere or otherwise than its probes and its Service take for granted.';
}
