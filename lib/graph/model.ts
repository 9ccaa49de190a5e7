import type { Resource } from '../manifest/manifest';
import type { Path } from '../manifest/plain-data';

// What the graph is made of. Everything is read from manifests: the graph knows no constructs.

/** An object that is applied together with the others, or that is said to be there already. */
export interface GraphObject {
  readonly manifest: unknown;
  readonly resource: Resource;
  /** The API group, in whatever version; empty for the core group. */
  readonly group: string;
  /** The namespace in which it is, `default` where it says none; empty for an object of no namespace. */
  readonly namespace: string;
  /** Whether it is in the cluster already, and is neither judged nor drawn for itself. */
  readonly isGiven: boolean;
  /**
   * What makes it, where it is in no manifest: an ExternalSecret its Secret. Its manifest then holds what is known of it.
   * @default - it is in a manifest, or in every cluster
   */
  readonly producedBy?: GraphObject;
}

/** A workload: an object of which there are pods. A KafkaNodePool or Prometheus is one too, with what is known of the pods that its operator makes. */
export interface Workload extends GraphObject {
  /** Where its pod template stands in it. */
  readonly templatePath: Path;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The spec of its pods. */
  readonly podSpec: unknown;
}

/** An object that is named, or something that must be in it: this is a reference of its own, at the field that names the key or port. */
export interface ObjectTarget {
  readonly type: 'object';
  /** The API group, in whatever version. */
  readonly group: string;
  readonly kind: string;
  /** Empty for a kind that is in no namespace. */
  readonly namespace: string;
  readonly name: string;
  /**
   * A key of its data, which a ConfigMap or Secret must have.
   * @default - any
   */
  readonly key?: string;
  /**
   * The name or number of a port, which a Service must have; of a Gateway, of a listener.
   * @default - any
   */
  readonly port?: string | number;
  /**
   * The arguments that an analysis template is given. It must be given those that it has no value for.
   * @default - it takes none
   */
  readonly givenArguments?: readonly string[];
  /**
   * Whether a ReferenceGrant must allow it, where it is in another namespace (https://gateway-api.sigs.k8s.io/api-types/referencegrant/).
   * @default false
   */
  readonly needsGrant?: true;
}

/** Pods, or Services, that are selected by their labels. */
export interface SelectedTarget {
  readonly type: 'pods' | 'services';
  readonly namespace: string;
  /**
   * A LabelSelector of namespaces, in all of which they may be instead.
   * @default - in `namespace` alone
   */
  readonly namespaceSelector?: unknown;
  /** A LabelSelector: `matchLabels` and `matchExpressions`. */
  readonly selector: unknown;
  /**
   * The name or number of a port, which a container of theirs must have; of Services, a port of theirs.
   * @default - any
   */
  readonly port?: string | number;
  /**
   * Whether a container must declare the port, a number too.
   * @default false
   */
  readonly isDeclared?: true;
}

/** `HOST:PORT`, as it stands in a text. */
export interface AddressTarget {
  readonly type: 'address';
  /** As written: a short or full name of a Service, a pod's DNS name, a name outside of the cluster, an address. */
  readonly host: string;
  /** Undefined where the text says none and its scheme has no default. */
  readonly port: number | undefined;
  readonly protocol: 'TCP' | 'UDP';
}

/** What an object refers to, and where it says so. */
export interface Reference {
  readonly from: GraphObject;
  /** The field. For an address in a ConfigMap, the field of that ConfigMap: `from` is the ConfigMap then. */
  readonly path: Path;
  readonly target: ObjectTarget | SelectedTarget | AddressTarget;
  /** Whether everything works without it: `optional: true`. */
  readonly isOptional: boolean;
}

/** Why a reference does not resolve. */
export interface Problem {
  /** What is not there: the object, a key or port of it, pods or Services of these labels, a namespace, a pod of this ordinal, an argument, a grant. */
  readonly missing: 'object' | 'key' | 'port' | 'selected' | 'namespace' | 'ordinal' | 'argument' | 'grant';
  /** One sentence without a full stop, such as `there is no ConfigMap "carts" in namespace shop`. */
  readonly message: string;
  /** The name that was probably meant. */
  readonly nearest?: string;
}

/** Who is at the other end of a connection. */
export type Destination =
  | {
      readonly type: 'pods';
      /** The Service by which they are reached; none for pods that are reached by themselves. */
      readonly service?: GraphObject;
      readonly workloads: readonly Workload[];
      /** The port of the pods, not of the Service. */
      readonly port: number;
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    }
  | {
      readonly type: 'external';
      /** The Service that stands for it (ExternalName, or without a selector); none where the host itself is written. */
      readonly service?: GraphObject;
      /** A DNS name, or addresses. */
      readonly hosts: readonly string[];
      readonly port: number;
      readonly protocol: 'TCP' | 'UDP' | 'SCTP';
    };

/** That pods connect to something, by what is written in the manifests. */
export interface Connection {
  /** Whose pods connect; undefined for an entrance: what an Ingress or HTTPRoute names is connected to by its controller. */
  readonly from: Workload | undefined;
  readonly to: Destination;
  /** Each place that says so. */
  readonly because: readonly Reference[];
}
