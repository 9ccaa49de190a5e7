import { Size } from 'cdk8s';
import type { KafkaExternalListener } from '../constructs/kafka-listener';
import type { StorageProps } from '../constructs/storage';
import type { TopologySpread } from '../constructs/placement';
import type { K3dCluster } from '../k3d/model';
import type { Controller } from '../policy/admission';
import { PolicyPack, type PolicyPackProps } from '../policy/pack';
import { policies, type PolicySettings } from '../policy/policies';
import type { ClusterPeers } from '../constructs/network-policies';
import { type AddressForm, catalogue, type ServiceSpec } from './catalogue';

/** Where the platform runs, and what differs from one such place to the other. */
export interface Environment {
  /** Name of the environment, and of its folder in dist. */
  readonly name: string;
  /** Namespace of the services and of Kafka. */
  readonly namespace: string;
  /** Namespace of the observability parts. */
  readonly observabilityNamespace: string;
  /** The services. */
  readonly services: readonly ServiceSpec[];
  /** Spring profile of the services, and value of `deployment.environment` in traces. */
  readonly profile: string;
  /** Tag of the services' images. */
  readonly imageTag: string;
  /** Number of pods of each service. */
  readonly replicas: number;
  /** How strictly a service's pods are spread over the nodes. */
  readonly topologySpread: TopologySpread;
  /**
   * The PostgreSQL servers outside the cluster, each named `postgres-...`. The first is that of every database that names none; its
   * passwords are stored without its name, so further ones stand after it.
   */
  readonly postgres: Servers;
  /** The Redis servers outside the cluster, each named `redis-...`; in the same order. */
  readonly redis: Servers;
  /** The Kafka cluster. */
  readonly kafka: {
    /** Number of brokers. */
    readonly replicas: number;
    /** Storage of each broker. */
    readonly storage: StorageProps;
    /**
     * How clients outside of the cluster reach the brokers, and why they may.
     * @default - they do not
     */
    readonly externalListener?: KafkaExternalListener & { readonly reason: string };
  };
  /** How the services are reached from outside. */
  readonly ingress: {
    /** Name of the IngressClass. */
    readonly className: string;
    /**
     * DNS name in the URL.
     * @default - every name
     */
    readonly host?: string;
    /**
     * Whether the URL says https: TLS ends at the ingress controller, or in front of it.
     * @default false
     */
    readonly tls?: boolean;
  };
  /**
   * The k3d cluster that it runs on.
   * @default - none: the cluster is made elsewhere
   */
  readonly cluster?: K3dCluster;
  /**
   * Whom network policies must know besides the services: DNS, API server, ingress controller.
   * @default - what k3s has, where the cluster is made here; a cluster elsewhere must say it
   */
  readonly network?: ClusterPeers;
  /**
   * Accounts of controllers besides those of Kubernetes itself, whose pods the API server judges by the template of their owner.
   * @default - Argo Rollouts, as it installs itself
   */
  readonly controllers?: readonly Controller[];
  /**
   * What its policies demand beyond their defaults. Images with its `imageTag` count as imported where its cluster is made here.
   * @default - every policy, as it is by default
   */
  readonly policies?: PolicyProps;
}

/** What the policies of an environment demand beyond their defaults. */
export interface PolicyProps
  extends Omit<PolicySettings, 'importedTags'>, Pick<PolicyPackProps, 'severities' | 'workloads' | 'given'> {}

/** A server outside the cluster. */
export interface ExternalServer {
  /** Name by which pods and people know it: of its Service, and in the names of its passwords. */
  readonly name: string;
  /** DNS name or address that pods reach it by. */
  readonly host: string;
  /** Port. */
  readonly port: number;
  /**
   * Ranges of the addresses that its name stands for, which network policies let services connect to.
   * @default - its address; of the host of a cluster that is made here, the host's
   */
  readonly ranges?: readonly string[];
}

/** Servers of a kind. The first is that of every service that names none. */
export type Servers<Server = ExternalServer> = readonly [Server, ...Server[]];

/** The image of a service. */
export function imageOf({ imageTag }: Environment, { repository }: ServiceSpec): string {
  return `${repository}:${imageTag}`;
}

/**
 * The policies of an environment, with its settings.
 *
 * @throws Error if a severity is lowered, or is that of a policy which does not exist.
 */
export function policyPackOf({ cluster, imageTag, policies: props = {} }: Environment): PolicyPack {
  const { severities, workloads, given, ...settings } = props;
  return new PolicyPack({
    policies: policies({ ...settings, importedTags: cluster === undefined ? [] : [imageTag] }),
    ...(severities && { severities }),
    ...(workloads && { workloads }),
    ...(given && { given }),
  });
}

/**
 * Where the environment is reached from outside, without a scheme: `localhost:8880`. Undefined where it answers to every name, on a
 * cluster that is made elsewhere: nobody knows then.
 */
function entranceOf({ cluster, ingress: { host, tls = false } }: Environment): string | undefined {
  const standardPort = tls ? 443 : 80;
  const port = cluster?.ports.find(({ container }) => container === standardPort)?.host;
  if (cluster === undefined || port === standardPort) {
    return host ?? (cluster && 'localhost');
  }
  return port === undefined ? undefined : `${host ?? 'localhost'}:${port}`;
}

/** Address at which an environment is reached from outside; undefined where that is not known. */
export function addressOf(environment: Environment, form: AddressForm): string | undefined {
  const entrance = entranceOf(environment);
  const scheme = { http: 'http', webSocket: 'ws' }[form] + (environment.ingress.tls === true ? 's' : '');
  return entrance && `${scheme}://${entrance}`;
}

/**
 * The build arguments of each service's image, which tell it of the environment: image to `NAME=value`, ...
 *
 * @throws Error if a service needs the environment's address, and that is not known.
 */
export function buildArgumentsOf(environment: Environment): Map<string, string[]> {
  return new Map(
    environment.services.map((service) => [
      imageOf(environment, service),
      Object.entries((service.kind === 'web' ? service.buildArguments : undefined) ?? {}).flatMap(([name, form]) => {
        const address = addressOf(environment, form);
        if (address === undefined) {
          throw new Error(
            `Environment ${environment.name}: ${service.name}'s image has the address built in at which the environment is reached, and that is not known. Give ingress.host.`,
          );
        }
        return [`${name}=${address}`];
      }),
    ]),
  );
}

/** Where services that run on the host itself, such as in an IDE, reach Kafka. */
const KAFKA_ON_HOST = { host: 'localhost', port: 9094 };

/** A k3d cluster on one's own machine; PostgreSQL and Redis run on the machine itself. */
export const local: Environment = {
  name: 'local',
  namespace: 'sportstix',
  observabilityNamespace: 'observability',
  services: catalogue,
  profile: 'k8s',
  imageTag: 'dev',
  replicas: 1,
  topologySpread: 'ScheduleAnyway',
  postgres: [{ name: 'postgres-external', host: 'host.k3d.internal', port: 5432 }],
  redis: [{ name: 'redis-external', host: 'host.k3d.internal', port: 6379 }],
  kafka: {
    replicas: 1,
    storage: { size: Size.gibibytes(1) },
    externalListener: {
      addresses: [KAFKA_ON_HOST],
      reason:
        'Services that run on the host reach Kafka by it; its port is published on 127.0.0.1, where nobody else does.',
    },
  },
  ingress: { className: 'traefik' },
  // It is reached from the machine itself alone.
  policies: { ingressTls: false },
  cluster: {
    name: 'sportstix',
    servers: 1,
    agents: 2,
    // The host's own ports 80 and 443 are often taken.
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
      // k3d publishes ports when it makes a cluster; `k3d cluster edit` adds one later.
      { address: '127.0.0.1', host: KAFKA_ON_HOST.port, container: KAFKA_ON_HOST.port },
    ],
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
    image: 'rancher/k3s:v1.35.5-k3s1',
  },
};

/** The environments that are synthesized. */
export const environments: readonly Environment[] = [local];

/**
 * An environment by its name.
 *
 * @throws Error if there is none, with the names of those that there are.
 */
export function environmentNamed(name: string, among = environments): Environment {
  const found = among.find((environment) => environment.name === name);
  if (found === undefined) {
    throw new Error(
      `there is no environment "${name}", only ${among.map((environment) => environment.name).join(', ')}.`,
    );
  }
  return found;
}
