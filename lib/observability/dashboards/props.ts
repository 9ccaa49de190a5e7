/** What the dashboards must know of a platform. */
export interface DashboardsProps {
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
   * The name under which a service sends traces; `$service` stands for its workload's name.
   * @default - '$service-service', as SpringService names it
   */
  readonly traceService?: string;
  /**
   * Regular expression of the names of Kafka's pods.
   * @default - pods of a StatefulSet, or of Strimzi, with `kafka` in its name
   */
  readonly kafkaPods?: string;
  /**
   * Whether cert-manager makes certificates in the namespace of the services, and is scraped.
   * @default false
   */
  readonly certificates?: boolean;
}

/** Every prop, with its default. */
export type Platform = Required<DashboardsProps>;

/** Fills in defaults. */
export function platformOf(props: DashboardsProps): Platform {
  return {
    objective: 0.999,
    traceService: '$service-service',
    kafkaPods: '(.+-)?kafka(-.+)?-[0-9]{1,3}',
    certificates: false,
    ...props,
  };
}
