import { isIPv4 } from 'node:net';
import type { IConstruct } from 'constructs';
import { checkSourceKey, type EnvironmentSource } from './config-map';
import { type Endpoint, hostPort } from './endpoint';
import { InvalidPropError } from './invalid-prop';
import { checkPort, type NamedPort } from './port';
import { checkObjectName, isDnsName } from './validation';
import type { KeyValue, VariableValue } from './variables';
import { filesNamed, type Mount, Volume } from './volumes';

/** How a client must connect, where it is not in plain text. */
export interface KafkaClientSecurity {
  /** Value for `security.protocol`. */
  readonly protocol: 'SSL' | 'SASL_SSL';
  /**
   * Value for `sasl.mechanism`.
   * @default - the client does not log in
   */
  readonly mechanism?: KafkaSasl['mechanism'];
  /** Key with the PEM of the CA: value for `ssl.truststore.certificates`, with `ssl.truststore.type=PEM`. */
  readonly ca: KeyValue;
  /**
   * Key with the value for `sasl.jaas.config`, which holds the client's name and password.
   * @default - the client brings it
   */
  readonly jaasConfig?: KeyValue;
}

/** What a client needs to know of a Kafka cluster. */
export interface KafkaBootstrap {
  /** Value for `bootstrap.servers`: `HOST:PORT`, and further ones after a comma. */
  readonly bootstrapServers: string;
  /**
   * How the client must connect.
   * @default - in plain text
   */
  readonly security?: KafkaClientSecurity;
  /**
   * Where the bootstrap servers are, and who answers there: {@link NetworkPolicies} must know it.
   * @default - only what their text says
   */
  readonly endpoint?: Endpoint;
}

/** Where a client of a Kafka cluster connects to. */
export function bootstrapEndpoints({ endpoint, bootstrapServers }: KafkaBootstrap): readonly Endpoint[] {
  return endpoint === undefined
    ? bootstrapServers.split(',').map((server) => {
        const colon = server.lastIndexOf(':');
        return { host: server.slice(0, colon), port: Number(server.slice(colon + 1)) };
      })
    : [endpoint];
}

/**
 * How clients log in to a listener.
 * https://kafka.apache.org/39/documentation.html#security_sasl
 */
export class KafkaSasl {
  /**
   * Names and passwords from a Secret that the brokers read when they start, so that clients are let in from the first start on.
   *
   * @param jaasConfig key of a Secret with the listener's JAAS line:
   * `org.apache.kafka.common.security.plain.PlainLoginModule required user_orders="PASSWORD" user_carts="PASSWORD";`. The brokers must be
   * restarted when it changes (`kubectl rollout restart statefulset NAME`).
   */
  public static plain(jaasConfig: KeyValue): KafkaSasl {
    return new KafkaSasl('PLAIN', jaasConfig);
  }

  /**
   * Names and passwords that Kafka itself keeps, and that are changed while it runs. The image formats the storage without any, so the first
   * ones are made once the brokers run, through the brokers' own listener, from within a broker's pod (a tool beside the broker must be told a heap
   * of its own):
   * `kubectl exec NAME-0 -- env KAFKA_HEAP_OPTS=-Xmx96m /opt/kafka/bin/kafka-configs.sh --bootstrap-server localhost:9091 --alter --entity-type users --entity-name orders --add-config 'SCRAM-SHA-512=[password=PASSWORD]'`
   * (port 9092 where only the external listener asks for passwords).
   */
  public static scramSha512(): KafkaSasl {
    return new KafkaSasl('SCRAM-SHA-512');
  }

  private constructor(
    /** The mechanism. */
    public readonly mechanism: 'PLAIN' | 'SCRAM-SHA-512',
    /** Key of the Secret with the listener's JAAS line. */
    public readonly jaasConfig?: KeyValue,
  ) {}
}

/** How a listener is secured. Passwords are taken over TLS only: whoever reads the wire would have them, or could try them out at leisure. */
export interface KafkaListenerSecurity {
  /**
   * Secret with the brokers' certificate, as cert-manager writes it: `tls.crt` (certificate and intermediate ones), `tls.key` and `ca.crt`. The
   * key must be PKCS #8 ("BEGIN PRIVATE KEY"; in a cert-manager Certificate `privateKey: { encoding: PKCS8 }`): Kafka reads no other, and does not
   * start. The certificate must be for the names of {@link KafkaKraft.dnsNames}. Brokers read it when they start: restart them when it is renewed.
   */
  readonly certificate: EnvironmentSource;
  /**
   * How clients log in.
   * @default - they do not: everybody who can connect may
   */
  readonly sasl?: KafkaSasl;
}

/**
 * How clients outside of the cluster reach the brokers. A client asks any broker where the leaders of its partitions are, and then connects to
 * each of them: every broker has an address of its own, and a Service of its own (`NAME-external-0`, ...) that leads to it alone.
 */
export interface KafkaExternalListener {
  /**
   * The address of each broker, in their order, as clients outside know it: `[{ host: 'localhost', port: 9094 }]`. The port is that of the
   * Service: of the load balancer, or the NodePort.
   */
  readonly addresses: readonly Endpoint[];
  /**
   * Type of the Services. Both are an exception from policy `service-exposed`, to be acknowledged with the reason.
   * @default 'LoadBalancer'
   */
  readonly serviceType?: 'LoadBalancer' | 'NodePort';
  /**
   * Annotations of the Services, such as those by which a cloud makes an internal load balancer.
   * @default - none
   */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
  /**
   * TLS, and how clients log in.
   * @default - plain text: everybody who reaches an address may read and write every topic
   */
  readonly security?: KafkaListenerSecurity;
}

/** A listener of the brokers. */
export interface KafkaListener {
  /**
   * Name, in upper case. Not one that ends in SSL or contains SASL_: the image's start script then wants key stores of another kind, in
   * a place of its own. https://github.com/apache/kafka/blob/3.9.0/docker/resources/common-scripts/configure
   */
  readonly name: string;
  /** Port of the pods. */
  readonly port: NamedPort;
  /**
   * Host and port that clients are told.
   * @default - none: it is the controllers'
   */
  readonly advertised?: string;
  /**
   * How it is secured.
   * @default - not at all
   */
  readonly security?: KafkaListenerSecurity;
}

/** What the listeners are to the broker. */
export interface KafkaListenerConfig {
  /** Properties. */
  readonly properties: Readonly<Record<string, VariableValue>>;
  /** Files with certificates and passwords, which no variable holds. */
  readonly mounts: readonly Mount[];
}

const CERTIFICATE_KEYS = ['tls.crt', 'tls.key'];
const CA_KEY = 'ca.crt';
const JAAS_FILE = 'sasl.jaas.config';

/**
 * The properties and files of a node's listeners.
 *
 * @param others listeners of other nodes, that it connects to.
 */
export function listenerConfig(
  listeners: readonly KafkaListener[],
  others: readonly KafkaListener[] = [],
): KafkaListenerConfig {
  const secured = listeners.flatMap(({ name, security }) =>
    security === undefined ? [] : [{ name: name.toLowerCase(), security }],
  );
  const advertised = listeners.filter((listener) => listener.advertised !== undefined);
  return {
    properties: {
      listeners: listeners.map(({ name, port: { port } }) => `${name}://:${port}`).join(','),
      ...(advertised.length > 0 && {
        'advertised.listeners': advertised
          .map(({ name, advertised: address }) => `${name}://${address ?? ''}`)
          .join(','),
      }),
      'listener.security.protocol.map': [...listeners, ...others]
        .map(({ name, security }) => `${name}:${protocolOf(security)}`)
        .join(','),
      ...Object.fromEntries(
        secured.flatMap(({ name, security }) => Object.entries(securityProperties(name, security))),
      ),
    },
    mounts: secured.flatMap(({ name, security }) => securityMounts(name, security)),
  };
}

function protocolOf(security: KafkaListenerSecurity | undefined): 'PLAINTEXT' | KafkaClientSecurity['protocol'] {
  return security === undefined ? 'PLAINTEXT' : security.sasl === undefined ? 'SSL' : 'SASL_SSL';
}

/** The files are read by Kafka itself, which shows none of them in its log: https://kafka.apache.org/39/documentation.html#directory_config_provider */
function securityProperties(name: string, { sasl }: KafkaListenerSecurity): Record<string, string> {
  const at = `listener.name.${name}`;
  return {
    [`${at}.ssl.keystore.type`]: 'PEM',
    [`${at}.ssl.keystore.key`]: `\${dir:${folderOf(name, 'tls')}:tls.key}`,
    [`${at}.ssl.keystore.certificate.chain`]: `\${dir:${folderOf(name, 'tls')}:tls.crt}`,
    ...(sasl !== undefined && {
      [`${at}.sasl.enabled.mechanisms`]: sasl.mechanism,
      [`${at}.${sasl.mechanism.toLowerCase()}.sasl.jaas.config`]:
        sasl.jaasConfig === undefined
          ? 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
          : `\${dir:${folderOf(name, 'sasl')}:${JAAS_FILE}}`,
    }),
  };
}

/** Readable for the process alone, through the group of the pod's volumes. */
const MODE = { defaultMode: 0o440 };

function securityMounts(name: string, { certificate, sasl }: KafkaListenerSecurity): Mount[] {
  return [
    {
      path: folderOf(name, 'tls'),
      volume: Volume.fromSource(certificate, { items: filesNamed(CERTIFICATE_KEYS), ...MODE }),
    },
    ...(sasl?.jaasConfig === undefined
      ? []
      : [
          {
            path: folderOf(name, 'sasl'),
            volume: Volume.fromSource(sasl.jaasConfig.from, {
              items: [{ key: sasl.jaasConfig.key, path: JAAS_FILE }],
              ...MODE,
            }),
          },
        ]),
  ];
}

/** Not in /etc/kafka/secrets, where the image itself has a volume. */
function folderOf(name: string, what: 'tls' | 'sasl'): string {
  return `/etc/kafka/listeners/${name}/${what}`;
}

/** How clients of a listener connect. */
export function clientSecurity({ certificate, sasl }: KafkaListenerSecurity): KafkaClientSecurity {
  return {
    protocol: sasl === undefined ? 'SSL' : 'SASL_SSL',
    ...(sasl !== undefined && { mechanism: sasl.mechanism }),
    ca: { from: certificate, key: CA_KEY },
  };
}

/** Checks that certificates and passwords come from Secrets that have them. */
export function checkSecurity(scope: IConstruct, prop: string, security: KafkaListenerSecurity | undefined): void {
  if (security === undefined) {
    return;
  }
  const { certificate, sasl } = security;
  checkSecret(scope, `${prop}.certificate`, certificate);
  [...CERTIFICATE_KEYS, CA_KEY].forEach((key) => {
    checkSourceKey(scope, `${prop}.certificate`, { from: certificate, key });
  });
  if (sasl?.jaasConfig !== undefined) {
    checkSecret(scope, `${prop}.sasl.jaasConfig`, sasl.jaasConfig.from);
    checkSourceKey(scope, `${prop}.sasl.jaasConfig`, { ...sasl.jaasConfig, optional: false });
  }
}

/** Checks that a credential comes from a Secret. */
export function checkSecret(scope: IConstruct, prop: string, source: EnvironmentSource): void {
  checkObjectName(scope, `${prop}.name`, source.name);
  if (source.kind !== 'Secret') {
    throw new InvalidPropError(scope, {
      prop,
      value: `${source.kind} ${source.name}`,
      reason: 'not a Secret: who may read the namespace may read it.',
      remedy: 'Put the credential into a Secret.',
    });
  }
}

/** Ports that a NodePort can have, unless the cluster was told otherwise. https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport */
const NODE_PORTS = { min: 30000, max: 32767 };

/** Checks that every broker has an address that leads to it alone. */
export function checkExternalListener(scope: IConstruct, external: KafkaExternalListener, replicas: number): void {
  const { addresses, serviceType = 'LoadBalancer', security } = external;
  const prop = 'externalListener.addresses';
  if (addresses.length !== replicas) {
    throw new InvalidPropError(scope, {
      prop,
      value: addresses.map(hostPort),
      reason: `not one for each of the ${replicas} brokers: a client is sent to the broker that leads the partition, and would connect to another or to none.`,
      remedy: replicas === 1 ? 'Give one.' : 'Give each broker an address of its own, or run one broker.',
    });
  }
  const seen = new Set<string>();
  addresses.forEach((address, index) => {
    const at = `${prop}[${index}]`;
    checkPort(scope, `${at}.port`, address.port);
    if (!isIPv4(address.host) && !isDnsName(address.host)) {
      throw new InvalidPropError(scope, {
        prop: `${at}.host`,
        value: address.host,
        reason: 'neither a DNS name nor an IPv4 address, and no client could connect to it.',
        remedy: 'Give the host alone: no scheme, no port, in lower case.',
      });
    }
    if (serviceType === 'NodePort' && (address.port < NODE_PORTS.min || address.port > NODE_PORTS.max)) {
      throw new InvalidPropError(scope, {
        prop: `${at}.port`,
        value: address.port,
        reason: `not a NodePort (${NODE_PORTS.min} to ${NODE_PORTS.max}), and the API server refuses it.`,
        remedy: 'Give such a port, or use a LoadBalancer.',
      });
    }
    // A NodePort is open on every node.
    const taken = serviceType === 'NodePort' ? String(address.port) : hostPort(address);
    if (seen.has(taken)) {
      throw new InvalidPropError(scope, {
        prop: at,
        value: hostPort(address),
        reason:
          'that of another broker: a client is sent to the broker that leads the partition, and would reach either.',
        remedy: 'Give each broker an address of its own, or run one broker.',
      });
    }
    seen.add(taken);
  });
  checkSecurity(scope, 'externalListener.security', security);
}
