import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { type Component, metadataOf } from './labels';
import { checkAnnotations, checkObjectName } from './validation';

/** A ServiceAccount that somebody else makes. */
export interface ExistingServiceAccount {
  /** Its name, in the pods' namespace. */
  readonly name: string;
}

/** A ServiceAccount of the workload's own, named after it with `-sa`. */
export interface OwnServiceAccount {
  /**
   * Annotations, besides those of every object of the workload: a cloud's identity, such as
   * `{ 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders' }`.
   */
  readonly annotations: Readonly<Record<string, string>>;
}

/** As whom the pods of a workload ask the API server and the cloud. */
export interface ServiceAccountProps {
  /**
   * Their ServiceAccount.
   * @default - one of the workload's own, named after it with `-sa`
   */
  readonly serviceAccount?: ExistingServiceAccount | OwnServiceAccount;
  /**
   * Whether the pods get a token for the API server. A program that does need one acknowledges policy `service-account-token`, with the reason.
   * A cloud's identity needs none: its webhook adds a token of its own.
   * @default false
   */
  readonly serviceAccountToken?: boolean;
}

/** The ServiceAccount of a workload. */
export interface WorkloadServiceAccount {
  readonly name: string;
  /** Undefined where the pods use one that exists. */
  readonly object: k8s.KubeServiceAccount | undefined;
}

/** Makes the ServiceAccount of a workload, unless its pods use one that exists. */
export function serviceAccount(
  scope: Construct,
  props: Component & ServiceAccountProps & { readonly name: string },
): WorkloadServiceAccount {
  const given = props.serviceAccount ?? { annotations: {} };
  if ('name' in given) {
    checkObjectName(scope, 'serviceAccount.name', given.name);
    return { name: given.name, object: undefined };
  }
  checkAnnotations(scope, 'serviceAccount.annotations', given.annotations);
  const metadata = metadataOf(
    scope,
    { ...props, annotations: { ...props.annotations, ...given.annotations } },
    `${props.name}-sa`,
  );
  const object = new k8s.KubeServiceAccount(scope, 'ServiceAccount', {
    metadata,
    // The pod template says which pods get the token.
    automountServiceAccountToken: false,
  });
  return { name: metadata.name, object };
}
