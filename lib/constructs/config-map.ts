import { createHash } from 'node:crypto';
import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkData, checkName } from './validation';
import { type Component, labelsOf } from './labels';
import { PatchableConstruct } from './patch';

/** Something that a container can read its environment variables from. */
export interface EnvironmentSource {
  /** Which kind of object it is. */
  readonly kind: 'ConfigMap' | 'Secret';
  /** Name of the object, in the pod's namespace. */
  readonly name: string;
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
  /** SHA-256 of the data, in hexadecimal digits. */
  public readonly checksum: string;

  /** @throws InvalidPropError if the id is no name, or the data no data of a ConfigMap. */
  constructor(scope: Construct, id: string, props: ConfigMapProps) {
    super(scope, id);
    checkName(this, 'id', id);
    checkData(this, props.data);
    this.name = id;
    this.data = props.data;
    this.checksum = checksumOf(props.data);

    new k8s.KubeConfigMap(this, 'ConfigMap', {
      metadata: { name: id, labels: labelsOf(this, { ...props, name: props.name ?? id }) },
      data: props.data,
    });
  }
}

/** Key of the pod template's annotation that changes with the ConfigMaps which the pod reads: Helm's convention. */
export const CHECKSUM_ANNOTATION = 'checksum/config';

/** One checksum for several ConfigMaps. */
export function combinedChecksum(configMaps: readonly ConfigMap[]): string {
  return checksumOf(Object.fromEntries(configMaps.map(({ name, checksum }) => [name, checksum])));
}

function checksumOf(data: Readonly<Record<string, string>>): string {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
