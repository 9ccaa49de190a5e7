import type { Duration } from 'cdk8s';
import type { CanaryStep } from '../constructs/canary';
import type { Endpoint, PodPeer } from '../constructs/endpoint';
import type { SecretStore } from '../constructs/external-secret';
import type { CertificateIssuer } from '../constructs/gateway';
import type { AutoscalingProps } from '../constructs/horizontal-pod-autoscaler';
import type { KafkaExternalListener } from '../constructs/kafka-listener';
import type { ClusterPeers } from '../constructs/network-policies';
import type { TopologySpread } from '../constructs/placement';
import type { StorageProps } from '../constructs/storage';
import type { StrimziNodePoolProps } from '../constructs/strimzi-kafka';
import type { K3dCluster } from '../k3d/model';
import type { AlertChannel } from '../observability/alert-routing';
import type { Kubelets } from '../observability/prometheus';
import type { Controller } from '../policy/admission';
import type { PolicyPackProps } from '../policy/pack';
import type { PolicySettings } from '../policy/policies';
import type { ServiceSpec } from './catalogue';
import type { Topic } from './topics';

/** Where the platform runs, and what differs from one such place to the other. */
export interface Environment {
  /** Name of the environment, and of its folder in dist. */
  readonly name: string;
  /** Namespace of the services and of Kafka. No other environment of the same cluster has it. */
  readonly namespace: string;
  /** Namespace of the observability parts. No other environment of the same cluster has it. */
  readonly observabilityNamespace: string;
  /** The services. */
  readonly services: readonly ServiceSpec[];
  /** Spring profile of the services, and value of `deployment.environment` in traces. */
  readonly profile: string;
  /** The services' images. */
  readonly images: Images;
  /** Number of pods of each service. */
  readonly scaling: Scaling;
  /** How strictly a service's pods are spread over the nodes, or over nodes and zones. */
  readonly topologySpread: TopologySpread;
  /**
   * Steps of the canaries, by service.
   * @default - those of the catalogue
   */
  readonly canaries?: Readonly<Record<string, readonly CanaryStep[]>>;
  /**
   * The PostgreSQL servers outside the cluster, each named `postgres-...`. The first is that of every database that names none; its
   * passwords are stored without its name, so further ones stand after it.
   */
  readonly postgres: Servers;
  /** The Redis servers outside the cluster, each named `redis-...`; in the same order. */
  readonly redis: Servers;
  /** The Kafka cluster. */
  readonly kafka: Kafka;
  /**
   * Topics that are made before the services start, and who uses them.
   * @default - none: the services make their topics themselves, with one replica
   */
  readonly topics?: readonly Topic[];
  /** Where the values of Secrets come from. */
  readonly secrets: Secrets;
  /**
   * Who restarts pods when a Secret changes that they read: Stakater's Reloader, which must be installed in the cluster, and for Rollouts with
   * `reloader.isArgoRollouts`. https://github.com/stakater/Reloader
   * @default - nobody: pods read a changed Secret when they are restarted next
   */
  readonly secretReloader?: 'stakater';
  /**
   * Who applies the manifests in waves, each after the one before is healthy: Argo CD.
   * https://argo-cd.readthedocs.io/en/stable/user-guide/sync-waves/
   * @default - nobody: `kubectl apply` goes by file name, and waits for nothing
   */
  readonly syncWaves?: 'argocd';
  /** How the services are reached from outside. */
  readonly entrance: Entrance;
  /**
   * What is kept of traces, logs and metrics.
   * @default - what Tempo, Loki and Prometheus have: 72 hours, on 10Gi each
   */
  readonly observability?: {
    /** How long they are kept: whole hours, at least a day. */
    readonly retention: Duration;
    /** Storage of the traces, and as much of the logs and of the metrics. */
    readonly storage: StorageProps;
  };
  /** Who keeps metrics. */
  readonly metrics: Metrics;
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
   * What its policies demand beyond their defaults. Images with its tag count as imported where its cluster is made here.
   * @default - every policy, as it is by default
   */
  readonly policies?: PolicyProps;
}

/** The images of the services: one tag for all, or for each a version and a digest from a file. */
export type Images = TaggedImages | PinnedImages;

/** Images of one tag. */
export interface TaggedImages {
  readonly kind: 'tag';
  /** Tag of every image. */
  readonly tag: string;
}

/** Images that were tested: each by its version and digest. */
export interface PinnedImages {
  readonly kind: 'pinned';
  /** Registry of the images: its host, and a port where it has one. */
  readonly registry: string;
  /** File, from the project's folder, with a line `SERVICE: VERSION@sha256:DIGEST` for each service. `npm run -s set-image` changes one. */
  readonly file: string;
}

/** How many pods a service has. */
export type Scaling = FixedScaling | Autoscaling;

/** As many pods of each service. */
export interface FixedScaling {
  readonly kind: 'fixed';
  /** Number of pods of each service. */
  readonly replicas: number;
}

/** As many pods as there is work for. */
export interface Autoscaling {
  readonly kind: 'autoscaling';
  /** Of a service that has no numbers of its own. */
  readonly usual: AutoscalingProps;
  /** Of services that differ, by name. */
  readonly services: Readonly<Record<string, AutoscalingProps>>;
}

/** The Kafka cluster: brokers of this project's own making, or those that Strimzi's operator runs. */
export type Kafka = KraftKafka | StrimziCluster;

/** Kafka as a StatefulSet of its own. */
export interface KraftKafka {
  readonly kind: 'kraft';
  /** Number of brokers. */
  readonly replicas: number;
  /** Storage of each broker. */
  readonly storage: StorageProps;
  /**
   * How clients outside of the cluster reach the brokers, and why they may.
   * @default - they do not
   */
  readonly externalListener?: KafkaExternalListener & { readonly reason: string };
}

/** Kafka by Strimzi. Every service that connects is a user with no more rights than follow from the topics. */
export interface StrimziCluster {
  readonly kind: 'strimzi';
  /** Version of Kafka, one that the operator supports. */
  readonly version: string;
  readonly brokers: StrimziNodePoolProps;
  readonly controllers: StrimziNodePoolProps;
}

/** Where the values of Secrets come from. */
export type Secrets =
  | {
      /** `.secrets/ENVIRONMENT.yml` on the machine that synthesizes, where what is missing is generated. */
      readonly kind: 'file';
    }
  | ExternalSecrets;

/** A store outside of the cluster, which External Secrets Operator reads: no value passes through a synth. */
export interface ExternalSecrets {
  readonly kind: 'external';
  readonly store: SecretStore;
  /**
   * What the names of the store's entries begin with: they are `FOLDER/SERVICE-db-credentials` (properties `user-password`, `owner-password`),
   * `FOLDER/redis` (`password`), `FOLDER/jwt-secret` (`private-key`, `public-key`, `kid`) and `FOLDER/ca` (`ca.crt`).
   */
  readonly folder: string;
  /** How often the operator looks whether the store has changed. */
  readonly refreshInterval: Duration;
}

/** How the services are reached from outside. */
export type Entrance = IngressEntrance | GatewayEntrance;

/** An Ingress: everything at one host. */
export interface IngressEntrance {
  readonly kind: 'ingress';
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
  /**
   * DNS name in the URL of Grafana, where that is to be reached from outside.
   * @default - none: whoever may asks the cluster for a way (`kubectl port-forward`)
   */
  readonly grafanaHost?: string;
}

/** A Gateway of Gateway API, over HTTPS: what runs in a browser comes from one host, and calls the other. */
export interface GatewayEntrance {
  readonly kind: 'gateway';
  /** Name of the GatewayClass. */
  readonly className: string;
  readonly hosts: {
    /** DNS name at which the services that are not Spring answer. */
    readonly frontend: string;
    /** DNS name at which the Spring services answer. */
    readonly api: string;
  };
  /**
   * What brings clients back to their pod, of services that keep sessions: a cookie of Traefik, whose Kubernetes CRD provider must be on.
   * @default - nothing: a client may come to any pod
   */
  readonly stickySessions?: 'traefik';
  readonly certificate: {
    /** Name of the Secret with the certificate for both hosts. */
    readonly secretName: string;
    /** Who signs it. */
    readonly issuer: CertificateIssuer;
  };
}

/** Who keeps metrics: a Prometheus of the platform's own, or one that the cluster has by Prometheus operator. */
export type Metrics = OwnPrometheus | OperatedPrometheus;

/** A Prometheus of the platform's own, with kube-state-metrics. */
export interface OwnPrometheus {
  readonly kind: 'prometheus';
  /**
   * The nodes' kubelets.
   * @default - on the nodes of the cluster that is made here; a cluster elsewhere must say it
   */
  readonly kubelets?: Kubelets;
  /**
   * Who is told of alerts, by an Alertmanager of the platform's own.
   * @default - nobody: Grafana shows them
   */
  readonly alerts?: Alerts;
}

/**
 * The cluster's Prometheus, which Prometheus operator runs, and which scrapes kube-state-metrics and the kubelets, as that of kube-prometheus-stack.
 * https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack
 */
export interface OperatedPrometheus {
  readonly kind: 'prometheus-operator';
  /** Labels by which it chooses monitors, rules and receivers. */
  readonly labels: Readonly<Record<string, string>>;
  /** Where it is asked, and the pods that scrape. */
  readonly server: Endpoint & { readonly peer: PodPeer };
  /**
   * Who is told of alerts, by the cluster's Alertmanager.
   * @default - nobody but those whom the cluster's own configuration tells
   */
  readonly alerts?: Alerts;
}

/** Who is told of alerts: at a URL which the store of secrets has in its entry `FOLDER/alerts`, as property `url`. */
export type Alerts = Pick<AlertChannel, 'kind' | 'server'>;

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
  /**
   * Whether clients speak TLS to it, by its own name, and trust certificates of the CA in the store of secrets.
   * @default false
   */
  readonly tls?: boolean;
}

/** Servers of a kind. The first is that of every service that names none. */
export type Servers<Server = ExternalServer> = readonly [Server, ...Server[]];
