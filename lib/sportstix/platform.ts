import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { InvalidPropError } from '../constructs/invalid-prop';
import { ConfigMap, type EnvironmentSource } from '../constructs/config-map';
import { type Endpoint, hostPort } from '../constructs/endpoint';
import { ExternalHostService } from '../constructs/external-host-service';
import { Ingress } from '../constructs/ingress';
import { KafkaKraft } from '../constructs/kafka-kraft';
import { Namespace } from '../constructs/namespace';
import { Secret } from '../constructs/secret';
import { SpringService, springVariables } from '../constructs/spring-service';
import { WebService } from '../constructs/web-service';
import { Grafana } from '../observability/grafana';
import { LogCollector } from '../observability/log-collector';
import { Loki } from '../observability/loki';
import { OpenTelemetryCollector } from '../observability/open-telemetry-collector';
import { Tempo } from '../observability/tempo';
import { acknowledge } from '../policy/exceptions';
import type { ServiceSpec, SpringServiceSpec } from './catalogue';
import { addressOf, type Environment, imageOf } from './environments';
import { EXTERNAL_HOSTS } from './host';
import type { SecretValues } from './secrets';

/** The label that every object of the platform carries. */
export const PART_OF = { 'app.kubernetes.io/part-of': 'sportstix' };

const ASKS_FOR_PODS = 'It asks the API server which pod a trace or log line comes from.';
const ONLY_ROOT_READS_LOGS = 'The log files of containers belong to root, and only root may read them.';

/** Folder of the OpenTelemetry agent in the images of the Spring services. */
const JAVA_AGENT = '/app/opentelemetry-javaagent.jar';

/** Paths whose requests make no traces: they come from probes and scrapers. */
const UNTRACED_PATHS = [
  '/actuator/health',
  '/actuator/health/readiness',
  '/actuator/health/liveness',
  '/actuator/prometheus',
  '/actuator/info',
];

/** Props of {@link Platform}. */
export interface PlatformProps {
  /** Where the platform runs. */
  readonly environment: Environment;
  /** Values of the environment's Secrets. */
  readonly secrets: SecretValues;
}

/**
 * The platform in one environment: a chart, and so a file, for each service and each concern, named after what it holds.
 */
export class Platform extends Construct {
  /** @throws InvalidPropError from the construct that is asked for something that cannot work. */
  constructor(scope: Construct, id: string, { environment, secrets }: PlatformProps) {
    super(scope, id);
    const labels = PART_OF;
    const chart = (name: string): Chart =>
      new Chart(this, name, { labels, namespace: environment.namespace, disableResourceNameHashes: true });

    // `kubectl apply -f FOLDER` goes by file name, and digits come before letters. A namespace is in no namespace.
    const namespaces = new Chart(this, '00-namespaces', { labels });
    new Namespace(namespaces, environment.namespace);
    // The log collector reads the nodes' files as root; every other pod there keeps to the restricted standard all the same.
    new Namespace(namespaces, environment.observabilityNamespace, { podSecurity: 'privileged' });

    const externalHosts = chart('external-hosts');
    const postgres = new ExternalHostService(externalHosts, EXTERNAL_HOSTS.postgres, {
      component: 'database',
      host: environment.postgres.host,
      ports: [{ name: 'postgresql', port: environment.postgres.port }],
    }).endpoint();
    const redis = new ExternalHostService(externalHosts, EXTERNAL_HOSTS.redis, {
      component: 'cache',
      host: environment.redis.host,
      ports: [{ name: 'redis', port: environment.redis.port }],
    }).endpoint();
    const kafka = new KafkaKraft(chart('kafka'), 'kafka', { component: 'broker', ...environment.kafka });

    const observability = (name: string): Chart =>
      new Chart(this, name, { labels, namespace: environment.observabilityNamespace, disableResourceNameHashes: true });
    const tempo = new Tempo(observability('tempo'), 'tempo', { component: 'trace-store' });
    const loki = new Loki(observability('loki'), 'loki', { component: 'log-store' });
    const collector = new OpenTelemetryCollector(observability('otel-collector'), 'otel-collector', {
      component: 'collector',
      traces: tempo.otlpGrpc,
    });
    acknowledge(collector, 'service-account-token', ASKS_FOR_PODS);
    const logCollector = new LogCollector(observability('log-collector'), 'log-collector', {
      component: 'collector',
      loki: loki.http,
      namespaces: [environment.namespace],
    });
    acknowledge(logCollector, 'service-account-token', ASKS_FOR_PODS);
    acknowledge(
      logCollector,
      'host-path',
      "It reads the log files of the node's containers, and remembers on the node how far it has read.",
    );
    acknowledge(logCollector, 'run-as-non-root', ONLY_ROOT_READS_LOGS);
    acknowledge(logCollector, 'run-as-user', ONLY_ROOT_READS_LOGS);
    new Grafana(observability('grafana'), 'grafana', { component: 'dashboard', tempo: tempo.http, loki: loki.http });

    const commonConfig = new ConfigMap(chart('common-config'), 'sportstix-common', {
      component: 'configuration',
      data: commonVariables(kafka, redis, collector.otlpGrpc, environment),
    });
    const secretsOf = secretsByService(chart('secrets'), environment.services, secrets);

    const routes = environment.services.map((service) => {
      const common = {
        component: service.kind === 'web' ? 'frontend' : 'backend',
        image: imageOf(environment, service),
        port: service.port,
        resources: service.resources,
        replicas: environment.replicas,
        topologySpread: environment.topologySpread,
        podLabels: { 'sportstix.io/tier': service.kind === 'web' ? 'frontend' : 'backend' },
        ...(service.canary !== undefined && { canary: service.canary }),
      };
      const scopeOfService = chart(service.name);
      const { name, portName } =
        service.kind === 'web'
          ? new WebService(scopeOfService, service.name, {
              ...common,
              user: service.user,
              environment: service.environment,
              writablePaths: service.writablePaths,
            })
          : new SpringService(scopeOfService, service.name, {
              ...common,
              sharedConfig: [commonConfig],
              ...(service.database !== undefined && {
                database: { ...service.database, endpoint: postgres },
              }),
              ...(service.redis && { redis }),
              ...(service.kafka && { kafka }),
              config: originVariables(scopeOfService, environment, service),
              secrets: secretsOf(service),
              javaOptions: ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0', `-javaagent:${JAVA_AGENT}`],
            }).webService;
      return service.routes.map(({ path, exact = false }) => ({ path, exact, service: { name, portName } }));
    });
    new Ingress(chart('ingress'), 'sportstix', {
      component: 'ingress',
      ingressClassName: environment.ingress.className,
      ...(environment.ingress.host !== undefined && { host: environment.ingress.host }),
      ...describeEntrance(environment),
      routes: routes.flat(),
    });
  }
}

/** Where the environment is reached, for whoever reads the Ingress. */
function describeEntrance(environment: Environment): { readonly description?: string } {
  const address = addressOf(environment, 'http');
  return address === undefined ? {} : { description: `Reached at ${address}` };
}

/** The origins that a service accepts WebSockets from: a browser's is where the environment is reached, and no other. */
function originVariables(
  scope: Construct,
  environment: Environment,
  { allowedOrigins }: SpringServiceSpec,
): Record<string, string> {
  if (allowedOrigins === undefined) {
    return {};
  }
  const address = addressOf(environment, 'http');
  if (address === undefined) {
    throw new InvalidPropError(scope, {
      prop: 'environment.ingress.host',
      reason: `missing, and so the value of ${allowedOrigins}: the service would refuse every browser's WebSocket.`,
      remedy: 'Give the DNS name by which the environment is reached.',
    });
  }
  return { [allowedOrigins]: address };
}

/** What every Spring service is told. */
function commonVariables(
  kafka: KafkaKraft,
  redis: Endpoint,
  traces: Endpoint,
  { profile }: Environment,
): Record<string, string> {
  return {
    SPRING_PROFILES_ACTIVE: profile,
    ...springVariables({ kafka, redis }),
    SPRING_JPA_OPEN_IN_VIEW: 'false',
    SPRING_JPA_HIBERNATE_DDL_AUTO: 'validate',
    MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,info,prometheus',
    MANAGEMENT_ENDPOINT_HEALTH_SHOW_DETAILS: 'when_authorized',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${hostPort(traces)}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=${profile}`,
    OTEL_JAVAAGENT_EXCLUDE_URLS: UNTRACED_PATHS.join(','),
  };
}

/** Makes the Secrets, and says which of them a service reads, in which order. */
function secretsByService(
  chart: Chart,
  services: readonly ServiceSpec[],
  { passwords, jwt }: SecretValues,
): (service: SpringServiceSpec) => EnvironmentSource[] {
  const spring = services.filter((service) => service.kind === 'spring');
  const databaseSecrets = new Map<SpringServiceSpec, EnvironmentSource>();
  for (const service of spring) {
    if (service.database !== undefined) {
      const { username, owner } = service.database;
      const data = {
        SPRING_DATASOURCE_PASSWORD: passwordOf(chart, passwords, username),
        // Flyway migrates as the database's owner: the service's own user may not change tables.
        SPRING_FLYWAY_USER: owner,
        SPRING_FLYWAY_PASSWORD: passwordOf(chart, passwords, owner),
      };
      const id = `${service.name}-db-secret`;
      databaseSecrets.set(service, new Secret(chart, id, { name: service.name, component: 'database', data }));
    }
  }
  const redisSecret = spring.some(({ redis }) => redis)
    ? new Secret(chart, 'redis-secret', {
        component: 'cache',
        data: { SPRING_DATA_REDIS_PASSWORD: passwords.redis },
      })
    : undefined;
  const jwtSecret = spring.some((service) => service.jwt)
    ? new Secret(chart, 'jwt-secret', {
        component: 'authentication',
        data: { JWT_PRIVATE_KEY: jwt.privateKey, JWT_PUBLIC_KEY: jwt.publicKey, JWT_KID: jwt.keyId },
      })
    : undefined;
  return (service) =>
    [databaseSecrets.get(service), service.redis ? redisSecret : undefined, service.jwt ? jwtSecret : undefined].filter(
      (source) => source !== undefined,
    );
}

function passwordOf(scope: Construct, { databases }: SecretValues['passwords'], user: string): string {
  const password = databases.get(user);
  if (password === undefined) {
    throw new InvalidPropError(scope, {
      prop: 'secrets.passwords.databases',
      reason: `no password of ${user}, who could then not log in.`,
      remedy: 'Give one for each user and each owner of a database.',
    });
  }
  return password;
}
