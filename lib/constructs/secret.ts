import type { Construct } from 'constructs';
import { k8s } from '../../imports/k8s';
import { checkData, checkObjectName } from './validation';
import type { EnvironmentSource } from './config-map';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';

/** Props of {@link Secret}. */
export interface SecretProps extends Component {
  /** Key to value, in plain text. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Secret of type Opaque. No error of it shows a value. */
export class Secret extends PatchableConstruct implements EnvironmentSource {
  public readonly kind = 'Secret';
  /** Name of the Secret: the construct's id. */
  public readonly name: string;
  /** The Secret. */
  public readonly secret: k8s.KubeSecret;
  public readonly keys: readonly string[];

  /** @throws InvalidPropError if the id is no name, or the data no data of a Secret. */
  constructor(scope: Construct, id: string, props: SecretProps) {
    super(scope, id);
    checkObjectName(this, 'id', id);
    checkData(this, props.data);
    this.name = id;
    this.keys = Object.keys(props.data);

    this.secret = new k8s.KubeSecret(this, 'Secret', {
      metadata: metadataOf(this, { ...props, name: props.name ?? id }, id),
      type: 'Opaque',
      // Not stringData: the server turns that into data, so that what was applied would never be what is read back.
      data: Object.fromEntries(
        Object.entries(props.data).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('base64')]),
      ),
    });
  }
}
