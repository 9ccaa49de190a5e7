import type { Resource } from '../manifest/manifest';
import type { Path } from '../manifest/plain-data';
import type { Severity } from './policy';

/** One thing that is wrong with one object. */
export interface Violation {
  readonly policy: string;
  readonly severity: Severity;
  /** What is wrong. */
  readonly message: string;
  /**
   * The same for whoever has the field and its value before him: without the container's name, and without the value.
   * @default - the message
   */
  readonly fault?: string;
  readonly why: string;
  readonly fix: string;
  readonly link: string;
  readonly resource: Resource;
  /** Where in the object, such as `spec.template.spec.containers[0].image`; empty for the object as a whole. */
  readonly field: string;
  readonly path: Path;
  /**
   * What of the text at `path` is to blame, as it stands there.
   * @default - all of it
   */
  readonly excerpt?: string;
  /** That the policy could not be evaluated, which says nothing about what it demands. */
  readonly isUnjudged?: true;
}
