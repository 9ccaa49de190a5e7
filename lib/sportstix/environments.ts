import { Size } from 'cdk8s';
import type { StorageProps } from '../constructs/storage';
import type { TopologySpread } from '../constructs/pod-template';
import type { K3dCluster } from '../k3d/model';
import type { Controller } from '../policy';
import { catalogue, type ServiceSpec } from './catalogue';

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
  /** The PostgreSQL server outside the cluster. */
  readonly postgres: ExternalServer;
  /** The Redis server outside the cluster. */
  readonly redis: ExternalServer;
  /** The Kafka cluster. */
  readonly kafka: { readonly replicas: number; readonly storage: StorageProps };
  /** How the services are reached from outside. */
  readonly ingress: {
    /** Name of the IngressClass. */
    readonly className: string;
    /**
     * DNS name in the URL.
     * @default - every name
     */
    readonly host?: string;
  };
  /**
   * The k3d cluster that it runs on.
   * @default - none: the cluster is made elsewhere
   */
  readonly cluster?: K3dCluster;
  /**
   * Accounts of controllers besides those of Kubernetes itself, whose pods the API server judges by the template of their owner.
   * @default - Argo Rollouts, as it installs itself
   */
  readonly controllers?: readonly Controller[];
  /** Where secret values come from: a file, made at the first synth, whose Secret manifests stay out of git. */
  readonly secrets: { readonly kind: 'file' };
}

/** A server outside the cluster. */
export interface ExternalServer {
  /** DNS name or address that pods reach it by. */
  readonly host: string;
  /** Port. */
  readonly port: number;
}

/** The image of a service. */
export function imageOf({ imageTag }: Environment, { repository }: ServiceSpec): string {
  return `${repository}:${imageTag}`;
}

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
  postgres: { host: 'host.k3d.internal', port: 5432 },
  redis: { host: 'host.k3d.internal', port: 6379 },
  kafka: { replicas: 1, storage: { size: Size.gibibytes(1) } },
  ingress: { className: 'traefik' },
  cluster: {
    name: 'sportstix',
    servers: 1,
    agents: 2,
    // The host's own ports 80 and 443 are often taken.
    ports: [
      { host: 8880, container: 80 },
      { host: 8443, container: 443 },
    ],
    subnet: '172.21.0.0/16',
    podCidr: '10.42.0.0/16',
    serviceCidr: '10.43.0.0/16',
    image: 'rancher/k3s:v1.31.5-k3s1',
  },
  secrets: { kind: 'file' },
};

/** The environments that are synthesized. */
export const environments: readonly Environment[] = [local];
