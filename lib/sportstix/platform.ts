import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { InvalidPropError } from '../constructs/invalid-prop';
import { ConfigMap, type EnvironmentSource } from '../constructs/config-map';
import type { Endpoint } from '../constructs/endpoint';
import { ExternalHostService } from '../constructs/external-host-service';
import { Ingress } from '../constructs/ingress';
import { type KafkaExternalListener, KafkaKraft } from '../constructs/kafka-kraft';
import { NetworkPolicies } from '../constructs/network-policies';
import { Namespace } from '../constructs/namespace';
import { Secret } from '../constructs/secret';
import { type SpringConnections, SpringService, springVariables, untracedPaths } from '../constructs/spring-service';
import { WebService } from '../constructs/web-service';
import { Grafana } from '../observability/grafana';
import { LogCollector } from '../observability/log-collector';
import { Loki } from '../observability/loki';
import { OpenTelemetryCollector } from '../observability/open-telemetry-collector';
import { Tempo } from '../observability/tempo';
import type { K3dCluster } from '../k3d/model';
import { manifestOf } from '../synth/manifests';
import { acknowledge } from '../policy/exceptions';
import type { SpringServiceSpec } from './catalogue';
import { addressOf, type Environment, type ExternalServer, imageOf } from './environments';
import { clusterPeersOf, rangesOf } from './network';
import type { SecretValues } from './secrets';
import { checkServers, databasesOf, databaseServer, fromEach, isSpring, redisServer } from './servers';

/** The label that every object of the platform carries. */
export const PART_OF = { 'app.kubernetes.io/part-of': 'sportstix' };

const ASKS_FOR_PODS = 'It asks the API server which pod a trace or log line comes from.';
const ONLY_ROOT_READS_LOGS = 'The log files of containers belong to root, and only root may read them.';

/** Where a port is published for the machine alone. */
const LOOPBACK = '127.0.0.1';

/** Folder of the OpenTelemetry agent in the images of the Spring services. */
const JAVA_AGENT = '/app/opentelemetry-javaagent.jar';

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
  /** The servers outside of the cluster, as services reach them: name to endpoint. */
  public readonly externalEndpoints: ReadonlyMap<string, Endpoint>;

  /**
   * @throws InvalidPropError from the construct that is asked for something that cannot work, and Error if servers of the environment
   * cannot be told apart or a service names one that is not there.
   */
  constructor(scope: Construct, id: string, { environment, secrets }: PlatformProps) {
    super(scope, id);
    checkServers(environment);
    const labels = PART_OF;
    const chart = (name: string): Chart =>
      new Chart(this, name, { labels, namespace: environment.namespace, disableResourceNameHashes: true });

    // `kubectl apply -f FOLDER` goes by file name, and digits come before letters. A namespace is in no namespace.
    const namespaces = new Chart(this, '00-namespaces', { labels });
    new Namespace(namespaces, environment.namespace);
    // The log collector reads the nodes' files as root; every other pod there keeps to the restricted standard all the same.
    new Namespace(namespaces, environment.observabilityNamespace, { podSecurity: 'privileged' });

    const externalHosts = chart('external-hosts');
    const postgres = fromEach(environment.postgres, (server) =>
      externalHost(externalHosts, environment, server, 'database', 'postgresql'),
    );
    const redis = fromEach(environment.redis, (server) =>
      externalHost(externalHosts, environment, server, 'cache', 'redis'),
    );
    this.externalEndpoints = new Map([...postgres, ...redis].map((host) => [host.name, host.endpoint()]));
    const kafka = new KafkaKraft(chart('kafka'), 'kafka', { component: 'broker', ...environment.kafka });
    if (environment.kafka.externalListener !== undefined) {
      checkPublished(kafka, environment.kafka.externalListener, environment.cluster);
      acknowledge(kafka, 'service-exposed', environment.kafka.externalListener.reason);
    }

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
    // Nobody is let in to it: `kubectl port-forward` comes from the node.
    new Grafana(observability('grafana'), 'grafana', { component: 'dashboard', tempo: tempo.http, loki: loki.http });

    const commonConfig = new ConfigMap(chart('common-config'), 'sportstix-common', {
      component: 'configuration',
      data: commonVariables(environment, { kafka, redis: redis[0].endpoint(), traces: collector.otlpGrpc }),
    });
    const secretsOf = secretsByService(chart('secrets'), environment, secrets);

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
      const backend =
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
                database: { ...service.database, endpoint: databaseServer(environment, service, postgres).endpoint() },
              }),
              // Another server than the common one stands in the service's own ConfigMap, which is read after the common.
              ...(service.redis !== false && { redis: redisServer(environment, service, redis).endpoint() }),
              ...(service.kafka && { kafka }),
              ...(service.kafkaAdmin === true && { connectsTo: [kafka.endpoint] }),
              traces: collector.otlpGrpc,
              config: originVariables(scopeOfService, environment, service),
              secrets: secretsOf(service),
              javaOptions: ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0', `-javaagent:${JAVA_AGENT}`],
            }).webService;
      return service.routes.map(({ path, exact = false }) => ({ path, exact, service: backend }));
    });
    new Ingress(chart('ingress'), 'sportstix', {
      component: 'ingress',
      ingressClassName: environment.ingress.className,
      ...(environment.ingress.host !== undefined && { host: environment.ingress.host }),
      ...describeEntrance(environment),
      routes: routes.flat(),
    });
    new NetworkPolicies(namespaces, 'network-policies', {
      appliesTo: this,
      component: 'network-policy',
      manifestOf,
      ...clusterPeersOf(environment),
    });
  }
}

/** A server outside of the cluster. */
function externalHost(
  scope: Construct,
  environment: Environment,
  server: ExternalServer,
  component: string,
  portName: string,
): ExternalHostService {
  const { name, host, port } = server;
  const ranges = rangesOf(environment, server);
  return new ExternalHostService(scope, name, {
    component,
    host,
    ports: [{ name: portName, port }],
    ...(ranges !== undefined && { ranges }),
  });
}

/** Checks that what clients on the host connect to leads into a cluster that is made here, and, without a password, that nobody else gets there. */
function checkPublished(
  scope: Construct,
  { addresses, security }: KafkaExternalListener,
  cluster: K3dCluster | undefined,
): void {
  for (const [index, { port }] of addresses.entries()) {
    const published = cluster?.ports.find(({ host, container }) => host === port && container === port);
    if (
      cluster !== undefined &&
      (published === undefined || (security === undefined && published.address !== LOOPBACK))
    ) {
      throw new InvalidPropError(scope, {
        prop: `environment.kafka.externalListener.addresses[${index}].port`,
        value: port,
        reason: `${published === undefined ? 'not published by the cluster, and no client would get there' : 'published for everybody on the network, who could read and write every topic'}.`,
        remedy: `Add { address: '${LOOPBACK}', host: ${port}, container: ${port} } to the ports of the cluster.`,
      });
    }
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

/** What every Spring service is told: of servers those that one of them at least connects to. */
function commonVariables(
  { profile, services }: Environment,
  { kafka, redis, traces }: Required<Omit<SpringConnections, 'database'>>,
): Record<string, string> {
  const spring = services.filter(isSpring);
  return {
    SPRING_PROFILES_ACTIVE: profile,
    ...springVariables({
      traces,
      ...(spring.some((service) => service.kafka || service.kafkaAdmin === true) && { kafka }),
      ...(spring.some((service) => service.redis !== false) && { redis }),
    }),
    SPRING_JPA_OPEN_IN_VIEW: 'false',
    SPRING_JPA_HIBERNATE_DDL_AUTO: 'validate',
    MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,info,prometheus',
    MANAGEMENT_ENDPOINT_HEALTH_SHOW_DETAILS: 'when_authorized',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=${profile}`,
    OTEL_JAVAAGENT_EXCLUDE_URLS: untracedPaths({}),
  };
}

/** Makes the Secrets, and says which of them a service reads, in which order. */
function secretsByService(
  chart: Chart,
  environment: Environment,
  { passwords, jwt }: SecretValues,
): (service: SpringServiceSpec) => EnvironmentSource[] {
  const spring = environment.services.filter(isSpring);
  const databaseSecrets = new Map<string, EnvironmentSource>();
  for (const { service, server, database } of databasesOf(environment)) {
    const data = {
      SPRING_DATASOURCE_PASSWORD: passwordOf(chart, passwords, server.name, database.username),
      // Flyway migrates as the database's owner: the service's own user may not change tables.
      SPRING_FLYWAY_USER: database.owner,
      SPRING_FLYWAY_PASSWORD: passwordOf(chart, passwords, server.name, database.owner),
    };
    databaseSecrets.set(
      service,
      new Secret(chart, `${service}-db-secret`, { name: service, component: 'database', data }),
    );
  }
  const redisOf = (service: SpringServiceSpec): string | undefined =>
    service.redis === false ? undefined : redisServer(environment, service, environment.redis).name;
  const redisInUse = new Set(spring.map(redisOf));
  const redisSecrets = new Map<string | undefined, EnvironmentSource>();
  for (const [index, { name }] of environment.redis.entries()) {
    if (redisInUse.has(name)) {
      const data = { SPRING_DATA_REDIS_PASSWORD: passwordOf(chart, passwords, name) };
      const id = index === 0 ? 'redis-secret' : `${name}-secret`;
      redisSecrets.set(name, new Secret(chart, id, { component: 'cache', data }));
    }
  }
  const jwtSecret = spring.some((service) => service.jwt)
    ? new Secret(chart, 'jwt-secret', {
        component: 'authentication',
        data: { JWT_PRIVATE_KEY: jwt.privateKey, JWT_PUBLIC_KEY: jwt.publicKey, JWT_KID: jwt.keyId },
      })
    : undefined;
  return (service) =>
    [databaseSecrets.get(service.name), redisSecrets.get(redisOf(service)), service.jwt ? jwtSecret : undefined].filter(
      (source) => source !== undefined,
    );
}

/** The password of a server, or of a user of it. */
function passwordOf(scope: Construct, passwords: SecretValues['passwords'], server: string, user?: string): string {
  const password = user === undefined ? passwords.redis.get(server) : passwords.databases.get(server)?.get(user);
  if (password === undefined) {
    const whose =
      user === undefined
        ? `${server}'s, and no service could then log in`
        : `of ${user} on ${server}, who could then not log in`;
    throw new InvalidPropError(scope, {
      prop: `secrets.passwords.${user === undefined ? 'redis' : 'databases'}`,
      reason: `no password ${whose}.`,
      remedy: 'Give one for each Redis, and for each user and each owner of a database.',
    });
  }
  return password;
}
