import type { Policy } from '../policy';
import { address } from './address';
import { analysisTemplate } from './analysis-template';
import { apparmor } from './apparmor';
import { applySize } from './apply-size';
import { autoscaledReplicas } from './autoscaled-replicas';
import { autoscalerTarget } from './autoscaler-target';
import { capabilities } from './capabilities';
import { configMapSecret } from './config-map-secret';
import { cpuRequest } from './cpu-request';
import { disruptionBudgetPods } from './disruption-budget-pods';
import { duplicateObject } from './duplicate-object';
import { duplicateVariable } from './duplicate-variable';
import { hostNamespaces } from './host-namespaces';
import { hostPath } from './host-path';
import { hostPathVolume } from './host-path-volume';
import { hostPorts } from './host-ports';
import { hostProbes } from './host-probes';
import { hostProcess } from './host-process';
import { imageDenied } from './image-denied';
import { imageDigest } from './image-digest';
import { imageMutableTag } from './image-mutable-tag';
import { imagePullPolicy } from './image-pull-policy';
import { imageTag } from './image-tag';
import { ingressTls } from './ingress-tls';
import { jvmHeap } from './jvm-heap';
import { jvmMemoryRequest } from './jvm-memory-request';
import { kafkaVoters } from './kafka-voters';
import { literalSecret } from './literal-secret';
import { memoryLimit } from './memory-limit';
import { memoryRequest } from './memory-request';
import { monitorTarget } from './monitor-target';
import { networkPolicyConnection } from './network-policy-connection';
import { networkPolicyDns } from './network-policy-dns';
import { networkPolicyEntrance } from './network-policy-entrance';
import { networkPolicyOpen } from './network-policy-open';
import { networkPolicyPods } from './network-policy-pods';
import { podDisruptionBudget } from './pod-disruption-budget';
import { podSpread } from './pod-spread';
import { portName } from './port-name';
import { privilegeEscalation } from './privilege-escalation';
import { privileged } from './privileged';
import { probeHealthGroup } from './probe-health-group';
import { probeKafkaTcp } from './probe-kafka-tcp';
import { probeLiveness } from './probe-liveness';
import { probeLivenessPatience } from './probe-liveness-patience';
import { probeNoJvm } from './probe-no-jvm';
import { probePort } from './probe-port';
import { probeReadiness } from './probe-readiness';
import { probeStartup } from './probe-startup';
import { probeStartupBudget } from './probe-startup-budget';
import { probeTimeout } from './probe-timeout';
import { procMount } from './proc-mount';
import { rbacClusterAdmin } from './rbac-cluster-admin';
import { rbacEscalation } from './rbac-escalation';
import { rbacPodExec } from './rbac-pod-exec';
import { rbacSecrets } from './rbac-secrets';
import { rbacSubject } from './rbac-subject';
import { rbacWildcard } from './rbac-wildcard';
import { readOnlyRootFilesystem } from './read-only-root-filesystem';
import { recommendedLabels } from './recommended-labels';
import { referenceKey } from './reference-key';
import { referenceObject } from './reference-object';
import { referenceOutside } from './reference-outside';
import { requestWithinLimit } from './request-within-limit';
import { routeBackend } from './route-backend';
import { runAsNonRoot } from './run-as-non-root';
import { runAsUser } from './run-as-user';
import { schema } from './schema';
import { seccomp } from './seccomp';
import { selectorMatchesLabels } from './selector-matches-labels';
import { selectorOverlap } from './selector-overlap';
import { selinux } from './selinux';
import { serviceAccountToken } from './service-account-token';
import { serviceExposed } from './service-exposed';
import { serviceLinks } from './service-links';
import { servicePods } from './service-pods';
import { servicePortName } from './service-port-name';
import { serviceSelector } from './service-selector';
import { singleWriter } from './single-writer';
import { statefulSetService } from './stateful-set-service';
import { subsetPods } from './subset-pods';
import { sysctls } from './sysctls';
import { unknownWorkload } from './unknown-workload';
import { volumeTypes } from './volume-types';

/** What an environment may decide about the policies. */
export interface PolicySettings {
  /**
   * Repositories that no image may come from: a name stands for everything below a path component of that name, on any registry.
   * @default ['bitnami', 'bitnamilegacy']
   */
  readonly deniedRepositories?: readonly string[];
  /**
   * Tags of images that are imported into the nodes and are in no registry.
   * @default ['dev']
   */
  readonly importedTags?: readonly string[];
  /**
   * Tags that are moved from build to build and so must not be used.
   * @default [] the policy image-mutable-tag is left out
   */
  readonly mutableTags?: readonly string[];
  /**
   * Registries whose images must be named by digest: the host of each, and a port where it has one.
   * @default [] the policy image-digest is left out
   */
  readonly digestRegistries?: readonly string[];
  /**
   * Labels that every workload and its pods carry.
   * @default app.kubernetes.io/name, app.kubernetes.io/part-of and app.kubernetes.io/component
   */
  readonly labels?: readonly string[];
  /**
   * Whether an Ingress must have TLS. Where TLS ends elsewhere, or there is none by design, it need not.
   * @default true
   */
  readonly ingressTls?: boolean;
  /**
   * The oldest version of the clusters that the objects are for, such as `1.30`: what only older ones lack is no fault then.
   * @default - the oldest that is supported
   */
  readonly oldestKubernetes?: string;
}

/** Every policy that there is, also those that judge only where a setting asks for it. */
export function policiesWithOptional(): readonly Policy[] {
  return policies({ mutableTags: ['dev'], digestRegistries: ['registry.example.com'] });
}

/** Every policy, in the order in which they are documented. */
export function policies(settings: PolicySettings = {}): readonly Policy[] {
  const { mutableTags = [], digestRegistries = [] } = settings;
  return [
    schema(settings.oldestKubernetes),

    imageTag,
    imageDenied(settings.deniedRepositories ?? ['bitnami', 'bitnamilegacy']),
    imagePullPolicy(settings.importedTags ?? ['dev']),
    ...(digestRegistries.length === 0 ? [] : [imageDigest(digestRegistries)]),
    ...(mutableTags.length === 0 ? [] : [imageMutableTag(mutableTags)]),

    probeReadiness,
    probeLiveness,
    probeLivenessPatience,
    probeStartup,
    probeHealthGroup,
    probeNoJvm,
    probeKafkaTcp,
    probePort,
    probeTimeout,
    probeStartupBudget,

    hostProcess,
    hostNamespaces,
    privileged,
    capabilities,
    hostPath,
    hostPathVolume,
    hostPorts,
    hostProbes,
    apparmor,
    selinux,
    procMount,
    seccomp,
    sysctls,
    volumeTypes,
    privilegeEscalation,
    runAsNonRoot,
    runAsUser,
    readOnlyRootFilesystem,
    serviceAccountToken,
    serviceLinks,
    literalSecret,
    configMapSecret,
    rbacWildcard,
    rbacClusterAdmin,
    rbacSecrets,
    rbacPodExec,
    rbacEscalation,
    serviceExposed,
    ...((settings.ingressTls ?? true) ? [ingressTls] : []),

    cpuRequest,
    memoryRequest,
    memoryLimit,
    requestWithinLimit,
    jvmHeap,
    jvmMemoryRequest,
    podSpread,
    autoscaledReplicas,
    kafkaVoters,
    podDisruptionBudget,

    recommendedLabels(
      settings.labels ?? ['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'app.kubernetes.io/component'],
    ),
    selectorMatchesLabels,
    portName,
    servicePortName,
    applySize,
    duplicateVariable,
    duplicateObject,
    unknownWorkload,

    referenceObject,
    referenceKey,
    referenceOutside,
    address,
    servicePods,
    serviceSelector,
    statefulSetService,
    selectorOverlap,
    routeBackend,
    autoscalerTarget,
    disruptionBudgetPods,
    networkPolicyPods,
    networkPolicyConnection,
    networkPolicyDns,
    networkPolicyEntrance,
    networkPolicyOpen,
    rbacSubject,
    monitorTarget,
    analysisTemplate,
    subsetPods,
    singleWriter,
  ];
}
