import { ApiObject, Duration, type GroupVersionKind } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ExternalSecretSpec } from '../../imports/external-secrets.io';
import type { EnvironmentSource } from './config-map';
import { InvalidPropError } from './invalid-prop';
import { type Component, metadataOf } from './labels';
import { PatchableConstruct } from './patch';
import { checkData, checkDataKey, checkObjectName, goDuration } from './validation';

/** A store of secrets that External Secrets Operator reads, which somebody has set up in the cluster. */
export interface SecretStore {
  /** Name of the store. */
  readonly name: string;
  /**
   * Whether it serves the whole cluster or its own namespace, which is the ExternalSecret's then.
   * @default 'ClusterSecretStore'
   */
  readonly kind?: 'ClusterSecretStore' | 'SecretStore';
}

/** Where in the store a value is. */
export interface RemoteRef {
  /** The entry, such as `shop/orders-database`. */
  readonly key: string;
  /**
   * Property of the entry, where it holds several: a field of its JSON.
   * @default - all of the entry
   */
  readonly property?: string;
  /**
   * Version of the entry.
   * @default - the store's latest
   */
  readonly version?: string;
}

/** Props of {@link ExternalSecret}. */
export interface ExternalSecretProps extends Component {
  /** The store that has the values. */
  readonly store: SecretStore;
  /** Key of the Secret to where its value is in the store. */
  readonly data: Readonly<Record<string, RemoteRef>>;
  /**
   * Further keys with values that are no secret, such as the name of a user: they stand in the manifest. `{{` begins an expression of the
   * operator's templates, and is refused.
   * https://external-secrets.io/latest/guides/templating/
   * @default - none
   */
  readonly values?: Readonly<Record<string, string>>;
  /**
   * How often the operator looks whether the store has changed. Zero: once.
   * @default Duration.hours(1)
   */
  readonly refreshInterval?: Duration;
  /**
   * Type of the Secret.
   * @default 'Opaque'
   */
  readonly type?: string;
}

const EXTERNAL_SECRET: GroupVersionKind = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' };

/**
 * A Secret whose values External Secrets Operator takes from a store outside of the cluster: no value passes through a synth, and none is in
 * git. The Secret goes when the ExternalSecret does, and stays as it is where the store loses the entry: a store that cannot be read
 * must not take running services down.
 *
 * Pods that read it as variables have the old values until they are restarted.
 * https://external-secrets.io/latest/api/externalsecret/
 */
export class ExternalSecret extends PatchableConstruct implements EnvironmentSource {
  public readonly kind = 'Secret';
  /** Name of the ExternalSecret and of the Secret: the construct's id. */
  public readonly name: string;
  public readonly keys: readonly string[];
  /** The ExternalSecret. */
  public readonly externalSecret: ApiObject;

  /** @throws InvalidPropError if a name or key is none, there is no key, or one is both a secret and a value. */
  constructor(scope: Construct, id: string, props: ExternalSecretProps) {
    super(scope, id);
    const { store, data, values = {}, refreshInterval = Duration.hours(1), type = 'Opaque' } = props;
    checkObjectName(this, 'id', id);
    checkObjectName(this, 'store.name', store.name);
    checkRemoteRefs(this, data);
    checkValues(this, values, data);
    this.name = id;
    this.keys = [...Object.keys(data), ...Object.keys(values)];

    const metadata = metadataOf(this, { ...props, name: props.name ?? id }, id);
    const { labels } = metadata;
    this.externalSecret = new ApiObject(this, 'ExternalSecret', {
      ...EXTERNAL_SECRET,
      metadata,
      spec: {
        secretStoreRef: { kind: store.kind ?? 'ClusterSecretStore', name: store.name },
        refreshInterval: goDuration(this, 'refreshInterval', refreshInterval),
        target: {
          name: id,
          creationPolicy: 'Owner',
          deletionPolicy: 'Retain',
          template: {
            engineVersion: 'v2',
            type,
            metadata: { labels: { ...labels } },
            ...(Object.keys(values).length > 0 && { mergePolicy: 'Merge', data: { ...values } }),
          },
        },
        data: Object.entries(data).map(([secretKey, { key, property, version }]) => ({
          secretKey,
          remoteRef: {
            key,
            ...(property !== undefined && { property }),
            ...(version !== undefined && { version }),
          },
        })),
      } satisfies ExternalSecretSpec,
    });
  }
}

function checkRemoteRefs(scope: Construct, data: Readonly<Record<string, RemoteRef>>): void {
  if (Object.keys(data).length === 0) {
    throw new InvalidPropError(scope, {
      prop: 'data',
      reason: 'no key: the Secret would hold no secret.',
      remedy: 'Name at least one, or use a ConfigMap.',
    });
  }
  for (const [secretKey, { key, property, version }] of Object.entries(data)) {
    checkDataKey(scope, 'data', secretKey);
    for (const [name, value] of Object.entries({ key, property, version })) {
      if (value === '') {
        throw new InvalidPropError(scope, {
          prop: `data.${secretKey}.${name}`,
          value,
          reason: 'empty: no store has an entry of that name.',
          remedy: name === 'key' ? 'Name the entry.' : 'Name it, or leave it out.',
        });
      }
    }
  }
}

function checkValues(
  scope: Construct,
  values: Readonly<Record<string, string>>,
  data: Readonly<Record<string, RemoteRef>>,
): void {
  checkData(scope, values, 'values');
  for (const [key, value] of Object.entries(values)) {
    if (Object.hasOwn(data, key)) {
      throw new InvalidPropError(scope, {
        prop: 'values',
        value: key,
        reason: 'a key that the store has a value for: one of the two would be lost.',
        remedy: 'Give it in one of them.',
      });
    }
    if (value.includes('{{')) {
      throw new InvalidPropError(scope, {
        prop: `values.${key}`,
        reason: 'an expression, which the operator evaluates with every secret of the object at hand.',
        remedy: 'Give the text itself. What is put together of secrets is a patch of spec.target.template.',
      });
    }
  }
}
