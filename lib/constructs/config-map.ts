import { createHash } from 'node:crypto';
import { Construct, type IConstruct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { checkData, checkDataKey, checkObjectName } from './validation';
import { PatchableConstruct } from './patch';

/**
 * A ConfigMap or Secret, whose keys a container reads as environment variables or files: a construct, or the name of one that
 * somebody else makes.
 */
export interface EnvironmentSource {
  /** Which kind of object it is. */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the object, in the pod's namespace. */
  readonly name: string;
  /**
   * Its keys.
   * @default - not known
   */
  readonly keys?: readonly string[];
  /**
   * What changes with its data, so that pods that read it can be rolled.
   * @default - not known: they are not rolled
   */
  readonly checksum?: string;
}

/** Props of {@link ConfigMap}. */
export interface ConfigMapProps extends Component {
  /** Key to value; keys are file names or names of environment variables. */
  readonly data: Readonly<Record<string, string>>;
}

/** A ConfigMap whose readers are rolled when it changes, through {@link checksum} on their pod templates. */
export class ConfigMap extends PatchableConstruct implements EnvironmentSource {
  public readonly kind = 'ConfigMap';
  /** Name of the ConfigMap: the construct's id. */
  public readonly name: string;
  /** Key to value, as given. */
  public readonly data: Readonly<Record<string, string>>;
  public readonly keys: readonly string[];
  /** The ConfigMap. */
  public readonly configMap: k8s.KubeConfigMap;
  /** SHA-256 of the data, in hexadecimal digits. */
  public readonly checksum: string;

  /** @throws InvalidPropError if the id is no name, or the data no data of a ConfigMap. */
  constructor(scope: Construct, id: string, props: ConfigMapProps) {
    super(scope, id);
    checkObjectName(this, 'id', id);
    checkData(this, props.data);
    this.name = id;
    this.data = props.data;
    this.keys = Object.keys(props.data);
    this.checksum = checksumOf(props.data);

    this.configMap = new k8s.KubeConfigMap(this, 'ConfigMap', {
      metadata: metadataOf(this, { ...props, name: props.name ?? id }, id),
      data: props.data,
    });
  }
}

/** Key of the pod template's annotation that changes with the ConfigMaps which the pod reads: Helm's convention. */
export const CHECKSUM_ANNOTATION = 'checksum/config';

/** One checksum for several ConfigMaps. Undefined if there is none that has one. */
export function combinedChecksum(sources: readonly EnvironmentSource[]): string | undefined {
  const checksums = sources.flatMap(({ name, checksum }) =>
    checksum === undefined ? [] : [[name, checksum] as const],
  );
  return checksums.length === 0 ? undefined : checksumOf(Object.fromEntries(checksums));
}

function checksumOf(data: Readonly<Record<string, string>>): string {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}

/** Checks a key of a ConfigMap or Secret: that there can be one, and, where its keys are known, that there is. */
export function checkSourceKey(
  scope: IConstruct,
  prop: string,
  {
    from,
    key,
    optional = false,
  }: { readonly from: EnvironmentSource; readonly key: string; readonly optional?: boolean },
): void {
  checkDataKey(scope, prop, key);
  if (from.keys?.includes(key) === false && !optional) {
    throw new InvalidPropError(scope, {
      prop,
      value: key,
      reason: `not a key of ${from.kind} ${from.name}, and the container would wait for it and never start.`,
      remedy: `Use one of its keys (${from.keys.join(', ')}), or say that it is optional.`,
    });
  }
}
