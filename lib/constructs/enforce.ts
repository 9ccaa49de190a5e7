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

/** By what a construct is judged that no pack is applied to. */
const withoutPack = { policies: defaultPolicies() };

/** Constructs ask about few policies, and most about the same values: policies are compiled, and a value judged, once. */
const engines = new WeakMap<Policy, Engine>();
const known = new WeakMap<Pick<PolicyPack, 'policies'>, Map<string, readonly Violation[]>>();

/**
 * Refuses a prop in the constructor that takes it, so that the stack points at the caller, by the same policies that judge the manifest later:
 * those of the packs applied above it, or else all. An exception acknowledged on the construct or above it holds here as well.
 *
 * @throws InvalidPropError with the construct's path, the prop, its value, what is wrong, why it matters and what to do.
 */
export function enforce(construct: IConstruct, { prop, value, policies, manifest }: EnforcedProp): void {
  const packs = PolicyPack.of(construct);
  for (const pack of packs.length === 0 ? [withoutPack] : packs) {
    for (const { policy, message, fault = message, why, fix } of violationsOf(pack, policies, manifest)) {
      if (exceptionFor(construct, policy) === undefined) {
        throw new InvalidPropError(construct, {
          prop,
          value,
          reason: `${fault}. ${why}`,
          remedy: `${fix} (policy ${policy})`,
        });
      }
    }
  }
}

function violationsOf(
  pack: Pick<PolicyPack, 'policies'>,
  ids: readonly string[],
  manifest: unknown,
): readonly Violation[] {
  const ofPack = known.get(pack) ?? new Map<string, readonly Violation[]>();
  known.set(pack, ofPack);
  const key = `${ids.join()}\n${JSON.stringify(manifest)}`;
  let violations = ofPack.get(key);
  if (violations === undefined) {
    violations = pack.policies
      .filter(({ id, severity }) => ids.includes(id) && severity === 'error')
      .flatMap((policy) => {
        const engine = engines.get(policy) ?? new Engine([policy]);
        engines.set(policy, engine);
        return [...engine.evaluate([{ id: undefined, manifest }])].map(({ violation }) => violation);
      });
    ofPack.set(key, violations);
  }
  return violations;
}
