import type { IConstruct } from 'constructs';
import { Engine } from '../policy/engine';
import { exceptionFor, pathOf } from '../policy/exceptions';
import { InvalidPropError } from './invalid-prop';
import type { Policy } from '../policy/policy';
import { policies as defaultPolicies } from '../policy/policies';
import type { Violation } from '../policy/violation';

/** A prop that a policy decides about, on its own. */
export interface EnforcedProp {
  /** The prop's name, as the caller wrote it. */
  readonly prop: string;
  /** What the caller gave. */
  readonly value: unknown;
  /** Ids of the policies that decide about it. */
  readonly policies: readonly string[];
  /** The smallest manifest that the value makes, such as a Pod with one container that has only an image. */
  readonly manifest: unknown;
  /**
   * The policies among which the ids are looked up.
   * @default policies(), all of them
   */
  readonly from?: readonly Policy[];
}

/** Constructs ask about few policies, and most about the same values: policies are compiled, and a value judged, once. */
const engines = new WeakMap<Policy, Engine>();
const verdicts = new WeakMap<Policy, Map<string, Violation | undefined>>();
const defaults = defaultPolicies();

/**
 * Refuses a prop in the constructor that takes it, by the same policies that judge the manifest later, so that the stack points at the
 * caller. An exception acknowledged on the construct or above it holds here as well.
 *
 * @throws InvalidPropError with the construct's path, the prop, its value, what is wrong, why it matters and what to do.
 */
export function enforce(construct: IConstruct, { prop, value, policies, manifest, from }: EnforcedProp): void {
  for (const id of policies) {
    const policy = (from ?? defaults).find((each) => each.id === id);
    if (policy === undefined) {
      throw new Error(`${pathOf(construct)}: there is no policy "${id}" to judge ${prop} by.`);
    }
    const violation = judge(policy, manifest);
    if (violation !== undefined && exceptionFor(construct, id) === undefined) {
      throw new InvalidPropError(construct, {
        prop,
        value,
        reason: `${violation.message}. ${violation.why}`,
        remedy: `${violation.fix} (policy ${id})`,
      });
    }
  }
}

function judge(policy: Policy, manifest: unknown): Violation | undefined {
  const known = verdicts.get(policy) ?? new Map<string, Violation | undefined>();
  verdicts.set(policy, known);
  const key = JSON.stringify(manifest);
  if (!known.has(key)) {
    const engine = engines.get(policy) ?? new Engine([policy]);
    engines.set(policy, engine);
    const [finding] = [...engine.evaluate([{ id: undefined, manifest }])];
    known.set(key, finding?.violation);
  }
  return known.get(key);
}
