import type { JudgedKind } from './kinds';
import type { Graph, GraphObject } from '../graph';
import type { Path } from '../manifest/plain-data';
import { USUAL_TEMPLATE, WORKLOADS } from '../manifest/workloads';
import type { PodTemplateKind } from '../manifest/workloads';
import type { MinorVersion } from './schema/definitions';

/** An `error` fails the synth, the check and the request to the API server; a `warning` is reported. */
export type Severity = 'error' | 'warning';

/**
 * What a rule judges, one at a time:
 * - `object`: the whole object.
 * - `template`: the metadata of the pods (a Pod's own, or its template's).
 * - `pod`: the pod's spec.
 * - `container`: every container, init container and ephemeral container, as `c`.
 * - `resourced`: containers and init containers, as `c`: Kubernetes allows ephemeral ones no resources.
 * - `longRunning`: containers that are meant to run until they are stopped, as `c`: those of pods that restart always, and
 *   restartable init containers (sidecars).
 * - `unseenContainers`: every list of containers in an object that is judged as no workload, with the `nearest` kind that would be.
 * - `applied`: the whole object, with `annotationBytes`, the size of its annotations once `kubectl apply` has written its own.
 */
export type RuleTarget =
  'object' | 'template' | 'pod' | 'container' | 'resourced' | 'longRunning' | 'unseenContainers' | 'applied';

/**
 * One thing that a policy demands. Its expressions are CEL, see `object`, `variables` and, for containers, `c`, and are the same text
 * wherever they are evaluated. `variables.related` is what the objects that are applied together say of this one (related.ts); an API
 * server, which sees one object at a time, knows of them only the ServiceAccounts that it was told of.
 */
export interface Rule {
  readonly on: RuleTarget;
  /**
   * The field to blame, from what is judged; `{f}` stands for an offender that is a name, and `list[{f}]` for one that is an item of that
   * list. Empty for all of it.
   */
  readonly field: string;
  /** What must hold. Either this or `offenders`. */
  readonly rule?: string;
  /**
   * What must be empty: a list of which each gives one violation and is `f` in the message. Names, or, where the field is `list[{f}]`,
   * items of that list: these have a place of their own, also where they have no name, or the same.
   */
  readonly offenders?: string;
  /**
   * Who or what the message speaks of, such as `image "nginx"`. It is put in front, but where the reader has it before him, as the caller of
   * a constructor has his prop.
   * @default - the message says that itself
   */
  readonly subject?: string;
  /** What is wrong. For a container its name is put in front. */
  readonly message: string;
  /**
   * Whether it can be told only before the objects are applied, where all of them are at hand: no API server is asked.
   * @default false
   */
  readonly beforeApply?: true;
}

/**
 * Kinds of object. `workloads`: every kind that holds a pod template, and Pod itself. `everything`: all objects, and all together, which
 * only synth and check can.
 */
export type Scope = 'workloads' | 'everything' | JudgedKind | readonly JudgedKind[];

/** The kinds that a scope names one by one. */
export function kindsOf(scope: Scope): readonly JudgedKind[] {
  return typeof scope === 'string' ? [] : 'kind' in scope ? [scope] : scope;
}

/** What is wrong with an object beside the others that it is applied with. */
export interface GraphFault {
  readonly object: GraphObject;
  /** The field to blame; empty for the object as a whole. */
  readonly path: Path;
  /**
   * What of the text in that field is to blame, as it stands there: one address of many.
   * @default - all of it
   */
  readonly excerpt?: string;
  readonly message: string;
}

/** A policy: what must hold, why, and what to do where it does not. */
export interface Policy {
  /** Also the name of the policy's file. */
  readonly id: string;
  /** What must hold, in one line. */
  readonly title: string;
  readonly severity: Severity;
  /** Which objects the policy judges. */
  readonly scope: Scope;
  readonly rules: readonly Rule[];
  /**
   * That what it finds are secrets, so that nothing may be kept of an object that violates it.
   * @default none
   */
  readonly findsSecrets?: true;
  /**
   * For a policy about a set of objects: the CEL expression of a key that no two of them may share. No API server can decide this, since
   * it sees one object at a time.
   */
  readonly unique?: { readonly key: string; readonly message: string };
  /**
   * For the policy about structure: objects are judged by the schemas of their kinds, of which the severity depends on how many of the
   * supported versions of Kubernetes mind, from the oldest one of the clusters on. An API server does this by itself.
   */
  readonly structure?: { readonly oldest: MinorVersion };
  /**
   * For a policy about how objects refer to each other: what is wrong in the graph of all that are applied together. It is asked once for
   * all of them, and no API server can decide it, since it sees one object at a time.
   */
  readonly graph?: (graph: Graph) => Iterable<GraphFault>;
  readonly why: string;
  readonly fix: string;
  readonly link: string;
}

/** A named expression that rules share as `variables.NAME`; each may use those above it. */
export interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** A policy about how objects refer to each other: it judges all of them at once, and has no rules for one. */
export function graphPolicy(
  policy: Pick<Policy, 'id' | 'title' | 'severity' | 'why' | 'fix' | 'link'> & Required<Pick<Policy, 'graph'>>,
): Policy {
  return { ...policy, scope: 'everything', rules: [] };
}

/** Whether an API server, which sees one object at a time, of some namespaces alone, can decide the policy, or a part of it. */
export function isAdmissible({ scope, rules, unique }: Policy): boolean {
  const sees = scope === 'workloads' || admissibleKinds(kindsOf(scope)).length > 0;
  return sees && unique === undefined && admissibleRules(rules).length > 0;
}

/**
 * The kinds of which an API server is asked. A binding's namespaceSelector would let objects of no namespace through to the policy, whatever
 * it selects: the policy would hold for the whole cluster.
 */
export function admissibleKinds(kinds: readonly JudgedKind[]): readonly JudgedKind[] {
  return kinds.filter(({ clusterScoped }) => clusterScoped !== true);
}

/** The rules that an API server can decide. */
export function admissibleRules(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ beforeApply }) => beforeApply !== true);
}

/** What is said of a violation where its message cannot be evaluated: a title alone says what should be, as if it were so. */
export function unmet({ title }: Policy): string {
  return `this does not hold: ${title}`;
}

/** The kinds that are judged as workloads, and how their pod templates are found. */
export interface Workloads {
  readonly kinds: readonly PodTemplateKind[];
  /** Evaluated once for each object that holds a pod template. */
  readonly variables: readonly Variable[];
  /** Which of these objects are judged. */
  readonly conditions: readonly Variable[];
}

/**
 * Every kind that is judged as a workload.
 *
 * @param registered further kinds, of custom resources; an object of theirs that has no template is not judged as a workload
 * @throws Error if a kind is known already, or the place of its template is no path of fields
 */
export function workloads(registered: readonly PodTemplateKind[] = []): Workloads {
  registered.forEach((kind, index) => {
    requireUsable(kind, [...WORKLOADS, ...registered.slice(0, index)]);
  });
  const places = [
    // First: of the known kinds only the name is compared, and others may have the same.
    ...registered.map(({ group, kind, template }) => ({
      isKind: `object.kind == '${kind}' && object.apiVersion.startsWith('${group}/')`,
      template,
      mayLack: true as const,
    })),
    ...WORKLOADS.map(({ kind, template, mayLack }) => ({ isKind: `object.kind == '${kind}'`, template, mayLack })),
  ];
  const inTemplate = (expression: (template: string) => string): string =>
    places
      .filter(({ template }, index) => index < registered.length || template !== USUAL_TEMPLATE)
      .map(({ isKind, template }) => `${isKind} ? ${expression(fieldOf(template))} : `)
      .concat(expression(fieldOf(USUAL_TEMPLATE)))
      .join('');
  return {
    kinds: [...registered, ...WORKLOADS],
    variables: [
      { name: 'podSpec', expression: inTemplate((template) => `${template}.spec`) },
      {
        name: 'podMetadata',
        expression: inTemplate((template) => `(has(${template}.metadata) ? ${template}.metadata : dyn({}))`),
      },
      ...CONTAINER_VARIABLES,
    ],
    conditions: [
      {
        name: 'has-a-template',
        expression: places
          .filter(({ mayLack }) => mayLack !== undefined)
          .map(({ isKind, template, mayLack }) => {
            const lacks = typeof mayLack === 'string' ? `${isKind} && ${isSet('dyn(object)', mayLack)}` : isKind;
            return `(!(${lacks}) || (${hasContainers(template)}))`;
          })
          .join(' && '),
      },
    ],
  };
}

function fieldOf(path: string): string {
  return ['dyn(object)', ...path.split('.').filter((part) => part !== '')].join('.');
}

/** An empty template (`containers: null`) is how clients written in Go leave it out. */
function hasContainers(template: string): string {
  const containers = `${template}.spec.containers`;
  return `${isSet('dyn(object)', containers)} && ${fieldOf(containers)} != null`;
}

function requireUsable({ group, kind, template }: PodTemplateKind, known: readonly PodTemplateKind[]): void {
  const name = `${group}/${kind}`;
  if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(group) || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) {
    throw new Error(
      `pod template of ${name}: this is no API group and kind, so no object would be judged by it. Write them as in example.com/Widget.`,
    );
  }
  if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(template)) {
    throw new Error(
      `pod template of ${name}: "${template}" is no path of fields, so nothing would be found there. Name the field that holds metadata and spec of the pods, such as spec.template.`,
    );
  }
  if (known.some((other) => other.group === group && other.kind === kind)) {
    throw new Error(
      `pod template of ${name}: the place is known already, and only one of the two would be judged. Leave it out.`,
    );
  }
}

const LISTED = (list: string): string => `(has(variables.podSpec.${list}) ? variables.podSpec.${list} : [])`;

const CONTAINER_VARIABLES: readonly Variable[] = [
  { name: 'podContainers', expression: LISTED('containers') },
  { name: 'initContainers', expression: LISTED('initContainers') },
  {
    name: 'containers',
    expression: `variables.podContainers + variables.initContainers + ${LISTED('ephemeralContainers')}`,
  },
  { name: 'resourced', expression: 'variables.podContainers + variables.initContainers' },
  {
    name: 'runsToCompletion',
    expression:
      "object.kind in ['Job', 'CronJob'] || (has(variables.podSpec.restartPolicy) && variables.podSpec.restartPolicy != 'Always')",
  },
  {
    name: 'longRunning',
    expression:
      "(variables.runsToCompletion ? [] : variables.podContainers) + variables.initContainers.filter(c, has(c.restartPolicy) && c.restartPolicy == 'Always')",
  },
  {
    name: 'windows',
    expression: "has(variables.podSpec.os) && has(variables.podSpec.os.name) && variables.podSpec.os.name == 'windows'",
  },
];

/** The variable that lists what a rule on containers judges. */
export const CONTAINER_LISTS = { container: 'containers', resourced: 'resourced', longRunning: 'longRunning' } as const;

/** CEL: whether the field `path` of `base` is set, however deep it is. */
export function isSet(base: string, path: string): string {
  const parts = path.split('.');
  return parts.map((_, index) => `has(${base}.${parts.slice(0, index + 1).join('.')})`).join(' && ');
}

/** CEL: the field `path` of `base`, or `otherwise` where it is not set. */
export function valueOr(base: string, path: string, otherwise: string): string {
  return `(${isSet(base, path)} ? ${base}.${path} : ${otherwise})`;
}

/** CEL: the image of `c`, as the subject of a message. */
export const IMAGE = `(has(c.image) && c.image != '' ? 'image "' + c.image + '"' : 'the image')`;

/** CEL: the name of an item; empty where it has none, or one that is no text. */
export function nameOf(item: string): string {
  return `(has(${item}.name) && type(${item}.name) == string ? ${item}.name : '')`;
}

/** CEL: a text or a whole number as a message has it; what should have been one, and is not, as a question mark. */
export function shown(value: string): string {
  return `(type(${value}) == string || type(${value}) == int ? string(${value}) : '?')`;
}

/** The probes that a container may have, in the order in which they come to matter. */
export const PROBES = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;

/** CEL: the names of the probes of `c`, of these, that `condition` holds for. */
export function probesWhere(
  condition: (probe: string) => string,
  probes: readonly (typeof PROBES)[number][] = PROBES,
): string {
  return probes.map((name) => `(has(c.${name}) && (${condition(`c.${name}`)}) ? ['${name}'] : [])`).join(' + ');
}
