import { ApiObject, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { listAt, textAt } from '../manifest/plain-data';
import type { Container } from './container';
import { InvalidPropError } from './invalid-prop';
import type { Metadata } from './labels';
import type { PodTemplate } from './pod-template';

/** An object whose controller makes pods. */
export interface WorkloadProps {
  /** Name, labels and annotations. */
  readonly metadata: Metadata;
  /** The spec as it will be written, but for the pod template, which takes the place of whatever stands there. */
  readonly spec: Readonly<Record<string, unknown>> | undefined;
  /** The pod template. */
  readonly template: PodTemplate;
}

/**
 * An object whose controller makes pods from a template, written as it is given. The typed objects would not do: those of Kubernetes 1.28
 * leave out every field that is newer, without a word, and a Rollout's leave open what a Deployment's convert.
 */
export function workload(
  scope: Construct,
  id: string,
  type: GroupVersionKind,
  { metadata, spec, template }: WorkloadProps,
): ApiObject {
  return new ApiObject(scope, id, { ...type, metadata, spec: withTemplate(scope, spec, template) });
}

/**
 * A spec with its pod template as it will be written, with the fields that the types of Kubernetes 1.28 do not know.
 *
 * @throws InvalidPropError for a mount of a volume claim that the spec has no template for.
 */
export function withTemplate(
  scope: Construct,
  spec: WorkloadProps['spec'],
  template: PodTemplate,
): Readonly<Record<string, unknown>> {
  checkClaims(scope, spec, template);
  return { ...spec, template: templateJson(template) };
}

function templateJson({
  metadata,
  spec: { containers, initContainers, ...spec },
}: PodTemplate): Record<string, unknown> {
  return {
    metadata: k8s.toJson_ObjectMeta(metadata),
    spec: {
      ...k8s.toJson_PodSpec({ ...spec, containers: [] }),
      containers: containers.map(containerJson),
      ...(initContainers !== undefined && { initContainers: initContainers.map(containerJson) }),
    },
  };
}

function containerJson({ lifecycle, ...container }: Container): Record<string, unknown> {
  const { preStop } = lifecycle ?? {};
  return {
    ...k8s.toJson_Container(container),
    ...(preStop !== undefined && {
      lifecycle: {
        preStop: { ...k8s.toJson_LifecycleHandler(preStop), ...(preStop.sleep && { sleep: preStop.sleep }) },
      },
    }),
  };
}

function checkClaims(
  scope: Construct,
  spec: WorkloadProps['spec'],
  { spec: { containers, initContainers = [], volumes = [] } }: PodTemplate,
): void {
  const there = [
    ...volumes.map(({ name }) => name),
    ...listAt(spec, 'volumeClaimTemplates').map((claim) => textAt(claim, 'metadata', 'name')),
  ];
  const missing = [...containers, ...initContainers]
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .find(({ name }) => !there.includes(name));
  if (missing !== undefined) {
    throw new InvalidPropError(scope, {
      prop: 'mounts',
      value: missing.mountPath,
      reason: `a volume of claim template ${missing.name}, which only a StatefulSet with such a template has.`,
      remedy: 'Mount Volume.fromPersistentVolumeClaim(NAME), a claim that exists.',
    });
  }
}
