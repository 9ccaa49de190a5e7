import type { HostAccess, PasswordOf } from '../model';
import type { System } from '../system';

/** What the doctor looks at. */
export interface Patient {
  readonly access: HostAccess;
  /** The k3d configuration file, as people in the project's folder name it: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** The images that are imported into the cluster. */
  readonly images: readonly string[];
  /** Image to the words that its build needs besides: `--build-arg`, `NAME=value`. None for an image that any build serves. */
  readonly buildArguments: ReadonlyMap<string, readonly string[]>;
  readonly passwordOf: PasswordOf;
  readonly system: System;
}
