import { type ApiObject, Duration, Size } from 'cdk8s';
import type { Construct } from 'constructs';
import { Cpu, type k8s } from '../../imports/k8s';
import { deployment } from '../constructs/deployment';
import { API_SERVER } from '../constructs/endpoint';
import { InvalidPropError } from '../constructs/invalid-prop';
import { type Component, metadataOf, selectorOf } from '../constructs/labels';
import { PatchableConstruct } from '../constructs/patch';
import { podTemplate } from '../constructs/pod-template';
import { type ResourceProps } from '../constructs/resources';
import { serviceAccount } from '../constructs/service-account';
import { checkName, checkNamespaceName } from '../constructs/validation';
import { httpProbes } from '../constructs/web-service';
import { grantInCluster, grantInNamespaces } from './rights';

/** Props of {@link KubeStateMetrics}. */
export interface KubeStateMetricsProps extends Omit<Component, 'name'> {
  /** Namespaces of whose objects it tells. */
  readonly namespaces: readonly string[];
  /**
   * Image.
   * @default 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1'
   */
  readonly image?: string;
  /**
   * Port at which it tells of the cluster's objects.
   * @default 8080
   */
  readonly httpPort?: number;
  /**
   * Port of its own metrics and of its health.
   * @default 8081
   */
  readonly telemetryPort?: number;
  /**
   * CPU and memory.
   * @default - CPU 20m / 200m, memory 64Mi / 256Mi
   */
  readonly resources?: ResourceProps;
}

/** The kinds of objects of which it tells, by the group of their API; nothing in them is a secret. */
const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  '': ['persistentvolumeclaims', 'pods', 'resourcequotas'],
  apps: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  policy: ['poddisruptionbudgets'],
};
const NODES = 'nodes';

/**
 * kube-state-metrics: what the API server knows of objects, as metrics. Which pods wait and why, how often containers were restarted, what they request and may
 * use. It may list and watch those kinds in those namespaces, and nodes.
 * https://github.com/kubernetes/kube-state-metrics/tree/v2.19.1/docs
 */
export class KubeStateMetrics extends PatchableConstruct {
  /** Name of the Deployment: the construct's id. */
  public readonly name: string;
  /** Labels by which a network policy selects the pod. */
  public readonly selector: Readonly<Record<string, string>>;
  /** The Deployment. */
  public readonly deployment: ApiObject;
  /** The ServiceAccount. */
  public readonly serviceAccount: k8s.KubeServiceAccount | undefined;

  /** @throws InvalidPropError for props that the API server or the kubelet would refuse or that would not work. */
  constructor(scope: Construct, id: string, props: KubeStateMetricsProps) {
    super(scope, id);
    const { httpPort = 8080, telemetryPort = 8081 } = props;
    checkName(this, 'id', id, 52); // what is made from it has a suffix of up to 11 characters
    if (props.namespaces.length === 0) {
      throw new InvalidPropError(this, {
        prop: 'namespaces',
        value: props.namespaces,
        reason: 'none, which kube-state-metrics takes for every namespace; and it may list nothing there.',
        remedy: 'Name those whose objects it is to tell of.',
      });
    }
    props.namespaces.forEach((namespace, index) => {
      checkNamespaceName(this, `namespaces[${index}]`, namespace);
    });
    const namespaces = [...new Set(props.namespaces)];

    this.name = id;
    this.selector = selectorOf(id);
    const named = { ...props, name: id };
    const metadata = metadataOf(this, named);
    const account = serviceAccount(this, named);
    this.serviceAccount = account.object;
    const template = podTemplate(this, {
      ...named,
      image: props.image ?? 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.19.1',
      args: [
        `--port=${httpPort}`,
        `--telemetry-port=${telemetryPort}`,
        `--namespaces=${namespaces.join(',')}`,
        `--resources=${[...Object.values(NAMESPACED).flat(), NODES].sort().join(',')}`,
      ],
      ports: [
        { name: 'http', port: httpPort },
        { name: 'telemetry', port: telemetryPort },
      ],
      // Not /livez of the other port, which fails while the API server does: a restart would not bring that back.
      probes: httpProbes(telemetryPort, { startup: '/readyz', readiness: '/readyz', liveness: '/' }),
      resources: props.resources ?? {
        cpu: { request: Cpu.millis(20), limit: Cpu.millis(200) },
        memory: { request: Size.mebibytes(64), limit: Size.mebibytes(256) },
      },
      user: 65534, // the image's own
      serviceAccountName: account.name,
      serviceAccountToken: true,
      terminationGracePeriod: Duration.seconds(30),
    });
    this.deployment = deployment(
      this,
      { metadata, selector: this.selector, template },
      { discovers: [API_SERVER], metrics: { port: httpPort, honorLabels: true } },
    ).workload;
    const verbs = ['list', 'watch'];
    const grantee = { ...named, serviceAccountName: account.name };
    grantInNamespaces(
      this,
      grantee,
      namespaces,
      Object.entries(NAMESPACED).map(([group, resources]) => ({
        apiGroups: [group],
        resources: [...resources],
        verbs,
      })),
    );
    grantInCluster(this, grantee, [{ apiGroups: [''], resources: [NODES], verbs }]);
  }
}
