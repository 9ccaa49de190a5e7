import type { IConstruct } from 'constructs';
import { Engine } from './engine';
import { exceptionFor, pathOf } from './exceptions';
import { InvalidPropError } from './invalid-prop';
import type { Policy } from './policy';
import { policies as defaultPolicies } from './policies';

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

/** Policies are few and most constructs ask about the same: each is compiled once. */
const engines = new WeakMap<Policy, Engine>();
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
    const engine = engines.get(policy) ?? new Engine([policy]);
    engines.set(policy, engine);
    const [finding] = [...engine.evaluate([{ id: construct, manifest }])];
    if (finding !== undefined && exceptionFor(construct, id) === undefined) {
      const { message, why, fix } = finding.violation;
      throw new InvalidPropError(construct, {
        prop,
        value,
        reason: `${message}. ${why}`,
        remedy: `${fix} (policy ${id})`,
      });
    }
  }
}
