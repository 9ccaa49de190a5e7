import { celStrings } from './cel';

// What rules of RBAC allow, as CEL (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).

/** The rules of the object; those of an aggregated role are written by a controller, whatever stands there. */
const RULES =
  "((object.kind == 'ClusterRole' && has(dyn(object).aggregationRule)) || !has(dyn(object).rules) ? [] : dyn(object).rules)";

/** CEL: a list of the rule `r`, which may lack it. */
export function listIn(name: string): string {
  return `(has(r.${name}) ? r.${name} : [])`;
}

const DESCRIBED = `${listIn('verbs')}.join(', ') + ' on ' + (${listIn('resources')} + ${listIn('nonResourceURLs')}).join(', ')`;

/** CEL: each rule `r` that `condition` holds for, in words. */
export function rulesWhere(condition: string): string {
  return `${RULES}.filter(r, ${condition}).map(r, ${DESCRIBED})`;
}

/** CEL: whether `r` names one of these. */
export function namesOneOf(list: string, values: readonly string[]): string {
  return `${listIn(list)}.exists(v, v in ${celStrings(values)})`;
}

/** Something that a rule may allow. */
export interface Grant {
  /** The API group; empty for the core. */
  readonly group: string;
  /** The resources, each of which is enough. */
  readonly resources: readonly string[];
  /** The verbs, each of which is enough. */
  readonly verbs: readonly string[];
}

/** CEL: whether `r` allows one of these, by its name or by a wildcard. */
export function allows(...grants: readonly Grant[]): string {
  return grants
    .map(({ group, resources, verbs }) => {
      // `*/exec` is that subresource of everything.
      const ofAll = resources.flatMap((resource) => /\/.*/.exec(resource) ?? []).map((path) => `*${path}`);
      return `(${[
        namesOneOf('apiGroups', [group, '*']),
        namesOneOf('resources', [...resources, ...ofAll, '*']),
        namesOneOf('verbs', [...verbs, '*']),
      ].join(' && ')})`;
    })
    .join(' || ');
}
