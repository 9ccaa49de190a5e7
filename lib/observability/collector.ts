import { Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import type { ResourceProps } from '../constructs/resources';
import type { Component } from '../constructs/labels';
import { serviceAccount } from '../constructs/service-account';
import { ATTRIBUTES } from './attributes';
import { type ClusterGrant, grantInCluster } from './rights';

// What the collector for traces and the one for logs have in common: the parts of the OpenTelemetry Collector's
// configuration that they use, as types, and its way into Kubernetes.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/v0.114.0

/** The contrib distribution: the core one has neither k8sattributes nor filelog. */
export const COLLECTOR_IMAGE = 'otel/opentelemetry-collector-contrib:0.114.0';

/** Folder and name of the configuration in the container. */
export const CONFIG_FOLDER = '/etc/otelcol';
export const CONFIG_FILE = 'config.yaml';
export const CONFIG_ARGS = [`--config=${CONFIG_FOLDER}/${CONFIG_FILE}`];

/** CPU and memory of a collector. */
export const COLLECTOR_RESOURCES: ResourceProps = {
  cpu: { request: Cpu.millis(50), limit: Cpu.millis(500) },
  memory: { request: Size.mebibytes(128), limit: Size.mebibytes(256) },
};

/** A server's address: `0.0.0.0:PORT`. */
interface Listener {
  readonly endpoint: string;
}

/**
 * Where a server listens: every address of the pod. Since 0.110 the collector's own default is localhost, where neither
 * the kubelet nor another pod reaches it.
 */
export function listenOn(port: number): Listener {
  return { endpoint: `${ANY_ADDRESS}:${port}` };
}

const ANY_ADDRESS = '0.0.0.0';

/** Kubernetes attributes: which pod sent a span or wrote a line. */
export interface K8sAttributesProcessor {
  readonly auth_type: 'serviceAccount';
  /** Whether to start only once the pods are known, so that the first spans and lines have their attributes too. */
  readonly wait_for_metadata: boolean;
  readonly wait_for_metadata_timeout: string;
  readonly filter?: { readonly node_from_env_var: string };
  readonly extract: {
    readonly metadata: readonly string[];
    readonly labels?: readonly { readonly tag_name: string; readonly key: string; readonly from: 'pod' }[];
  };
  readonly pod_association: readonly { readonly sources: readonly PodAssociation[] }[];
}

/** How the pod is recognized. */
export type PodAssociation =
  { readonly from: 'resource_attribute'; readonly name: string } | { readonly from: 'connection' };

interface MemoryLimiterProcessor {
  readonly check_interval: string;
  readonly limit_percentage: number;
  readonly spike_limit_percentage: number;
}

interface BatchProcessor {
  readonly send_batch_size?: number;
  readonly send_batch_max_size?: number;
}

/** The collector's configuration, its components named after their types. */
export interface CollectorConfig<Receivers, Exporters, Extensions = unknown> {
  readonly extensions: { readonly health_check: Listener } & Extensions;
  readonly receivers: Receivers;
  readonly processors: {
    readonly memory_limiter: MemoryLimiterProcessor;
    readonly k8sattributes: K8sAttributesProcessor;
    readonly batch: BatchProcessor;
  };
  readonly exporters: Exporters;
  readonly service: {
    readonly extensions: readonly ('health_check' | keyof Extensions)[];
    readonly telemetry: Telemetry;
    readonly pipelines: Partial<
      Record<
        'traces' | 'logs',
        {
          readonly receivers: readonly (keyof Receivers)[];
          readonly processors: readonly ('memory_limiter' | 'k8sattributes' | 'batch')[];
          readonly exporters: readonly (keyof Exporters)[];
        }
      >
    >;
  };
}

interface Telemetry {
  readonly metrics: {
    readonly readers: readonly {
      readonly pull: { readonly exporter: { readonly prometheus: { readonly host: string; readonly port: number } } };
    }[];
  };
}

/** The collector's own metrics. (`metrics.address` is the deprecated way to say it, since 0.111.) */
export function telemetry(metricsPort: number): Telemetry {
  return {
    metrics: { readers: [{ pull: { exporter: { prometheus: { host: ANY_ADDRESS, port: metricsPort } } } }] },
  };
}

/** Refuses data before the container's memory limit, of which these are shares, is reached and the kernel kills it. */
export const MEMORY_LIMITER: MemoryLimiterProcessor = {
  check_interval: '1s',
  limit_percentage: 80,
  spike_limit_percentage: 25,
};

/**
 * The order of every pipeline: first what may refuse data, then what must still know the connection that the data came by,
 * and last what mixes the data of several connections.
 */
export const PROCESSORS = ['memory_limiter', 'k8sattributes', 'batch'] as const;

/** The attributes of pods, and how pods are recognized. */
export function k8sAttributes(
  associations: readonly PodAssociation[],
  labels: K8sAttributesProcessor['extract']['labels'] = [],
): K8sAttributesProcessor {
  return {
    auth_type: 'serviceAccount',
    wait_for_metadata: true,
    wait_for_metadata_timeout: '30s',
    extract: {
      metadata: [
        ATTRIBUTES.namespace,
        ATTRIBUTES.pod,
        ATTRIBUTES.container,
        'k8s.pod.uid',
        'k8s.node.name',
        'k8s.deployment.name',
        'k8s.replicaset.name',
        'k8s.statefulset.name',
        'k8s.daemonset.name',
      ],
      ...(labels.length > 0 && { labels }),
    },
    pod_association: associations.map((association) => ({ sources: [association] })),
  };
}

/** What {@link podReader} makes. */
export interface PodReader extends ClusterGrant {
  readonly serviceAccountName: string;
  readonly serviceAccount: k8s.KubeServiceAccount | undefined;
}

/** A ServiceAccount that may read what the k8sattributes processor looks up: pods and their owners, in every namespace. */
export function podReader(scope: Construct, props: Component & { readonly name: string }): PodReader {
  const { name: serviceAccountName, object } = serviceAccount(scope, props);
  const grant = grantInCluster(scope, { ...props, serviceAccountName }, [
    { apiGroups: [''], resources: ['pods', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs: ['get', 'list', 'watch'] },
  ]);
  return { serviceAccountName, serviceAccount: object, ...grant };
}
