import { listAt, textAt, textsAt } from '../../manifest/plain-data';

// What rules of RBAC allow (https://kubernetes.io/docs/reference/access-authn-authz/rbac/).

/** One verb on one resource, or on one address of the API server. */
export interface Grant {
  readonly verb: string;
  readonly group: string;
  /** Empty for an address. */
  readonly resource: string;
  /** Empty where it is every object. */
  readonly name: string;
  /** Empty for a resource. */
  readonly url: string;
}

/** Each thing that rules allow. */
export function grantsOf(rules: readonly unknown[]): readonly Grant[] {
  return rules.flatMap((rule) => {
    const verbs = textsAt(rule, 'verbs');
    const names = textsAt(rule, 'resourceNames');
    return verbs.flatMap((verb) => [
      ...textsAt(rule, 'apiGroups').flatMap((group) =>
        textsAt(rule, 'resources').flatMap((resource) =>
          (names.length === 0 ? [''] : names).map((name) => ({ verb, group, resource, name, url: '' })),
        ),
      ),
      ...textsAt(rule, 'nonResourceURLs').map((url) => ({ verb, group: '', resource: '', name: '', url })),
    ]);
  });
}

/** Whether one of some grants allows another. */
export function isAllowed(grant: Grant, by: readonly Grant[]): boolean {
  return by.some(
    (each) =>
      matches(each.verb, grant.verb) &&
      (grant.url !== ''
        ? each.url === grant.url || (each.url.endsWith('*') && grant.url.startsWith(each.url.slice(0, -1)))
        : each.url === '' &&
          matches(each.group, grant.group) &&
          hasResource(each.resource, grant.resource) &&
          (each.name === '' || each.name === grant.name)),
  );
}

function matches(pattern: string, value: string): boolean {
  return pattern === '*' || pattern === value;
}

function hasResource(pattern: string, resource: string): boolean {
  const [, subresource] = resource.split('/');
  return matches(pattern, resource) || (subresource !== undefined && pattern === `*/${subresource}`);
}

/** Resources with which whoever has them can take more than they say, by the verbs that do it. */
const DANGEROUS: readonly { readonly resource: RegExp; readonly verb: RegExp; readonly why: string }[] = [
  { resource: /^secrets$/, verb: /^(get|list|watch)$/, why: 'reads Secrets' },
  { resource: /^pods\/(exec|attach|portforward|ephemeralcontainers)$/, verb: /./, why: 'gets into running pods' },
  { resource: /^nodes\/proxy$/, verb: /./, why: 'runs commands in every pod of a node' },
  { resource: /^(clusterroles|roles)$/, verb: /^(escalate|bind|create|update|patch)$/, why: 'gives rights' },
  { resource: /^(clusterrolebindings|rolebindings)$/, verb: /^(create|update|patch)$/, why: 'gives rights' },
  { resource: /^(users|groups|serviceaccounts|uids|userextras)/, verb: /^impersonate$/, why: 'acts as others' },
  { resource: /^serviceaccounts\/token$/, verb: /^create$/, why: 'acts as others' },
  { resource: /webhookconfigurations$/, verb: /^(create|update|patch)$/, why: 'changes what others apply' },
  {
    resource: /^(pods|deployments|statefulsets|daemonsets|replicasets|jobs|cronjobs|rollouts|replicationcontrollers)$/,
    verb: /^(create|update|patch)$/,
    why: 'runs pods, with the Secrets and accounts of the namespace',
  },
];

/** Why a grant is more than it seems; undefined for one that is not. */
export function dangerOf({ verb, resource, url }: Grant): string | undefined {
  if (verb === '*' || resource === '*' || url === '*') {
    return 'allows whatever there is, and whatever comes';
  }
  return DANGEROUS.find((each) => each.resource.test(resource) && each.verb.test(verb))?.why;
}

/** `get, list pods`; a group that is not the core's in front, and a name behind. */
export function grantsText(grants: readonly Grant[]): readonly string[] {
  const byResource = new Map<string, string[]>();
  for (const { verb, group, resource, name, url } of grants) {
    const what = url === '' ? `${resource}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` ${name}`}` : url;
    byResource.set(what, [...(byResource.get(what) ?? []), verb]);
  }
  return [...byResource].map(([what, verbs]) => `${[...new Set(verbs)].join(', ')} ${what}`);
}

/** `ServiceAccount shop/cart`, `Group system:masters`. */
export function subjectsOf(binding: unknown): readonly string[] {
  return listAt(binding, 'subjects').map((subject) => {
    const namespace = textAt(subject, 'namespace');
    return `${textAt(subject, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${textAt(subject, 'name')}`;
  });
}
