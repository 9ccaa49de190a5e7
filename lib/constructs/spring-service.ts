import { Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkVariableNames, wholeSeconds } from './validation';
import { InvalidPropError } from './invalid-prop';
import { ConfigMap, type EnvironmentSource } from './config-map';
import { type Endpoint, hostPort } from './endpoint';
import type { KafkaBootstrap } from './kafka-kraft';
import type { PreStop } from './pre-stop';
import { httpProbes, WEB_SERVICE_DEFAULTS, WebService, type WebServiceProps } from './web-service';
import { PatchableConstruct } from './patch';

/** A PostgreSQL database and the user who reads and writes it. */
export interface SpringDatabase {
  /** The server. */
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
   * Its Redis.
   * @default - none
   */
  readonly redis?: Endpoint;
  /**
   * Its Kafka cluster.
   * @default - none
   */
  readonly kafka?: KafkaBootstrap;
}

/** Props of {@link SpringService}. */
export interface SpringServiceProps extends SpringConnections, Omit<WebServiceProps, 'probes' | 'environmentFrom'> {
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
  readonly secrets?: readonly EnvironmentSource[];
  /**
   * Options of the JVM, in the variable `JAVA_OPTS`.
   * @default ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0']
   */
  readonly javaOptions?: readonly string[];
  /**
   * Name of the service in traces.
   * @default - the construct's id and `-service`
   */
  readonly openTelemetryServiceName?: string;
}

/** What Spring Boot keeps back of the grace period, so that the JVM ends by itself before it is killed. */
const SHUTDOWN_MARGIN = Duration.seconds(5);

/**
 * The variables by which Spring Boot knows its database, Redis and Kafka.
 * https://docs.spring.io/spring-boot/3.3/appendix/application-properties/index.html
 */
export function springVariables({ database, redis, kafka }: SpringConnections): Record<string, string> {
  return {
    ...(database !== undefined && {
      SPRING_DATASOURCE_URL: `jdbc:postgresql://${hostPort(database.endpoint)}/${database.name}`,
      SPRING_DATASOURCE_USERNAME: database.username,
    }),
    ...(redis !== undefined && { SPRING_DATA_REDIS_HOST: redis.host, SPRING_DATA_REDIS_PORT: String(redis.port) }),
    ...(kafka !== undefined && { SPRING_KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrapServers }),
  };
}

/**
 * A Spring Boot service with Actuator: a {@link WebService} with Actuator's probes, a ConfigMap of its own whose variables follow
 * from what it connects to, and a graceful shutdown within the pod's grace period.
 *
 * The startup probe asks for liveness, not for `/actuator/health`: that is 503 as long as any dependency is down, and the kubelet
 * would restart a healthy service for it, for ever.
 */
export class SpringService extends PatchableConstruct {
  /** Name of the workload and of the Service: the construct's id. */
  public readonly name: string;
  /** The workload, its Service and its ServiceAccount. */
  public readonly webService: WebService;
  /** The service's own ConfigMap, named after it with `-config`. */
  public readonly config: ConfigMap;

  /** @throws InvalidPropError for props that {@link WebService} refuses, for an invalid database or variable name, and for a variable in `config` that the construct derives itself. */
  constructor(scope: Construct, id: string, props: SpringServiceProps) {
    super(scope, id);
    const {
      sharedConfig = [],
      config = {},
      secrets = [],
      javaOptions = ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0'],
      openTelemetryServiceName = `${id}-service`,
      preStop = WEB_SERVICE_DEFAULTS.preStop,
      terminationGracePeriod = WEB_SERVICE_DEFAULTS.terminationGracePeriod,
    } = props;
    checkDatabase(this, props.database);
    const derived = {
      SERVER_PORT: String(props.port),
      OTEL_SERVICE_NAME: openTelemetryServiceName,
      ...springVariables(props),
    };
    const started = {
      ...derived,
      ...shutdownVariables(this, preStop, terminationGracePeriod),
      JAVA_OPTS: javaOptions.join(' '),
    };
    checkVariables(this, 'config', config, started);
    checkVariables(this, 'environment', props.environment ?? {}, started);

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
    this.webService = new WebService(this, id, {
      ...props,
      probes: httpProbes(props.port, {
        startup: '/actuator/health/liveness',
        readiness: '/actuator/health/readiness',
        liveness: '/actuator/health/liveness',
      }),
      environmentFrom: [...sharedConfig, this.config, ...secrets],
      environment: {
        JAVA_OPTS: javaOptions.join(' '),
        ...shutdownVariables(this, preStop, terminationGracePeriod),
        ...props.environment,
      },
    });
  }
}

/** Spring Boot 3.3 drops open requests unless told otherwise. */
function shutdownVariables(scope: Construct, preStop: PreStop, gracePeriod: Duration): Record<string, string> {
  const seconds =
    wholeSeconds(scope, 'terminationGracePeriod', gracePeriod) -
    wholeSeconds(scope, 'preStop', preStop.duration) -
    SHUTDOWN_MARGIN.toSeconds();
  if (seconds < 1) {
    throw new InvalidPropError(scope, {
      prop: 'terminationGracePeriod',
      value: gracePeriod.toHumanString(),
      reason: `leaves no time for open requests after the preStop hook of ${preStop.duration.toHumanString()} and ${SHUTDOWN_MARGIN.toHumanString()} for the JVM to end.`,
      remedy: 'Lengthen it, or shorten preStop.',
    });
  }
  return { SERVER_SHUTDOWN: 'graceful', SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE: `${seconds}s` };
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

function checkVariables(
  scope: Construct,
  prop: string,
  given: Readonly<Record<string, unknown>>,
  derived: Readonly<Record<string, string>>,
): void {
  checkVariableNames(scope, prop, Object.keys(given));
  for (const variable of Object.keys(given)) {
    if (Object.hasOwn(derived, variable)) {
      throw new InvalidPropError(scope, {
        prop: `${prop}.${variable}`,
        reason: `a variable that SpringService derives from its other props as ${JSON.stringify(derived[variable])}; a value of its own would contradict them.`,
        remedy: 'Change the prop that it follows from (port, database, redis, kafka, javaOptions, ...).',
      });
    }
  }
}
