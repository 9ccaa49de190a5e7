import type { Duration } from 'cdk8s';

/** A workload that serves metrics. */
export interface RuleTarget {
  readonly namespace: string;
  /** Its name, which is its pods' label `app.kubernetes.io/name`, and its series' label `service`. */
  readonly name: string;
}

/** A database server, and who uses it. */
export interface RuleDatabase {
  /** Name of the server, such as `postgres`. */
  readonly server: string;
  /** Names of the services that have a database there. */
  readonly services: readonly string[];
}

/** A Kafka cluster. */
export interface RuleKafka {
  /** Number of brokers that there should be. */
  readonly brokers: number;
  /** Labels of the brokers' pods. */
  readonly selector: Readonly<Record<string, string>>;
}

/** What rules must know of a platform. */
export interface RulesProps {
  /** Namespace of the services. */
  readonly namespace: string;
  /** Namespace of what observes them. */
  readonly observabilityNamespace: string;
  /**
   * The objective: which share of requests is to succeed over 30 days, above 0 and below 1.
   * @default 0.999
   */
  readonly objective?: number;
  /**
   * Within which time 95 of 100 requests to a service are to be answered.
   * @default Duration.seconds(1)
   */
  readonly latency?: Duration;
  /** The workloads that are scraped. Of each it is told when it is not. */
  readonly targets: readonly RuleTarget[];
  /**
   * The database servers.
   * @default - none
   */
  readonly databases?: readonly RuleDatabase[];
  /**
   * The Kafka cluster, of which `kafka-metrics` tells.
   * @default - none
   */
  readonly kafka?: RuleKafka;
  /**
   * Whether cert-manager makes certificates in the namespace of the services, and is scraped.
   * @default false
   */
  readonly certificates?: boolean;
  /**
   * The Prometheus and Alertmanager that are among the targets, and so must be watched themselves. A Prometheus of the cluster has rules of its own.
   * @default - none
   */
  readonly ownPrometheus?: {
    /** Name of Prometheus. */
    readonly prometheus: string;
    /**
     * Name of Alertmanager.
     * @default - there is none
     */
    readonly alertmanager?: string;
  };
}
