import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkInteger, checkObjectName, checkVariableNames, wholeSeconds } from './validation';
import { InvalidPropError } from './invalid-prop';
import { checkSourceKey, ConfigMap, type EnvironmentSource } from './config-map';
import { type Endpoint, hostPort } from './endpoint';
import { checkHeap, isJvmOptionsVariable, splitWords } from './jvm-options';
import { bootstrapEndpoints, type KafkaBootstrap } from './kafka-listener';
import type { ServicePort } from './service';
import {
  canonicalName,
  checkSpringProperties,
  type GivenProperty,
  propertiesOfVariable,
  propertiesOfWords,
  CONNECTION_PROPERTIES,
  DATABASE_TLS_PROPERTIES,
  KAFKA_SECURITY_PROPERTIES,
  REDIS_TLS_PROPERTIES,
  SERVER_PROPERTIES,
  TLS_PROPERTIES,
  type SpringProperty,
} from './spring-properties';
import { type EnvironmentFrom, type KeyValue, toEnvironmentFrom } from './variables';
import { filesNamed, type Mount, Volume } from './volumes';
import { httpProbes, WEB_SERVICE_DEFAULTS, WebService, type WebServiceProps } from './web-service';
import { PatchableConstruct } from './patch';

/** A PostgreSQL database and the user who reads and writes it. */
export interface SpringDatabase {
  /** The server. With {@link Endpoint.tls} connections are encrypted, to a server with a certificate of the CA for its host alone. */
  readonly endpoint: Endpoint;
  /** Name of the database. */
  readonly name: string;
  /** Name of the user. */
  readonly username: string;
}

/** What a Spring service connects to. */
export interface SpringConnections {
  /**
   * Its database.
   * @default - none
   */
  readonly database?: SpringDatabase;
  /**
   * Its Redis. With {@link Endpoint.tls} connections are encrypted, to a server with a certificate of the CA for its host alone. Spring Boot 3.1 or newer.
   * @default - none
   */
  readonly redis?: Endpoint;
  /**
   * Its Kafka cluster.
   * @default - none
   */
  readonly kafka?: KafkaBootstrap;
  /**
   * Where its OpenTelemetry agent sends traces: OTLP over gRPC, without TLS.
   * @default - what else is said of it
   */
  readonly traces?: Endpoint;
}

/** Where Actuator answers. */
export interface ActuatorProps {
  /**
   * Path below which the service answers: `server.servlet.context-path`, or `spring.webflux.base-path` of a reactive one. Actuator answers below it too,
   * unless it has a port of its own.
   * @default - the root
   */
  readonly contextPath?: string;
  /**
   * A port of its own for Actuator: `management.server.port`. Container and Service get it by the name `management`, the Service not where it is
   * reached from outside of the cluster. The probes then say nothing of the other port
   * (https://docs.spring.io/spring-boot/3.3/reference/actuator/endpoints.html#actuator.endpoints.kubernetes-probes).
   * @default - the service's own port
   */
  readonly managementPort?: number;
  /**
   * Path below which Actuator's port answers: `management.server.base-path`.
   * @default - the root
   */
  readonly managementBasePath?: string;
  /**
   * Path of Actuator below that: `management.endpoints.web.base-path`.
   * @default '/actuator'
   */
  readonly endpointsBasePath?: string;
}

/** Props of {@link SpringService}. */
export interface SpringServiceProps
  extends SpringConnections, ActuatorProps, Omit<WebServiceProps, 'probes' | 'environmentFrom' | 'scheme'> {
  /**
   * Whether the service is built on servlets (Spring MVC) or reactive (WebFlux): it decides which property is its context path.
   * @default 'servlet', left to Spring Boot, which takes reactive only where there is no Spring MVC
   */
  readonly webApplicationType?: 'servlet' | 'reactive';
  /**
   * A Secret with `tls.crt` and `tls.key`, as cert-manager writes it, with which the service speaks TLS, by an SSL bundle. Spring Boot 3.2 or newer; from
   * 3.3.8 on it takes a renewed certificate into use by itself.
   * https://docs.spring.io/spring-boot/3.3/reference/features/ssl.html
   * @default - none: plain HTTP
   */
  readonly tls?: EnvironmentSource;
  /**
   * Whether Actuator speaks TLS as well where it has a port of its own.
   * @default - as the service: true with {@link tls}
   */
  readonly managementTls?: boolean;
  /**
   * ConfigMaps that several services share. What one of them already says is not written into the service's own ConfigMap
   * again; where they differ, the service's own holds.
   * @default - none
   */
  readonly sharedConfig?: readonly ConfigMap[];
  /**
   * Further variables for the service's own ConfigMap.
   * @default - none
   */
  readonly config?: Readonly<Record<string, string>>;
  /**
   * Secrets to read variables from, such as the database's `SPRING_DATASOURCE_PASSWORD`.
   * @default - none
   */
  readonly secrets?: readonly (EnvironmentSource | EnvironmentFrom)[];
  /**
   * Options of the JVM. The heap must leave room in the memory limit for what else a JVM needs: classes, compiled code,
   * stacks of threads, direct buffers.
   * @default ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0']
   */
  readonly javaOptions?: readonly string[];
  /**
   * Name of the variable with {@link javaOptions}. `JAVA_OPTS` does nothing unless the image's entry point puts it on the command line; every JVM reads
   * `JAVA_TOOL_OPTIONS`, also one that an init script starts, and says so on standard error; the `java` command reads `JDK_JAVA_OPTIONS`.
   * https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html#using-the-jdk_java_options-launcher-environment-variable
   * @default 'JAVA_OPTS'
   */
  readonly javaOptionsVariable?: string;
  /**
   * How many phases of Spring's stop may take long, one after the other. Each may take the same time: what the grace period leaves, divided by them.
   *
   * Requests are one, Kafka listeners stop before in another; a service whose background tasks (`@Async`, `@Scheduled`) or listeners of other kinds take
   * long has one more.
   * @default 1, or 2 with {@link kafka}
   */
  readonly shutdownPhases?: number;
  /**
   * Name of the service in traces.
   * @default - the construct's id and `-service`
   */
  readonly openTelemetryServiceName?: string;
}

/** What Spring Boot keeps back of the grace period, so that the JVM ends by itself before it is killed. */
const SHUTDOWN_MARGIN = Duration.seconds(5);

/** Where the kubelet mounts the Secret with the certificate. */
const TLS_PATH = '/etc/server-tls';

/** What cert-manager calls the certificate and its key. */
const [CERTIFICATE, PRIVATE_KEY] = ['tls.crt', 'tls.key'] as const;
const TLS_KEYS = [CERTIFICATE, PRIVATE_KEY];

/** The servers whose CA Spring Boot is told in a file. */
type TrustedServer = 'database' | 'redis' | 'kafka';

/** Where the CA of a server is mounted. */
const CA_FILE = 'ca.crt';
const caFolder = (server: TrustedServer): string => `/etc/trusted-ca/${server}`;
const caPath = (server: TrustedServer): string => `${caFolder(server)}/${CA_FILE}`;

/**
 * The variables by which Spring Boot knows its database, Redis and Kafka, and the OpenTelemetry agent where traces go: those that a ConfigMap can hold
 * which several services share. By which CAs it trusts Redis and Kafka a {@link SpringService} says in its own: a service that does not connect there
 * has no such file, and earlier versions of Spring Boot 3 read the certificates of every bundle when they start.
 * https://docs.spring.io/spring-boot/3.3/appendix/application-properties/index.html
 * https://opentelemetry.io/docs/languages/sdk-configuration/otlp-exporter/
 */
export function springVariables({ database, redis, kafka, traces }: SpringConnections): Record<string, string> {
  return {
    ...(database !== undefined && {
      SPRING_DATASOURCE_URL: jdbcUrl(database),
      SPRING_DATASOURCE_USERNAME: database.username,
    }),
    ...(redis !== undefined && { SPRING_DATA_REDIS_HOST: redis.host, SPRING_DATA_REDIS_PORT: String(redis.port) }),
    ...(kafka !== undefined && { SPRING_KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers }),
    ...(kafka?.security !== undefined && {
      SPRING_KAFKA_SECURITY_PROTOCOL: kafka.security.protocol,
      ...(kafka.security.mechanism !== undefined && {
        SPRING_KAFKA_PROPERTIES_SASL_MECHANISM: kafka.security.mechanism,
      }),
    }),
    ...(traces !== undefined && {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${hostPort(traces)}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    }),
  };
}

/**
 * With verify-full the driver checks that the certificate is of the CA, and for the host: https://jdbc.postgresql.org/documentation/ssl/
 * Flyway connects by the same URL.
 */
function jdbcUrl({ endpoint, name }: SpringDatabase): string {
  const parameters = endpoint.tls === undefined ? '' : `?sslmode=verify-full&sslrootcert=${caPath('database')}`;
  return `jdbc:postgresql://${hostPort(endpoint)}/${name}${parameters}`;
}

/**
 * The variables by which Spring Boot trusts Redis and Kafka, besides those of {@link springVariables}. Both clients then check that the certificate is for
 * the host as well. Not a bundle for Kafka: a service that makes a client of its own of Spring Boot's properties need not know of bundles.
 * https://docs.spring.io/spring-boot/3.3/reference/features/ssl.html#features.ssl.pem
 */
function trustVariables({ redis, kafka }: SpringConnections): Record<string, string> {
  return {
    ...(redis?.tls !== undefined && {
      SPRING_DATA_REDIS_SSL_ENABLED: 'true',
      SPRING_DATA_REDIS_SSL_BUNDLE: 'redis',
      SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE: `file:${caPath('redis')}`,
    }),
    ...(kafka?.security !== undefined && {
      SPRING_KAFKA_SSL_TRUSTSTORETYPE: 'PEM',
      SPRING_KAFKA_SSL_TRUSTSTORELOCATION: `file:${caPath('kafka')}`,
    }),
  };
}

/** The CAs as files. */
function caMounts(scope: Construct, { database, redis, kafka }: SpringConnections): Mount[] {
  const cas: readonly [server: TrustedServer, prop: string, ca: KeyValue | undefined][] = [
    ['database', 'database.endpoint.tls.ca', database?.endpoint.tls?.ca],
    ['redis', 'redis.tls.ca', redis?.tls?.ca],
    ['kafka', 'kafka.security.ca', kafka?.security?.ca],
  ];
  return cas.flatMap(([server, prop, ca]) => {
    if (ca === undefined) {
      return [];
    }
    checkObjectName(scope, `${prop}.from.name`, ca.from.name);
    checkSourceKey(scope, `${prop}.key`, ca);
    const { from, key, optional } = ca;
    const items = [{ key, path: CA_FILE }];
    return [
      {
        path: caFolder(server),
        volume: Volume.fromSource(from, { items, ...(optional !== undefined && { optional }) }),
      },
    ];
  });
}

/** What a Spring service connects to, by its props. */
function endpointsOf({ database, redis, kafka, traces }: SpringConnections): Endpoint[] {
  return [
    database?.endpoint ?? [],
    redis ?? [],
    kafka === undefined ? [] : bootstrapEndpoints(kafka),
    traces ?? [],
  ].flat();
}

/** The variables of the Secrets by which Spring Boot logs in to Kafka. */
function springCredentials({ kafka }: SpringConnections): Record<string, KeyValue> {
  return kafka?.security?.jaasConfig === undefined
    ? {}
    : { SPRING_KAFKA_PROPERTIES_SASL_JAAS_CONFIG: kafka.security.jaasConfig };
}

/**
 * Path of Actuator on the port where it answers. With a port of its own the context path does not count.
 * https://docs.spring.io/spring-boot/3.3/reference/actuator/monitoring.html#actuator.monitoring.customizing-management-server-context-path
 */
export function actuatorPath({
  contextPath = '',
  managementPort,
  managementBasePath = '',
  endpointsBasePath = '/actuator',
}: ActuatorProps): string {
  const below = managementPort === undefined ? contextPath : managementBasePath;
  return `${below}${endpointsBasePath === '/' ? '' : endpointsBasePath}`;
}

/** Paths whose requests are to make no traces, as they come from probes and scrapers: the value of OTEL_JAVAAGENT_EXCLUDE_URLS. */
export function untracedPaths(props: ActuatorProps): string {
  return ['health', 'health/readiness', 'health/liveness', 'prometheus', 'info']
    .map((path) => `${actuatorPath(props)}/${path}`)
    .join(',');
}

/**
 * A Spring Boot service with Actuator: a {@link WebService} with Actuator's probes, a ConfigMap of its own whose variables follow
 * from what it connects to and where it answers, and a graceful shutdown within the pod's grace period.
 *
 * The startup probe asks for liveness, not for `/actuator/health`: that is 503 as long as any dependency is down, and the kubelet
 * would restart a healthy service for it, for ever.
 *
 * What a JVM burns of the CPU while it compiles, after it is ready, is no load: an autoscaler adds pods once more have been wanted for a minute,
 * unless it is told otherwise.
 */
export class SpringService extends PatchableConstruct {
  /** Name of the workload and of the Service: the construct's id. */
  public readonly name: string;
  /** The Service. */
  public readonly endpoint: Endpoint;
  /** The workload, its Service and its ServiceAccount. */
  public readonly webService: WebService;
  /** The service's own ConfigMap, named after it with `-config`. */
  public readonly config: ConfigMap;

  /**
   * @throws InvalidPropError for props that {@link WebService} refuses, for an invalid database, path or variable name, for a heap that does not fit, and
   * for what contradicts the props or moves what the probes ask, under every spelling that Spring Boot takes.
   */
  constructor(scope: Construct, id: string, props: SpringServiceProps) {
    super(scope, id);
    const {
      sharedConfig = [],
      config = {},
      secrets = [],
      environment = {},
      javaOptions = ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0'],
      javaOptionsVariable = 'JAVA_OPTS',
      openTelemetryServiceName = `${id}-service`,
      tls,
      managementPort,
      managementTls = tls !== undefined,
    } = props;
    checkDatabase(this, props.database);
    checkTraces(this, props.traces);
    checkActuator(this, props);
    checkVariableNames(this, 'config', Object.keys(config));
    checkVariableNames(this, 'javaOptionsVariable', [javaOptionsVariable]);
    const derived = {
      SERVER_PORT: String(props.port),
      OTEL_SERVICE_NAME: openTelemetryServiceName,
      ...springVariables(props),
      ...trustVariables(props),
      ...addressVariables(props),
      ...(tls !== undefined && tlsVariables(managementPort === undefined || managementTls)),
      OTEL_JAVAAGENT_EXCLUDE_URLS: untracedPaths(props),
    };
    const jvm = { [javaOptionsVariable]: javaOptions.join(' ') };
    const started = { ...jvm, ...shutdownVariables(this, props) };
    const given = givenProperties(this, props, { ...derived, ...started });
    checkSpringProperties(this, propertiesOf(props, { ...derived, ...started }, javaOptionsVariable), given);
    checkHeap(this, 'javaOptions', optionsInEffect(props, jvm), props.resources.memory.limit);

    this.name = id;
    const shared = Object.fromEntries(sharedConfig.flatMap(({ data }) => Object.entries(data)));
    this.config = new ConfigMap(this, `${id}-config`, {
      ...props,
      name: id,
      data: {
        ...Object.fromEntries(Object.entries(derived).filter(([variable, value]) => shared[variable] !== value)),
        ...config,
      },
    });
    const health = `${actuatorPath(props)}/health`;
    const actuator = {
      port: managementPort ?? props.port,
      scheme: (managementPort === undefined ? tls !== undefined : managementTls) ? 'HTTPS' : 'HTTP',
    } as const;
    const metrics =
      props.metrics ?? (exposesMetrics(given) ? { ...actuator, path: `${actuatorPath(props)}/prometheus` } : undefined);
    this.webService = new WebService(this, id, {
      ...props,
      scheme: tls === undefined ? 'HTTP' : 'HTTPS',
      ports: [...managementPorts(props), ...(props.ports ?? [])],
      probes: httpProbes(
        actuator.port,
        { startup: `${health}/liveness`, readiness: `${health}/readiness`, liveness: `${health}/liveness` },
        actuator.scheme,
      ),
      environmentFrom: [...sharedConfig, this.config, ...secrets],
      environment: { ...springCredentials(props), ...started, ...environment },
      mounts: [...tlsMounts(tls), ...caMounts(this, props), ...(props.mounts ?? [])],
      connectsTo: [...endpointsOf(props), ...(props.connectsTo ?? [])],
      ...(metrics !== undefined && { metrics }),
      ...(props.autoscaling !== undefined && {
        autoscaling: { ...props.autoscaling, scaleUp: { stabilizationWindow: WARM_UP, ...props.autoscaling.scaleUp } },
      }),
    });
    this.endpoint = this.webService.endpoint;
  }
}

/**
 * Whether Actuator serves metrics in Prometheus' format: it exposes nothing but health unless it is told to.
 * https://docs.spring.io/spring-boot/3.3/reference/actuator/endpoints.html#actuator.endpoints.exposing
 */
function exposesMetrics(given: readonly GivenProperty[]): boolean {
  const exposure = canonicalName('management.endpoints.web.exposure.include');
  const inEffect = given.filter(({ name }) => canonicalName(name) === exposure).at(-1);
  return (inEffect?.value ?? '').split(',').some((endpoint) => ['prometheus', '*'].includes(endpoint.trim()));
}

/** How long a JVM compiles after it is ready: that is no load to scale up for. */
const WARM_UP = Duration.minutes(1);

/** The variables of where the service answers. */
function addressVariables(props: SpringServiceProps): Record<string, string> {
  const { webApplicationType, contextPath, managementPort, managementBasePath, endpointsBasePath } = props;
  const contextVariable = webApplicationType === 'reactive' ? 'SPRING_WEBFLUX_BASEPATH' : 'SERVER_SERVLET_CONTEXTPATH';
  return {
    ...(webApplicationType !== undefined && { SPRING_MAIN_WEBAPPLICATIONTYPE: webApplicationType }),
    ...(contextPath !== undefined && { [contextVariable]: contextPath }),
    ...(managementPort !== undefined && { MANAGEMENT_SERVER_PORT: String(managementPort) }),
    ...(managementBasePath !== undefined && { MANAGEMENT_SERVER_BASEPATH: managementBasePath }),
    ...(endpointsBasePath !== undefined && { MANAGEMENT_ENDPOINTS_WEB_BASEPATH: endpointsBasePath }),
  };
}

/** The variables of an SSL bundle from PEM files, which Actuator's own port takes over unless it is told not to. */
function tlsVariables(everywhere: boolean): Record<string, string> {
  return {
    SERVER_SSL_BUNDLE: 'server',
    SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_CERTIFICATE: `file:${TLS_PATH}/${CERTIFICATE}`,
    SPRING_SSL_BUNDLE_PEM_SERVER_KEYSTORE_PRIVATEKEY: `file:${TLS_PATH}/${PRIVATE_KEY}`,
    SPRING_SSL_BUNDLE_PEM_SERVER_RELOADONUPDATE: 'true',
    ...(!everywhere && { MANAGEMENT_SERVER_SSL_ENABLED: 'false' }),
  };
}

function tlsMounts(tls: EnvironmentSource | undefined): Mount[] {
  if (tls === undefined) {
    return [];
  }
  return [{ path: TLS_PATH, volume: Volume.fromSource(tls, { items: filesNamed(TLS_KEYS) }) }];
}

/** Actuator's own port, which nobody outside of the cluster is to reach. */
function managementPorts({ managementPort, service }: SpringServiceProps): ServicePort[] {
  return managementPort === undefined
    ? []
    : [{ name: 'management', port: managementPort, inService: service?.type?.isExposed !== true }];
}

/**
 * Spring Boot 3.3 drops open requests unless told otherwise. It stops what it runs phase by phase, each with the whole time-out: background tasks
 * (phase 2^31 - 1), Kafka listeners (2^31 - 101), open requests (2^31 - 1025), and the web server itself, at once (2^31 - 2049).
 * https://docs.spring.io/spring-framework/reference/core/beans/factory-nature.html#beans-factory-lifecycle-processor
 */
function shutdownVariables(scope: Construct, props: SpringServiceProps): Record<string, string> {
  const {
    preStop = WEB_SERVICE_DEFAULTS.preStop,
    terminationGracePeriod = WEB_SERVICE_DEFAULTS.terminationGracePeriod,
    shutdownPhases = props.kafka === undefined ? 1 : 2,
  } = props;
  checkInteger(scope, 'shutdownPhases', shutdownPhases, 1);
  const seconds = Math.floor(
    (wholeSeconds(scope, 'terminationGracePeriod', terminationGracePeriod) -
      wholeSeconds(scope, 'preStop', preStop.duration) -
      SHUTDOWN_MARGIN.toSeconds()) /
      shutdownPhases,
  );
  if (seconds < 1) {
    throw new InvalidPropError(scope, {
      prop: 'terminationGracePeriod',
      value: terminationGracePeriod.toHumanString(),
      reason: `leaves no time for open requests after the preStop hook of ${preStop.duration.toHumanString()} and ${SHUTDOWN_MARGIN.toHumanString()} for the JVM to end${shutdownPhases > 1 ? `, in each of ${shutdownPhases} phases` : ''}.`,
      remedy: 'Lengthen it, or shorten preStop.',
    });
  }
  return { SERVER_SHUTDOWN: 'graceful', SPRING_LIFECYCLE_TIMEOUTPERSHUTDOWNPHASE: `${seconds}s` };
}

function checkDatabase(scope: Construct, database: SpringDatabase | undefined): void {
  for (const prop of ['name', 'username'] as const) {
    const value = database?.[prop];
    if (value !== undefined && !/^[a-z_][a-z0-9_]{0,62}$/.test(value)) {
      throw new InvalidPropError(scope, {
        prop: `database.${prop}`,
        value,
        reason: 'not an identifier that PostgreSQL takes without quotes.',
        remedy: "Use at most 63 lower-case letters, digits and '_', not starting with a digit.",
      });
    }
  }
}

/** Checks that traces are not to go over TLS. */
function checkTraces(scope: Construct, traces: Endpoint | undefined): void {
  if (traces?.tls !== undefined) {
    throw new InvalidPropError(scope, {
      prop: 'traces.tls',
      value: traces.tls.ca.key,
      reason: 'without effect: the agent is told to send traces in plain text.',
      remedy: 'Send them to a collector in the cluster, which sends them on over TLS.',
    });
  }
}

/** Checks where Actuator answers. */
function checkActuator(scope: Construct, props: SpringServiceProps): void {
  const { port, managementPort, managementBasePath, managementTls, tls } = props;
  for (const prop of ['contextPath', 'managementBasePath', 'endpointsBasePath'] as const) {
    const value = props[prop];
    const isRoot = prop === 'endpointsBasePath' && value === '/';
    if (value !== undefined && !isRoot && !/^(\/[A-Za-z0-9._~-]+)+$/.test(value)) {
      throw new InvalidPropError(scope, {
        prop,
        value,
        reason: 'not a path that Spring Boot takes there.',
        remedy: `Start it with '/' and end it without, in letters, digits, '.', '_', '~' and '-'; leave it out for ${prop === 'endpointsBasePath' ? '/actuator' : 'the root'}.`,
      });
    }
  }
  if (managementPort === port) {
    throw new InvalidPropError(scope, {
      prop: 'managementPort',
      value: managementPort,
      reason: 'the port of the service, and so none of its own.',
      remedy: 'Leave it out, or give another.',
    });
  }
  for (const [prop, value] of Object.entries({ managementBasePath, managementTls })) {
    if (value !== undefined && managementPort === undefined) {
      throw new InvalidPropError(scope, {
        prop,
        value,
        reason: "without effect: it is of Actuator's own port, and there is none.",
        remedy: 'Give managementPort, or leave it out.',
      });
    }
  }
  if (managementTls === true && tls === undefined) {
    throw new InvalidPropError(scope, {
      prop: 'managementTls',
      value: true,
      reason: 'there is no certificate.',
      remedy: 'Give tls as well.',
    });
  }
  if (tls?.kind === 'ConfigMap') {
    throw new InvalidPropError(scope, {
      prop: 'tls',
      value: tls.name,
      reason: 'a ConfigMap: whoever may read it could read the private key.',
      remedy: 'Give a Secret.',
    });
  }
  if (tls !== undefined) {
    for (const key of TLS_KEYS) {
      checkSourceKey(scope, 'tls', { from: tls, key });
    }
  }
}

/** The properties that follow from the props, and those that would move what the probes ask. */
function propertiesOf(
  props: SpringServiceProps,
  derived: Readonly<Record<string, string>>,
  javaOptionsVariable: string,
): SpringProperty[] {
  const values = new Map(Object.entries(derived).map(([variable, value]) => [canonicalName(variable), value]));
  return [
    ...SERVER_PROPERTIES,
    ...(props.tls === undefined ? [] : TLS_PROPERTIES),
    ...(['database', 'redis', 'kafka', 'traces'] as const).flatMap((prop) =>
      props[prop] === undefined ? [] : CONNECTION_PROPERTIES[prop].map((name) => ({ name, prop })),
    ),
    ...(props.database?.endpoint.tls === undefined ? [] : DATABASE_TLS_PROPERTIES),
    ...(props.redis?.tls === undefined ? [] : REDIS_TLS_PROPERTIES),
    ...(props.kafka?.security === undefined ? [] : KAFKA_SECURITY_PROPERTIES),
    { name: javaOptionsVariable, prop: 'javaOptions' },
  ].map((property) => ({ ...property, value: values.get(canonicalName(property.name)) }));
}

/** All that sets properties of the service, but for what its image holds. */
function givenProperties(
  scope: Construct,
  props: SpringServiceProps,
  derived: Readonly<Record<string, string>>,
): GivenProperty[] {
  const { sharedConfig = [], config = {}, secrets = [], environment = {} } = props;
  const { javaOptions = [], command = [], args = [] } = props;
  const variables = (prop: string, data: Readonly<Record<string, unknown>>): GivenProperty[] =>
    Object.entries(data).flatMap(([name, value]) =>
      propertiesOfVariable(scope, `${prop}.${name}`, name, typeof value === 'string' ? value : undefined),
    );
  const valueOf = new Map(Object.entries(derived).map(([variable, value]) => [canonicalName(variable), value]));
  return [
    ...sharedConfig.flatMap(({ name, data }) =>
      variables(`sharedConfig.${name}`, data).filter(
        // Of two variables of one name the service's own holds, and what says the same contradicts nothing.
        (given) => !Object.hasOwn(derived, given.name) && valueOf.get(canonicalName(given.name)) !== given.value,
      ),
    ),
    ...variables('config', config),
    ...secrets
      .map(toEnvironmentFrom)
      .flatMap(({ from, prefix = '' }) =>
        variables(
          `secrets.${from.name}`,
          Object.fromEntries((from.keys ?? []).map((key) => [`${prefix}${key}`, undefined])),
        ),
      ),
    ...variables('environment', environment),
    ...propertiesOfWords(scope, 'javaOptions', javaOptions),
    ...propertiesOfWords(scope, 'command', command.flatMap(splitWords)),
    ...propertiesOfWords(scope, 'args', args.flatMap(splitWords)),
  ];
}

/**
 * The options of the JVM, in the order in which it reads them, of all variables that may hold some.
 * https://docs.oracle.com/en/java/javase/21/troubleshoot/environment-variables-and-system-properties.html
 */
function optionsInEffect(
  { sharedConfig = [], config = {}, environment = {}, command = [], args = [] }: SpringServiceProps,
  jvm: Readonly<Record<string, string>>,
): string[] {
  const variables = new Map<string, unknown>(
    [...sharedConfig.map(({ data }) => data), config, environment, jvm].flatMap((data) => Object.entries(data)),
  );
  const [first, last] = [['JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS'], ['_JAVA_OPTIONS']];
  const between = [...variables.keys()].filter((name) => ![...first, ...last].includes(name));
  const wordsIn = (names: readonly string[]): string[] =>
    names.flatMap((name) => {
      const value = variables.get(name);
      return typeof value === 'string' && (isJvmOptionsVariable(name) || Object.hasOwn(jvm, name))
        ? splitWords(value)
        : [];
    });
  return [...wordsIn(first), ...wordsIn(between), ...[...command, ...args].flatMap(splitWords), ...wordsIn(last)];
}
