import { Chart } from 'cdk8s';
import { Construct } from 'constructs';
import { ConfigMap } from '../constructs/config-map';
import type { Endpoint } from '../constructs/endpoint';
import { NetworkPolicies } from '../constructs/network-policies';
import { Namespace } from '../constructs/namespace';
import { type SpringConnections, SpringService, springVariables, untracedPaths } from '../constructs/spring-service';
import { WebService } from '../constructs/web-service';
import { manifestOf } from '../synth/manifests';
import { addEntrance, originVariables } from './entrance';
import type { Environment } from './environment';
import { addServers } from './external-servers';
import { imagesOf } from './images';
import { addKafka } from './kafka';
import { addMetrics } from './metrics';
import { clusterPeersOf } from './network';
import { addObservability } from './observability';
import { podsOf } from './scaling';
import { addSecretReloader } from './secret-reloader';
import type { SecretValues } from './secrets';
import { checkServers, connectsToKafka, databaseServer, isSpring, redisServer } from './servers';
import { addServiceSecrets } from './service-secrets';
import { addSyncWaves } from './sync-waves';

/** The label that every object of the platform carries. */
export const PART_OF = { 'app.kubernetes.io/part-of': 'sportstix' };

/** Folder of the OpenTelemetry agent in the images of the Spring services. */
const JAVA_AGENT = '/app/opentelemetry-javaagent.jar';

/** Props of {@link Platform}. */
export interface PlatformProps {
  /** Where the platform runs. */
  readonly environment: Environment;
  /**
   * Values of the environment's Secrets.
   * @default - none: they stand in a store outside of the cluster
   */
  readonly secrets?: SecretValues | undefined;
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
    const chartIn =
      (namespace: string) =>
      (name: string): Chart =>
        new Chart(this, name, { labels, namespace, disableResourceNameHashes: true });
    const chart = chartIn(environment.namespace);

    // `kubectl apply -f FOLDER` goes by file name, and digits come before letters. A namespace is in no namespace.
    const namespaces = new Chart(this, '00-namespaces', { labels });
    new Namespace(namespaces, environment.namespace);
    // The log collector reads the nodes' files as root; every other pod there keeps to the restricted standard all the same.
    new Namespace(namespaces, environment.observabilityNamespace, { podSecurity: 'privileged' });

    const serviceSecrets = addServiceSecrets(chart, environment, secrets);
    const { postgres, redis } = addServers(this, chart, environment, serviceSecrets.trust);
    this.externalEndpoints = new Map([...postgres, ...redis].map(({ name, endpoint }) => [name, endpoint]));
    const kafkaFor = addKafka(chart, environment);
    const traces = addObservability(chartIn(environment.observabilityNamespace), environment);

    const [ofKafka] = environment.services.filter(connectsToKafka);
    const commonConfig = new ConfigMap(chart('common-config'), 'sportstix-common', {
      component: 'configuration',
      data: commonVariables(environment, {
        // How a service logs in is its own affair; where, and by what, is not.
        ...(ofKafka !== undefined && { kafka: kafkaFor(ofKafka) }),
        redis: redis[0].endpoint,
        traces,
      }),
    });
    const imageOf = imagesOf(environment);
    const podsOfService = podsOf(this, environment);

    const services = environment.services.map((spec) => {
      const common = {
        component: spec.kind === 'web' ? 'frontend' : 'backend',
        image: imageOf(spec),
        port: spec.port,
        resources: spec.resources,
        topologySpread: environment.topologySpread,
        podLabels: { 'sportstix.io/tier': spec.kind === 'web' ? 'frontend' : 'backend' },
        ...podsOfService(spec),
      };
      const scopeOfService = chart(spec.name);
      const service =
        spec.kind === 'web'
          ? new WebService(scopeOfService, spec.name, {
              ...common,
              user: spec.user,
              environment: spec.environment,
              writablePaths: spec.writablePaths,
            })
          : new SpringService(scopeOfService, spec.name, {
              ...common,
              sharedConfig: [commonConfig],
              ...(spec.database !== undefined && {
                database: { ...spec.database, endpoint: databaseServer(environment, spec, postgres).endpoint },
              }),
              // Another server than the common one stands in the service's own ConfigMap, which is read after the common.
              ...(spec.redis !== false && { redis: redisServer(environment, spec, redis).endpoint }),
              ...(connectsToKafka(spec) && { kafka: kafkaFor(spec) }),
              // An admin client has no listeners to stop.
              ...(!spec.kafka && { shutdownPhases: 1 }),
              traces,
              config: originVariables(scopeOfService, environment, spec),
              secrets: serviceSecrets.of(spec),
              javaOptions: ['-XX:+UseG1GC', '-XX:MaxRAMPercentage=75.0', `-javaagent:${JAVA_AGENT}`],
            }).webService;
      return { spec, service };
    });
    addEntrance(chart, environment, services);
    addMetrics(this, chart, chartIn(environment.observabilityNamespace), environment);
    new NetworkPolicies(namespaces, 'network-policies', {
      appliesTo: this,
      component: 'network-policy',
      manifestOf,
      ...clusterPeersOf(environment),
    });
    if (environment.secretReloader !== undefined) {
      addSecretReloader(this);
    }
    if (environment.syncWaves !== undefined) {
      addSyncWaves(this);
    }
  }
}

/** What every Spring service is told: of servers those that one of them at least connects to. */
function commonVariables(
  { profile, services }: Environment,
  { redis, ...connections }: Pick<SpringConnections, 'kafka' | 'redis' | 'traces'>,
): Record<string, string> {
  const spring = services.filter(isSpring);
  return {
    SPRING_PROFILES_ACTIVE: profile,
    ...springVariables({
      ...connections,
      ...(redis !== undefined && spring.some((service) => service.redis !== false) && { redis }),
    }),
    SPRING_JPA_OPEN_IN_VIEW: 'false',
    SPRING_JPA_HIBERNATE_DDL_AUTO: 'validate',
    MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE: 'health,info,prometheus',
    MANAGEMENT_ENDPOINT_HEALTH_SHOW_DETAILS: 'when_authorized',
    // By them the latency of all pods of a service is known; and a bucket of each remembers a trace.
    MANAGEMENT_METRICS_DISTRIBUTION_PERCENTILESHISTOGRAM_HTTP_SERVER_REQUESTS: 'true',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'parentbased_always_on',
    OTEL_RESOURCE_ATTRIBUTES: `deployment.environment=${profile}`,
    OTEL_JAVAAGENT_EXCLUDE_URLS: untracedPaths({}),
  };
}
