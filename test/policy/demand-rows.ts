// What API servers demand of objects beyond the published schemas (lib/policy/schema/demands.ts), and what they do without. The objects are
// those of test/cluster/schema/objects.yaml: test/cluster/schema.test.ts asks API servers about mistakes of this sort in them.

/** A field, what it is set to (undefined where it is left out), and what is found then. */
export type DemandRow = readonly [path: string, value: unknown, findings: readonly string[]];

/** By the object's kind and name. */
export const DEMAND_ROWS: Readonly<Record<string, readonly DemandRow[]>> = {
  'Pod volumes': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.dnsConfig', undefined, ['error spec.dnsConfig: Required value']],
    ['spec.dnsConfig.nameservers', undefined, ['error spec.dnsConfig.nameservers: Required value']],
    ['spec.dnsConfig.nameservers', [], ['error spec.dnsConfig.nameservers: Required value']],
    ['spec.dnsConfig.options.0.name', undefined, ['error spec.dnsConfig.options[0].name: Required value']],
    ['spec.dnsConfig.options.0.name', '', ['error spec.dnsConfig.options[0].name: Required value']],
    [
      'spec.securityContext.fsGroupChangePolicy',
      '',
      [
        'error spec.securityContext.fsGroupChangePolicy: Unsupported value: "": supported values: "Always", "OnRootMismatch"',
      ],
    ],
    ['spec.securityContext.sysctls.0.value', undefined, []],
    ['spec.securityContext.sysctls.0.value', '', []],
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.values',
      undefined,
      [
        'error spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value',
      ],
    ],
    [
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms.0.matchExpressions.0.values',
      [],
      [
        'error spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value',
      ],
    ],
    ['spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.preference', undefined, []],
    ['spec.initContainers.0.image', undefined, ['error spec.initContainers[0].image: Required value']],
    ['spec.initContainers.0.image', '', ['error spec.initContainers[0].image: Required value']],
    ['spec.containers.0.image', undefined, ['error spec.containers[0].image: Required value']],
    ['spec.containers.0.image', '', ['error spec.containers[0].image: Required value']],
    [
      'spec.containers.0.env.1.valueFrom.fieldRef',
      undefined,
      [
        'error spec.containers[0].env[1].valueFrom: Required value: must specify one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef',
      ],
    ],
    [
      'spec.containers.0.env.2.valueFrom.resourceFieldRef',
      undefined,
      [
        'error spec.containers[0].env[2].valueFrom: Required value: must specify one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef',
      ],
    ],
    [
      'spec.containers.0.env.3.valueFrom.configMapKeyRef',
      undefined,
      [
        'error spec.containers[0].env[3].valueFrom: Required value: must specify one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef',
      ],
    ],
    [
      'spec.containers.0.env.4.valueFrom.secretKeyRef',
      undefined,
      [
        'error spec.containers[0].env[4].valueFrom: Required value: must specify one of configMapKeyRef, fieldRef, fileKeyRef, resourceFieldRef, secretKeyRef',
      ],
    ],
    [
      'spec.containers.0.envFrom.0.configMapRef',
      undefined,
      ['error spec.containers[0].envFrom[0]: Required value: must specify one of configMapRef, secretRef'],
    ],
    [
      'spec.containers.0.envFrom.0.configMapRef.name',
      undefined,
      ['error spec.containers[0].envFrom[0].configMapRef.name: Required value'],
    ],
    [
      'spec.containers.0.envFrom.0.configMapRef.name',
      '',
      ['error spec.containers[0].envFrom[0].configMapRef.name: Required value'],
    ],
    [
      'spec.containers.0.envFrom.1.secretRef',
      undefined,
      ['error spec.containers[0].envFrom[1]: Required value: must specify one of configMapRef, secretRef'],
    ],
    [
      'spec.containers.0.envFrom.1.secretRef.name',
      undefined,
      ['error spec.containers[0].envFrom[1].secretRef.name: Required value'],
    ],
    [
      'spec.containers.0.envFrom.1.secretRef.name',
      '',
      ['error spec.containers[0].envFrom[1].secretRef.name: Required value'],
    ],
    [
      'spec.containers.0.securityContext.seccompProfile.localhostProfile',
      undefined,
      ['error spec.containers[0].securityContext.seccompProfile.localhostProfile: Required value'],
    ],
    [
      'spec.containers.0.startupProbe.httpGet',
      undefined,
      ['error spec.containers[0].startupProbe: Required value: must specify one of exec, httpGet, tcpSocket, grpc'],
    ],
    ['spec.containers.0.startupProbe.httpGet.httpHeaders.0.value', undefined, []],
    ['spec.containers.0.startupProbe.httpGet.httpHeaders.0.value', '', []],
    [
      'spec.containers.0.livenessProbe.tcpSocket',
      undefined,
      ['error spec.containers[0].livenessProbe: Required value: must specify one of exec, httpGet, tcpSocket, grpc'],
    ],
    [
      'spec.containers.0.readinessProbe.exec',
      undefined,
      ['error spec.containers[0].readinessProbe: Required value: must specify one of exec, httpGet, tcpSocket, grpc'],
    ],
    [
      'spec.containers.0.readinessProbe.exec.command',
      undefined,
      ['error spec.containers[0].readinessProbe.exec.command: Required value'],
    ],
    [
      'spec.containers.0.readinessProbe.exec.command',
      [],
      ['error spec.containers[0].readinessProbe.exec.command: Required value'],
    ],
    [
      'spec.containers.0.lifecycle.preStop.exec',
      undefined,
      [
        'error spec.containers[0].lifecycle.preStop: Required value: must specify one of exec, httpGet, tcpSocket, sleep',
      ],
    ],
    [
      'spec.containers.0.lifecycle.postStart.httpGet',
      undefined,
      [
        'error spec.containers[0].lifecycle.postStart: Required value: must specify one of exec, httpGet, tcpSocket, sleep',
      ],
    ],
    [
      'spec.containers.1.livenessProbe.grpc',
      undefined,
      ['error spec.containers[1].livenessProbe: Required value: must specify one of exec, httpGet, tcpSocket, grpc'],
    ],
    ['spec.volumes.1.configMap.name', undefined, ['error spec.volumes[1].configMap.name: Required value']],
    ['spec.volumes.1.configMap.name', '', ['error spec.volumes[1].configMap.name: Required value']],
    ['spec.volumes.2.secret.secretName', undefined, ['error spec.volumes[2].secret.secretName: Required value']],
    ['spec.volumes.2.secret.secretName', '', ['error spec.volumes[2].secret.secretName: Required value']],
    [
      'spec.volumes.7.downwardAPI.items.0.fieldRef',
      undefined,
      ['error spec.volumes[7].downwardAPI.items[0]: Required value: must specify one of fieldRef, resourceFieldRef'],
    ],
    [
      'spec.volumes.8.projected.sources.2.secret.name',
      undefined,
      ['error spec.volumes[8].projected.sources[2].secret.name: Required value'],
    ],
    [
      'spec.volumes.8.projected.sources.2.secret.name',
      '',
      ['error spec.volumes[8].projected.sources[2].secret.name: Required value'],
    ],
    [
      'spec.volumes.8.projected.sources.3.downwardAPI.items.0.resourceFieldRef',
      undefined,
      [
        'error spec.volumes[8].projected.sources[3].downwardAPI.items[0]: Required value: must specify one of fieldRef, resourceFieldRef',
      ],
    ],
    [
      'spec.volumes.8.projected.sources.3.downwardAPI.items.0.resourceFieldRef.containerName',
      undefined,
      [
        'error spec.volumes[8].projected.sources[3].downwardAPI.items[0].resourceFieldRef.containerName: Required value',
      ],
    ],
    [
      'spec.volumes.8.projected.sources.3.downwardAPI.items.0.resourceFieldRef.containerName',
      '',
      [
        'error spec.volumes[8].projected.sources[3].downwardAPI.items[0].resourceFieldRef.containerName: Required value',
      ],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate',
      undefined,
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate: Required value'],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate.spec.accessModes',
      undefined,
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate.spec.accessModes: Required value'],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate.spec.accessModes',
      [],
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate.spec.accessModes: Required value'],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate.spec.resources',
      undefined,
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate.spec.resources: Required value'],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate.spec.resources.requests',
      undefined,
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate.spec.resources.requests: Required value'],
    ],
    [
      'spec.volumes.9.ephemeral.volumeClaimTemplate.spec.resources.requests.storage',
      undefined,
      ['error spec.volumes[9].ephemeral.volumeClaimTemplate.spec.resources.requests.storage: Required value'],
    ],
  ],
  'Deployment deployment': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.template.spec', undefined, ['error spec.template.spec: Required value']],
  ],
  'StatefulSet stateful': [
    ['spec', undefined, ['error spec: Required value']],
    [
      'spec.persistentVolumeClaimRetentionPolicy.whenDeleted',
      'Nonsense',
      [
        'error spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Nonsense": supported values: "Delete", "Retain"',
      ],
    ],
    [
      'spec.persistentVolumeClaimRetentionPolicy.whenScaled',
      'Nonsense',
      [
        'error spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Nonsense": supported values: "Delete", "Retain"',
      ],
    ],
    [
      'spec.volumeClaimTemplates.0.metadata',
      undefined,
      ['error spec.volumeClaimTemplates[0].metadata: Required value'],
    ],
    [
      'spec.volumeClaimTemplates.0.metadata.name',
      undefined,
      ['error spec.volumeClaimTemplates[0].metadata.name: Required value'],
    ],
    [
      'spec.volumeClaimTemplates.0.metadata.name',
      '',
      ['error spec.volumeClaimTemplates[0].metadata.name: Required value'],
    ],
    ['spec.volumeClaimTemplates.0.spec', undefined, ['error spec.volumeClaimTemplates[0].spec: Required value']],
    [
      'spec.volumeClaimTemplates.0.spec.volumeMode',
      '',
      [
        'error spec.volumeClaimTemplates[0].spec.volumeMode: Unsupported value: "": supported values: "Block", "Filesystem"',
      ],
    ],
  ],
  'DaemonSet daemon': [['spec', undefined, ['error spec: Required value']]],
  'ReplicaSet replicas': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.template', undefined, ['error spec.template: Required value']],
  ],
  'Job job': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.completions', undefined, ['error spec.completions: Required value']],
    [
      'spec.completionMode',
      '',
      ['error spec.completionMode: Unsupported value: "": supported values: "Indexed", "NonIndexed"'],
    ],
    ['spec.podFailurePolicy.rules', undefined, []],
    ['spec.podFailurePolicy.rules', [], []],
    [
      'spec.podFailurePolicy.rules.1.onPodConditions.0.status',
      'Nonsense',
      [
        'error spec.podFailurePolicy.rules[1].onPodConditions[0].status: Unsupported value: "Nonsense": supported values: "False", "True", "Unknown"',
      ],
    ],
    ['spec.template.spec.restartPolicy', undefined, ['error spec.template.spec.restartPolicy: Required value']],
    ['spec.template.spec.restartPolicy', '', ['error spec.template.spec.restartPolicy: Required value']],
  ],
  'CronJob cron': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.jobTemplate.spec', undefined, ['error spec.jobTemplate.spec: Required value']],
  ],
  'HorizontalPodAutoscaler scaler': [
    ['spec', undefined, ['error spec: Required value']],
    [
      'spec.behavior.scaleDown.selectPolicy',
      '',
      ['error spec.behavior.scaleDown.selectPolicy: Unsupported value: "": supported values: "Max", "Min", "Disabled"'],
    ],
    [
      'spec.behavior.scaleDown.selectPolicy',
      'Nonsense',
      [
        'error spec.behavior.scaleDown.selectPolicy: Unsupported value: "Nonsense": supported values: "Max", "Min", "Disabled"',
      ],
    ],
    ['spec.behavior.scaleDown.policies', [], ['error spec.behavior.scaleDown.policies: Required value']],
    [
      'spec.behavior.scaleDown.policies.0.type',
      'Nonsense',
      [
        'error spec.behavior.scaleDown.policies[0].type: Unsupported value: "Nonsense": supported values: "Percent", "Pods"',
      ],
    ],
    ['spec.behavior.scaleUp.policies', [], ['error spec.behavior.scaleUp.policies: Required value']],
    [
      'spec.metrics.0.type',
      'Nonsense',
      [
        'error spec.metrics[0].type: Unsupported value: "Nonsense": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"',
      ],
    ],
    ['spec.metrics.0.resource', undefined, ['error spec.metrics[0].resource: Required value']],
    ['spec.metrics.0.type', 'ContainerResource', ['error spec.metrics[0].containerResource: Required value']],
    ['spec.metrics.0.type', 'Object', ['error spec.metrics[0].object: Required value']],
    ['spec.metrics.0.type', 'External', ['error spec.metrics[0].external: Required value']],
    ['spec.metrics.0.type', 'Pods', ['error spec.metrics[0].pods: Required value']],
    [
      'spec.metrics.0.resource.target.type',
      'Nonsense',
      [
        'error spec.metrics[0].resource.target.type: Unsupported value: "Nonsense": supported values: "AverageValue", "Utilization", "Value"',
      ],
    ],
    [
      'spec.metrics.0.resource.target.averageUtilization',
      undefined,
      ['error spec.metrics[0].resource.target.averageUtilization: Required value'],
    ],
    ['spec.metrics.1.pods', undefined, ['error spec.metrics[1].pods: Required value']],
    [
      'spec.metrics.1.pods.target.averageValue',
      undefined,
      ['error spec.metrics[1].pods.target.averageValue: Required value'],
    ],
    ['spec.metrics.2.external', undefined, ['error spec.metrics[2].external: Required value']],
    [
      'spec.metrics.2.external.target.value',
      undefined,
      ['error spec.metrics[2].external.target.averageValue: Required value'],
    ],
  ],
  'PodDisruptionBudget budget': [
    [
      'spec.unhealthyPodEvictionPolicy',
      '',
      [
        'error spec.unhealthyPodEvictionPolicy: Unsupported value: "": supported values: "AlwaysAllow", "IfHealthyBudget"',
      ],
    ],
  ],
  'Service service': [
    ['spec', undefined, ['error spec: Required value']],
    [
      'spec.internalTrafficPolicy',
      '',
      ['error spec.internalTrafficPolicy: Unsupported value: "": supported values: "Cluster", "Local"'],
    ],
    [
      'spec.ipFamilyPolicy',
      '',
      [
        'error spec.ipFamilyPolicy: Unsupported value: "": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"',
      ],
    ],
    ['spec.ports', undefined, ['error spec.ports: Required value']],
    ['spec.ports', [], ['error spec.ports: Required value']],
    ['spec.ports.0.name', undefined, ['error spec.ports[0].name: Required value']],
    ['spec.ports.0.name', '', ['error spec.ports[0].name: Required value']],
  ],
  'Service external': [
    ['spec.externalName', undefined, ['error spec.externalName: Required value']],
    ['spec.externalName', '', ['error spec.externalName: Required value']],
  ],
  'Ingress ingress': [
    ['spec.defaultBackend.service.port', undefined, ['error spec.defaultBackend.service.port: Required value']],
    [
      'spec.defaultBackend.service.port.number',
      undefined,
      ['error spec.defaultBackend.service.port.name: Required value'],
    ],
    [
      'spec.rules.0.http.paths.0.backend.service.port.name',
      undefined,
      ['error spec.rules[0].http.paths[0].backend.service.port.name: Required value'],
    ],
    [
      'spec.rules.0.http.paths.0.backend.service.port.name',
      '',
      ['error spec.rules[0].http.paths[0].backend.service.port.name: Required value'],
    ],
  ],
  'IngressClass class': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.controller', undefined, ['error spec.controller: Required value']],
    ['spec.controller', '', ['error spec.controller: Required value']],
    [
      'spec.parameters.scope',
      '',
      ['error spec.parameters.scope: Unsupported value: "": supported values: "Cluster", "Namespace"'],
    ],
    [
      'spec.parameters.scope',
      'Nonsense',
      ['error spec.parameters.scope: Unsupported value: "Nonsense": supported values: "Cluster", "Namespace"'],
    ],
  ],
  'NetworkPolicy network': [
    ['spec.ingress.0.from.1.ipBlock', undefined, ['error spec.ingress[0].from[1].ipBlock: Required value']],
    [
      'spec.ingress.0.ports.0.protocol',
      '',
      ['error spec.ingress[0].ports[0].protocol: Unsupported value: "": supported values: "SCTP", "TCP", "UDP"'],
    ],
    ['spec.egress.0.to.0.namespaceSelector', undefined, ['error spec.egress[0].to[0].ipBlock: Required value']],
  ],
  'Role role': [
    ['rules.0.apiGroups', undefined, ['error rules[0].apiGroups: Required value']],
    ['rules.0.apiGroups', [], ['error rules[0].apiGroups: Required value']],
    ['rules.0.resources', undefined, ['error rules[0].resources: Required value']],
    ['rules.0.resources', [], ['error rules[0].resources: Required value']],
  ],
  'ClusterRole cluster-role': [
    ['aggregationRule.clusterRoleSelectors', undefined, ['error aggregationRule.clusterRoleSelectors: Required value']],
    ['aggregationRule.clusterRoleSelectors', [], ['error aggregationRule.clusterRoleSelectors: Required value']],
    [
      'rules.0.nonResourceURLs',
      undefined,
      ['error rules[0].apiGroups: Required value', 'error rules[0].resources: Required value'],
    ],
    [
      'rules.0.nonResourceURLs',
      [],
      ['error rules[0].apiGroups: Required value', 'error rules[0].resources: Required value'],
    ],
  ],
  'RoleBinding binding': [
    [
      'roleRef.kind',
      'Nonsense',
      ['error roleRef.kind: Unsupported value: "Nonsense": supported values: "ClusterRole", "Role"'],
    ],
    [
      'subjects.0.kind',
      'Nonsense',
      ['error subjects[0].kind: Unsupported value: "Nonsense": supported values: "Group", "ServiceAccount", "User"'],
    ],
  ],
  'ClusterRoleBinding cluster-binding': [
    ['subjects.0.namespace', undefined, ['error subjects[0].namespace: Required value']],
    ['subjects.0.namespace', '', ['error subjects[0].namespace: Required value']],
    ['roleRef.kind', 'Role', ['error roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"']],
  ],
  'PersistentVolume schema-volume': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.capacity', undefined, ['error spec.capacity: Required value']],
    ['spec.capacity.storage', undefined, ['error spec.capacity.storage: Required value']],
    ['spec.nodeAffinity', undefined, ['error spec.nodeAffinity: Required value']],
    ['spec.nodeAffinity.required', undefined, ['error spec.nodeAffinity.required: Required value']],
    [
      'spec.local',
      undefined,
      [
        'error spec: Required value: must specify one of awsElasticBlockStore, azureDisk, azureFile, cephfs, cinder, csi, fc, flexVolume, flocker, gcePersistentDisk, glusterfs, hostPath, iscsi, local, nfs, photonPersistentDisk, portworxVolume, quobyte, rbd, scaleIO, storageos, vsphereVolume',
      ],
    ],
  ],
  'PersistentVolume schema-csi': [
    [
      'spec.csi',
      undefined,
      [
        'error spec: Required value: must specify one of awsElasticBlockStore, azureDisk, azureFile, cephfs, cinder, csi, fc, flexVolume, flocker, gcePersistentDisk, glusterfs, hostPath, iscsi, local, nfs, photonPersistentDisk, portworxVolume, quobyte, rbd, scaleIO, storageos, vsphereVolume',
      ],
    ],
    // Of this one no API server asks it.
    ['spec.csi.nodeStageSecretRef.name', undefined, []],
    ...[
      'controllerExpandSecretRef',
      'controllerPublishSecretRef',
      'nodeExpandSecretRef',
      'nodePublishSecretRef',
    ].flatMap((reference) =>
      ['name', 'namespace'].flatMap((field) =>
        [undefined, ''].map((value): DemandRow => {
          const path = `spec.csi.${reference}.${field}`;
          return [path, value, [`error ${path}: Required value`]];
        }),
      ),
    ),
  ],
  'PersistentVolumeClaim claim': [
    ['spec', undefined, ['error spec: Required value']],
    ['spec.dataSource.kind', undefined, []],
    ['spec.dataSource.kind', '', []],
  ],
  'StorageClass schema-class': [
    [
      'volumeBindingMode',
      '',
      ['error volumeBindingMode: Unsupported value: "": supported values: "Immediate", "WaitForFirstConsumer"'],
    ],
  ],
  'CSIDriver csi.example.com': [
    ['spec', undefined, []],
    [
      'spec.fsGroupPolicy',
      '',
      ['error spec.fsGroupPolicy: Unsupported value: "": supported values: "File", "None", "ReadWriteOnceWithFSType"'],
    ],
    [
      'spec.fsGroupPolicy',
      'Nonsense',
      [
        'error spec.fsGroupPolicy: Unsupported value: "Nonsense": supported values: "File", "None", "ReadWriteOnceWithFSType"',
      ],
    ],
    [
      'spec.volumeLifecycleModes.0',
      'Nonsense',
      [
        'error spec.volumeLifecycleModes[0]: Unsupported value: "Nonsense": supported values: "Ephemeral", "Persistent"',
      ],
    ],
    ['spec.tokenRequests.0.audience', undefined, []],
    ['spec.tokenRequests.0.audience', '', []],
  ],
  'LimitRange limits': [
    ['spec.limits', undefined, []],
    ['spec.limits', [], []],
  ],
  'ReplicationController rc': [['spec', undefined, ['error spec: Required value']]],
  'PodTemplate template': [['template', undefined, ['error template: Required value']]],
  'PriorityClass schema-priority': [
    [
      'preemptionPolicy',
      '',
      ['error preemptionPolicy: Unsupported value: "": supported values: "Never", "PreemptLowerPriority"'],
    ],
  ],
  'ValidatingWebhookConfiguration schema-webhook': [
    [
      'webhooks.0.failurePolicy',
      '',
      ['error webhooks[0].failurePolicy: Unsupported value: "": supported values: "Fail", "Ignore"'],
    ],
    [
      'webhooks.0.matchPolicy',
      '',
      ['error webhooks[0].matchPolicy: Unsupported value: "": supported values: "Equivalent", "Exact"'],
    ],
    [
      'webhooks.0.clientConfig.service',
      undefined,
      ['error webhooks[0].clientConfig: Required value: must specify one of service, url'],
    ],
    ['webhooks.0.rules.0.apiVersions', undefined, ['error webhooks[0].rules[0].apiVersions: Required value']],
    ['webhooks.0.rules.0.apiVersions', [], ['error webhooks[0].rules[0].apiVersions: Required value']],
    ['webhooks.0.rules.0.operations', undefined, ['error webhooks[0].rules[0].operations: Required value']],
    ['webhooks.0.rules.0.operations', [], ['error webhooks[0].rules[0].operations: Required value']],
    [
      'webhooks.0.rules.0.scope',
      '',
      ['error webhooks[0].rules[0].scope: Unsupported value: "": supported values: "*", "Cluster", "Namespaced"'],
    ],
  ],
  'MutatingWebhookConfiguration schema-mutating': [
    [
      'webhooks.0.reinvocationPolicy',
      '',
      ['error webhooks[0].reinvocationPolicy: Unsupported value: "": supported values: "IfNeeded", "Never"'],
    ],
    [
      'webhooks.0.clientConfig.url',
      undefined,
      ['error webhooks[0].clientConfig: Required value: must specify one of service, url'],
    ],
  ],
  'CustomResourceDefinition gadgets.schema.example.com': [
    [
      'spec.scope',
      'Nonsense',
      ['error spec.scope: Unsupported value: "Nonsense": supported values: "Cluster", "Namespaced"'],
    ],
    ['spec.versions.0.served', undefined, []],
    ['spec.versions.0.storage', undefined, []],
    ['spec.versions.0.schema', undefined, ['error spec.versions[0].schema: Required value']],
    [
      'spec.versions.0.schema.openAPIV3Schema',
      undefined,
      ['error spec.versions[0].schema.openAPIV3Schema: Required value'],
    ],
  ],
};
