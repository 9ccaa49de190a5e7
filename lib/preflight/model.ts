import type { GraphObject, Room } from '../graph';
import { groupBy } from '../manifest/plain-data';
import type { ControllerOption } from './products';

// What must be in a cluster before manifests can be applied.

/** What is looked at to tell whether it is there. */
export type Condition =
  /** The API server is of this minor version, or a newer one. */
  | { readonly type: 'version'; readonly oldest: string }
  /** The API server serves groups of Kubernetes' own, in these versions. */
  | { readonly type: 'kubernetes'; readonly apiVersions: readonly string[] }
  /** The API server serves a kind of custom resource, in this version. */
  | { readonly type: 'definition'; readonly group: string; readonly version: string; readonly kind: string }
  /** A controller runs: a Deployment whose image, name or label `app.kubernetes.io/name` is known. */
  | {
      readonly type: 'controller';
      readonly known: RegExp;
      /**
       * An option that it must have been given.
       * @default - none
       */
      readonly option?: ControllerOption;
    }
  /** Each of some objects is chosen, by its labels and namespace, by an object of a kind of Prometheus operator. */
  | {
      readonly type: 'chosen';
      /** The kind's name in addresses, with its group. */
      readonly resource: string;
      /** What its selector's name begins with: `podMonitor` of `podMonitorSelector`. */
      readonly selector: string;
      readonly objects: readonly GraphObject[];
    }
  /** An API that another program serves, such as metrics-server; in whatever version. */
  | { readonly type: 'api-service'; readonly group: string }
  /** An object is there, and says of itself that it is ready where its kind does. */
  | {
      readonly type: 'object';
      /** The kind's name in addresses, with its group. */
      readonly resource: string;
      /** Empty for an object of no namespace. */
      readonly namespace: string;
      readonly name: string;
      /**
       * The condition of its status that must be true.
       * @default - it is enough that it is there
       */
      readonly condition?: string;
    }
  /** A class is the one that counts where none is named, by this annotation. */
  | { readonly type: 'default-class'; readonly resource: string; readonly annotation: string }
  /** The nodes have this many values of a label at least. */
  | { readonly type: 'domains'; readonly topologyKey: string; readonly count: number }
  /** Something enforces NetworkPolicies. */
  | { readonly type: 'network-policies' }
  /** The API server can be reached by pods whose policies hold back what goes out. */
  | {
      readonly type: 'api-server';
      /** What keeps pods from an address and port; empty where nothing does. */
      readonly barriers: (address: string, port: number) => readonly GraphObject[];
    }
  /** Pods that network policies name, and that no manifest makes. */
  | { readonly type: 'pods'; readonly namespaceSelector: unknown; readonly selector: unknown }
  /** ResourceQuotas of a namespace leave room. */
  | { readonly type: 'room'; readonly namespace: string; readonly room: Room }
  /** A namespace that no manifest makes lets its pods in. */
  | { readonly type: 'pod-security'; readonly namespace: string; readonly level: PodSecurityLevel };

/** Something that must be in the cluster. */
export interface Requirement {
  /** What, in a few words. */
  readonly what: string;
  /** What happens without it: a sentence. */
  readonly why: string;
  /** Who needs it. */
  readonly neededBy: readonly GraphObject[];
  /** The command line that shows it. */
  readonly command: readonly string[];
  /** What to do if it is not there. */
  readonly remedy: string;
  readonly condition: Condition;
}

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/, the strictest first. */
export const POD_SECURITY_LEVELS = ['restricted', 'baseline', 'privileged'] as const;

/** A level of pod security. */
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** Which objects, so that a line holds them: `Kafka main, KafkaTopic orders, carts and 20 more`. */
export function namesOf(objects: readonly GraphObject[]): string {
  const byKind = groupBy(objects, ({ resource }) => resource.kind ?? '');
  return [...byKind]
    .map(([kind, all]) => {
      // In several namespaces there may be one of a name.
      const names = [...new Set(all.map(({ resource }) => resource.name ?? ''))];
      const shown = names.length > MOST_NAMES ? names.slice(0, MOST_NAMES - 1) : names;
      const more = names.length - shown.length;
      return `${kind} ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
    })
    .join('; ');
}

const MOST_NAMES = 3;
