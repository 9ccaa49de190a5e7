import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkName } from './validation';
import { labelsOf, withoutNamespace } from './labels';
import { PatchableConstruct } from './patch';

/** A level of the Pod Security Standards. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** Props of {@link Namespace}. */
export interface NamespaceProps {
  /**
   * The Pod Security Standard that the API server enforces on the namespace's pods.
   * https://kubernetes.io/docs/concepts/security/pod-security-admission/
   * @default 'restricted'
   */
  readonly podSecurity?: PodSecurityLevel;
  /**
   * Further labels, such as `istio-injection: enabled`.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace whose pods must satisfy a Pod Security Standard. */
export class Namespace extends PatchableConstruct {
  /** Name of the namespace: the construct's id. */
  public readonly name: string;

  /** @throws InvalidPropError if the id is no name. */
  constructor(scope: Construct, id: string, props: NamespaceProps = {}) {
    super(scope, id);
    checkName(this, 'id', id);
    this.name = id;

    const namespace = new k8s.KubeNamespace(this, 'Namespace', {
      metadata: {
        name: id,
        labels: {
          ...labelsOf(this, { name: id }),
          'pod-security.kubernetes.io/enforce': props.podSecurity ?? 'restricted',
          ...props.labels,
        },
      },
    });
    withoutNamespace(namespace);
  }
}
