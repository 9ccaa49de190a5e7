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
}

/** A workload: an object with a pod template. */
export interface Workload extends GraphObject {
  /** Where its pod template stands in it. */
  readonly templatePath: Path;
  readonly podLabels: Readonly<Record<string, string>>;
  /** The spec of its pods. */
  readonly podSpec: unknown;
}

/** An object that is named, and what must be in it. */
export interface ObjectTarget {
  readonly type: 'object';
  /** The API group, or several of which any will do. */
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
   * The name or number of a port, which a Service must have.
   * @default - any
   */
  readonly port?: string | number;
}

/** Pods that are selected by their labels. */
export interface PodsTarget {
  readonly type: 'pods';
  readonly namespace: string;
  /** A LabelSelector: `matchLabels` and `matchExpressions`. */
  readonly selector: unknown;
  /**
   * The name or number of a port, which a container of theirs must have.
   * @default - any
   */
  readonly port?: string | number;
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
  /** The field. For an address in a ConfigMap, the field of that ConfigMap: `from` is the ConfigMap then, `readers` are who reads it. */
  readonly path: Path;
  readonly target: ObjectTarget | PodsTarget | AddressTarget;
  /** Whether everything works without it: `optional: true`. */
  readonly isOptional: boolean;
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
