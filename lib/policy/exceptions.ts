import type { IConstruct } from 'constructs';
import type { Resource } from '../manifest/manifest';
import { child } from '../manifest/plain-data';
import type { Policy } from './policy';
import type { Violation } from './violation';

/** An exception from a policy, for a construct and everything below it. */
export interface Exception {
  readonly construct: IConstruct;
  readonly policy: string;
  readonly reason: string;
}

/** Metadata of a construct that holds its exceptions. */
const METADATA = 'policy-exception';

/** Annotations `policy-exception/POLICY: REASON` stand on every object that an exception covers. */
export const ANNOTATION_PREFIX = 'policy-exception/';

/**
 * Takes responsibility for what a policy forbids, on a construct and everything below it. The exception is listed in every report and as
 * an annotation on the objects that need it, and is an error itself as soon as none does.
 *
 * @param policy the policy's id
 * @param reason why it must be so, for whoever reads the report
 */
export function acknowledge(construct: IConstruct, policy: string, reason: string): void {
  if (reason.trim() === '') {
    throw new Error(
      `${pathOf(construct)}: the exception from policy "${policy}" has no reason. Whoever reviews it has nothing to judge it by. Say why it must be so.`,
    );
  }
  if (exceptionsOn(construct).some((exception) => exception.policy === policy)) {
    throw new Error(
      `${pathOf(construct)}: policy "${policy}" is acknowledged twice. Only one of the reasons would be reported. Remove one.`,
    );
  }
  construct.node.addMetadata(METADATA, { policy, reason: reason.trim() });
}

/** The exceptions acknowledged on this very construct. */
export function exceptionsOn(construct: IConstruct): readonly Exception[] {
  return construct.node.metadata.flatMap(({ type, data }): Exception[] => {
    const policy = child(data, 'policy');
    const reason = child(data, 'reason');
    return type === METADATA && typeof policy === 'string' && typeof reason === 'string'
      ? [{ construct, policy, reason }]
      : [];
  });
}

/** The exception that covers `construct`: the nearest one on the way up. */
export function exceptionFor(construct: IConstruct, policy: string): Exception | undefined {
  for (const scope of construct.node.scopes.toReversed()) {
    const found = exceptionsOn(scope).find((exception) => exception.policy === policy);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** The annotation that an exception leaves on an object. */
export function annotationFor(policy: string): string {
  return `${ANNOTATION_PREFIX}${policy}`;
}

/** The exceptions that a manifest says were acknowledged for it: reasons by policy. */
export function annotatedExceptions(manifest: unknown): ReadonlyMap<string, string> {
  const annotations = child(child(manifest, 'metadata'), 'annotations');
  const found = new Map<string, string>();
  if (typeof annotations === 'object' && annotations !== null) {
    for (const [key, value] of Object.entries(annotations)) {
      if (key.startsWith(ANNOTATION_PREFIX) && typeof value === 'string' && value.trim() !== '') {
        found.set(key.slice(ANNOTATION_PREFIX.length), value);
      }
    }
  }
  return found;
}

/** What every exception is judged by. It has no rules, as what it judges stands in no manifest alone, and cannot be acknowledged. */
export const STALE_EXCEPTION: Policy = {
  id: 'stale-exception',
  title: 'Every acknowledged exception is needed, and of a policy that is there',
  severity: 'error',
  scope: 'everything',
  rules: [],
  why: 'An exception that nothing needs lets the next violation through unseen.',
  fix: 'Remove the acknowledgement, or correct the name of the policy.',
  link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
};

/** The violation that a useless exception is. */
export function uselessException(message: string, resource?: Resource): Violation {
  const { id: policy, severity, why, fix, link } = STALE_EXCEPTION;
  return {
    policy,
    severity,
    message,
    why,
    fix,
    link,
    resource: resource ?? { apiVersion: null, kind: null, namespace: null, name: null },
    field: '',
    path: [],
  };
}

/** A construct's path; the root has none. */
export function pathOf(construct: IConstruct): string {
  return construct.node.path === '' ? 'app' : construct.node.path;
}
