import type { Graph, GraphObject } from '../graph';
import type { Path } from '../manifest/plain-data';

// What a plan is made of: two sets of manifests, what differs between them, and what that does to a cluster.

/** What tells objects apart, and makes one the same in both sets; the version of the API does not. */
export function identityOf({
  group,
  namespace,
  resource,
}: Pick<GraphObject, 'group' | 'namespace' | 'resource'>): string {
  return [group, resource.kind ?? '', namespace, resource.name ?? ''].join('\n');
}

/** What happens to an object. */
export type Action = 'create' | 'update' | 'delete' | 'rename';

/** A field that differs, down to what is neither an object nor a list with merge keys. */
export interface FieldChange {
  /** In the new object; where the field is gone, in the old one. */
  readonly path: Path;
  /** Undefined where there was none. */
  readonly old: unknown;
  /** Undefined where it is gone. */
  readonly new: unknown;
}

/** An object that is created, changed, renamed or deleted. */
export interface ObjectChange {
  readonly action: Action;
  /** Undefined for one that is created. */
  readonly old: GraphObject | undefined;
  /** Undefined for one that is deleted. */
  readonly new: GraphObject | undefined;
  /** By path. Of one that is created or deleted there are none: all of it comes or goes. */
  readonly fields: readonly FieldChange[];
}

/** Two sets of manifests, and what differs. */
export interface Comparison {
  readonly old: Graph;
  readonly new: Graph;
  readonly changes: readonly ObjectChange[];
}

export const CONSEQUENCE_KINDS = [
  'refused',
  'data-loss',
  'downtime',
  'restart',
  'no-restart',
  'left-behind',
  'reach',
  'rights',
  'capacity',
  'compatibility',
] as const;

export type ConsequenceKind = (typeof CONSEQUENCE_KINDS)[number];

export const SEVERITIES = ['danger', 'warning', 'info'] as const;

/** `danger`: something is lost, down, refused or opened. `warning`: worth a second look. `info`: what happens. */
export type Severity = (typeof SEVERITIES)[number];

/** What a change does to the cluster. */
export interface Consequence {
  readonly kind: ConsequenceKind;
  readonly severity: Severity;
  /** One or more sentences, for a person who knows Kubernetes' words and not this change. Never a Secret's value. */
  readonly message: string;
  /** The field that causes it; empty for the object as a whole. */
  readonly field: Path;
  /** Where the fact stands: a page of the documentation, or a file of the source. */
  readonly source: string;
}

/** What one kind of consequence there is of a change. It takes any plain data. */
export type Rule = (change: ObjectChange, comparison: Comparison) => Iterable<Consequence>;
