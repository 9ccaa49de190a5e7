import type { Policy } from '../policy';
import { apparmor } from './apparmor';
import { capabilities } from './capabilities';
import { configMapSecret } from './config-map-secret';
import { cpuRequest } from './cpu-request';
import { duplicateObject } from './duplicate-object';
import { duplicateVariable } from './duplicate-variable';
import { hostNamespaces } from './host-namespaces';
import { hostPath } from './host-path';
import { hostPorts } from './host-ports';
import { hostProbes } from './host-probes';
import { hostProcess } from './host-process';
import { imageDenied } from './image-denied';
import { imageMutableTag } from './image-mutable-tag';
import { imagePullPolicy } from './image-pull-policy';
import { imageTag } from './image-tag';
import { literalSecret } from './literal-secret';
import { memoryLimit } from './memory-limit';
import { memoryRequest } from './memory-request';
import { privilegeEscalation } from './privilege-escalation';
import { privileged } from './privileged';
import { probeKafkaTcp } from './probe-kafka-tcp';
import { probeLiveness } from './probe-liveness';
import { probeNoJvm } from './probe-no-jvm';
import { probePort } from './probe-port';
import { probeReadiness } from './probe-readiness';
import { probeStartup } from './probe-startup';
import { probeStartupBudget } from './probe-startup-budget';
import { probeTimeout } from './probe-timeout';
import { procMount } from './proc-mount';
import { readOnlyRootFilesystem } from './read-only-root-filesystem';
import { recommendedLabels } from './recommended-labels';
import { requestWithinLimit } from './request-within-limit';
import { runAsNonRoot } from './run-as-non-root';
import { runAsUser } from './run-as-user';
import { schema } from './schema';
import { seccomp } from './seccomp';
import { selectorMatchesLabels } from './selector-matches-labels';
import { selinux } from './selinux';
import { serviceAccountToken } from './service-account-token';
import { serviceLinks } from './service-links';
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
   * Labels that every workload and its pods carry.
   * @default app.kubernetes.io/name, app.kubernetes.io/part-of and app.kubernetes.io/component
   */
  readonly labels?: readonly string[];
}

/** Every policy that there is, also those that judge only where a setting asks for it. */
export function policiesWithOptional(): readonly Policy[] {
  return policies({ mutableTags: ['dev'] });
}

/** Every policy, in the order in which they are documented. */
export function policies(settings: PolicySettings = {}): readonly Policy[] {
  const mutableTags = settings.mutableTags ?? [];
  return [
    schema,

    imageTag,
    imageDenied(settings.deniedRepositories ?? ['bitnami', 'bitnamilegacy']),
    imagePullPolicy(settings.importedTags ?? ['dev']),
    ...(mutableTags.length === 0 ? [] : [imageMutableTag(mutableTags)]),

    probeReadiness,
    probeLiveness,
    probeStartup,
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

    cpuRequest,
    memoryRequest,
    memoryLimit,
    requestWithinLimit,

    recommendedLabels(
      settings.labels ?? ['app.kubernetes.io/name', 'app.kubernetes.io/part-of', 'app.kubernetes.io/component'],
    ),
    selectorMatchesLabels,
    duplicateVariable,
    duplicateObject,
    unknownWorkload,
  ];
}
