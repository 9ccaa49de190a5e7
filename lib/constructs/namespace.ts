import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkLabels, checkNamespaceName } from './validation';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf, withoutNamespace } from './labels';
import { PatchableConstruct } from './patch';

/** A level of the Pod Security Standards. */
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** Props of {@link Namespace}. */
export interface NamespaceProps extends Pick<Component, 'annotations'> {
  /**
   * The Pod Security Standard that the API server enforces on the namespace's pods.
   * https://kubernetes.io/docs/concepts/security/pod-security-admission/
   * @default 'restricted'
   */
  readonly podSecurity?: PodSecurityLevel;
  /**
   * Further labels, such as `istio-injection: enabled` or `pod-security.kubernetes.io/warn: restricted`.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>>;
}

const POD_SECURITY = 'pod-security.kubernetes.io/';

/** A namespace whose pods must satisfy a Pod Security Standard. */
export class Namespace extends PatchableConstruct {
  /** Name of the namespace: the construct's id. */
  public readonly name: string;
  /** The Namespace. */
  public readonly namespace: k8s.KubeNamespace;

  /** @throws InvalidPropError if the id is no name, a label none, or one of Pod Security that the API server refuses or that contradicts `podSecurity`. */
  constructor(scope: Construct, id: string, props: NamespaceProps = {}) {
    super(scope, id);
    checkNamespaceName(this, 'id', id);
    const { labels = {}, annotations = {}, podSecurity = 'restricted' } = props;
    checkLabels(this, 'labels', labels);
    checkPodSecurity(this, labels);
    this.name = id;

    const metadata = metadataOf(this, { name: id, annotations });
    this.namespace = new k8s.KubeNamespace(this, 'Namespace', {
      metadata: {
        ...metadata,
        labels: { ...metadata.labels, [`${POD_SECURITY}enforce`]: podSecurity, ...labels },
      },
    });
    withoutNamespace(this.namespace);
  }
}

/** What Pod Security admission asks of a namespace's labels (k8s.io/pod-security-admission/api: PolicyToEvaluate). */
function checkPodSecurity(scope: Construct, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const [, setting = '', isVersion] =
      /^pod-security\.kubernetes\.io\/(enforce|audit|warn)(-version)?$/.exec(key) ?? [];
    if (setting === 'enforce' && isVersion === undefined) {
      throw new InvalidPropError(scope, {
        prop: `labels[${JSON.stringify(key)}]`,
        value,
        reason: 'a label that podSecurity stands for; a value of its own would contradict it.',
        remedy: 'Use podSecurity.',
      });
    }
    const valid = isVersion === undefined ? /^(privileged|baseline|restricted)$/ : /^(latest|v1\.(0|[1-9]\d{0,8}))$/;
    if (setting !== '' && !valid.test(value)) {
      throw new InvalidPropError(scope, {
        prop: `labels[${JSON.stringify(key)}]`,
        value,
        reason: `not a ${isVersion === undefined ? 'level' : 'version'} of the Pod Security Standards, and the API server refuses it.`,
        remedy: `Use ${isVersion === undefined ? 'privileged, baseline or restricted' : 'latest, or a version such as v1.28'}.`,
      });
    }
  }
}
