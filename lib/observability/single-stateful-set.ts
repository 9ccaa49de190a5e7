import { type ApiObject, Duration } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import type { NamedPort } from '../constructs/port';
import { metadataOf, selectorOf } from '../constructs/labels';
import { type ConnectionProps, declareConnections, type MetricsEndpoint } from '../constructs/connections';
import { podTemplate, type PodTemplateProps } from '../constructs/pod-template';
import { serviceAccount } from '../constructs/service-account';
import { type StorageProps, volumeClaim } from '../constructs/storage';
import { Volume } from '../constructs/volumes';
import { workload } from '../constructs/workload';

/** Props of {@link singleStatefulSet}. */
export interface SingleStatefulSetProps
  extends Omit<PodTemplateProps, 'serviceAccountName' | 'terminationGracePeriod'>, ConnectionProps {
  /** The volume. */
  readonly storage: StorageProps;
  /** Where the volume is mounted. */
  readonly dataPath: string;
  /** Ports of the Service. */
  readonly ports: readonly NamedPort[];
  /** Where a scraper finds metrics, at one of them. */
  readonly metrics: MetricsEndpoint;
}

/** What {@link singleStatefulSet} makes. */
export interface SingleStatefulSetObjects {
  readonly statefulSet: ApiObject;
  readonly service: k8s.KubeService;
  readonly serviceAccountName: string;
  readonly serviceAccount: k8s.KubeServiceAccount | undefined;
}

/**
 * A server that keeps its data on one volume: a StatefulSet of one pod, its Service, and a ServiceAccount, without token unless it is asked for.
 *
 * It is a StatefulSet even where no name or order of pods matters: on an update the old pod is gone before the new one
 * starts, so that two processes never write to one volume, and the claim is made with it.
 */
export function singleStatefulSet(scope: Construct, props: SingleStatefulSetProps): SingleStatefulSetObjects {
  const { name, ports, dataPath, storage, mounts = [] } = props;
  const selector = selectorOf(name);
  const metadata = metadataOf(scope, props);
  const claimName = `${name}-data`;
  const account = serviceAccount(scope, { ...props, name });
  const template = podTemplate(scope, {
    ...props,
    serviceAccountName: account.name,
    mounts: [...mounts, { path: dataPath, volume: Volume.fromVolumeClaimTemplate(claimName) }],
    // What was received last is written to the volume before the process ends.
    terminationGracePeriod: Duration.seconds(60),
  });

  const service = new k8s.KubeService(scope, 'Service', {
    metadata,
    spec: {
      selector,
      ports: ports.map((port) => ({ ...port, targetPort: k8s.IntOrString.fromString(port.name) })),
    },
  });
  const statefulSet = workload(scope, 'StatefulSet', k8s.KubeStatefulSet.GVK, {
    metadata,
    template,
    spec: k8s.toJson_StatefulSetSpec({
      serviceName: name,
      replicas: 1,
      revisionHistoryLimit: 3,
      selector: { matchLabels: selector },
      template: {},
      volumeClaimTemplates: [volumeClaim(scope, claimName, storage)],
    }),
  });
  const { connectsTo = [], discovers = [], metrics } = props;
  declareConnections(statefulSet, { selector, connectsTo, discovers, metrics });
  return { statefulSet, service, serviceAccountName: account.name, serviceAccount: account.object };
}
