import type { IConstruct } from 'constructs';
import { pathOf } from '../policy/exceptions';

/** What is wrong with a prop. */
export interface InvalidProp {
  /** Name of the prop, such as `image` or `resources.memory.limit`. */
  readonly prop: string;
  /** The value that was given. Leave it out where it may be a secret. */
  readonly value?: unknown;
  /** What is wrong, and why it matters. One or two sentences. */
  readonly reason: string;
  /** What to do. One sentence. */
  readonly remedy: string;
}

/** A construct was given a prop that it cannot use. Thrown from the constructor, so that the stack shows the caller's line. */
export class InvalidPropError extends Error {
  public override readonly name = 'InvalidPropError';

  /**
   * @param scope the construct that was given the prop; its path stands in the message.
   * @param invalid what is wrong.
   */
  constructor(
    scope: IConstruct,
    public readonly invalid: InvalidProp,
  ) {
    const value = invalid.value === undefined ? '' : ` ${show(invalid.value)}`;
    super(`${pathOf(scope)}: ${invalid.prop}${value}: ${invalid.reason} ${invalid.remedy}`);
  }
}

/** JSON, but for numbers that it has not. */
function show(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
