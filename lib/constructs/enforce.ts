import type { IConstruct } from 'constructs';
import { Engine } from '../policy/engine';
import { exceptionFor } from '../policy/exceptions';
import { InvalidPropError } from './invalid-prop';
import { PolicyPack } from '../policy/pack';
import type { Policy } from '../policy/policy';
import { policies as defaultPolicies } from '../policy/policies';
import type { Violation } from '../policy/violation';

/** A prop that a policy decides about, on its own. */
export interface EnforcedProp {
  /** The prop's name, as the caller wrote it. */
  readonly prop: string;
  /** What the caller gave. */
  readonly value: unknown;
  /** Ids of the policies that decide about it, where a pack that judges the construct has them. */
  readonly policies: readonly string[];
  /** The smallest manifest that the value makes, such as a Pod with one container that has only an image. */
  readonly manifest: unknown;
}

/** Constructs ask about few policies, and most about the same values: policies are compiled, and a value judged, once. */
const engines = new WeakMap<Policy, Engine>();
const verdicts = new WeakMap<Policy, Map<string, Violation | undefined>>();

/** By what a construct is judged that no pack is applied to. */
const withoutPack = [{ policies: defaultPolicies() }];

/**
 * Refuses a prop in the constructor that takes it, by the same policies that judge the manifest later: those of the packs applied above it, or else all, so that the stack points at the
 * caller. An exception acknowledged on the construct or above it holds here as well.
 *
 * @throws InvalidPropError with the construct's path, the prop, its value, what is wrong, why it matters and what to do.
 */
export function enforce(construct: IConstruct, { prop, value, policies, manifest }: EnforcedProp): void {
  const packs = PolicyPack.of(construct);
  const deciding = (packs.length === 0 ? withoutPack : packs)
    .flatMap((pack) => pack.policies)
    .filter(({ id, severity }) => policies.includes(id) && severity === 'error');
  for (const policy of deciding) {
    const { id } = policy;
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
