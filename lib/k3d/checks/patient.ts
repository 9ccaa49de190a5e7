import type { HostAccess, PasswordOf } from '../model';
import type { Requests } from '../requests';
import type { System } from '../system';

/** What the doctor looks at. */
export interface Patient {
  readonly access: HostAccess;
  /** The k3d configuration file, as people in the project's folder name it: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** The images that are imported into the cluster. */
  readonly images: readonly string[];
  /** Image to the words that its build needs besides: `--build-arg`, `NAME=value`. @default none */
  readonly buildArguments?: ReadonlyMap<string, readonly string[]>;
  /**
   * The namespace of the Services by whose names pods reach the endpoints.
   * @default - only the endpoints' own hosts are asked for
   */
  readonly namespace?: string;
  /**
   * What all pods together request, read when it is asked for.
   * @default - not compared with what the machine has
   */
  readonly requests?: () => Requests;
  readonly passwordOf: PasswordOf;
  readonly system: System;
}
