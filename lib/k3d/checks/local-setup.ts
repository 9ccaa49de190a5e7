import type { PasswordOf } from '../../host/model';
import type { K3dHostAccess } from '../model';
import type { Requests } from '../requests';
import type { System } from '../../host/system';

/** What the doctor looks at. */
export interface LocalSetup {
  readonly access: K3dHostAccess;
  /** The k3d configuration file, as people in the project's folder name it: `dist/local/k3d.yml`. */
  readonly configFile: string;
  /** The images that are imported into the cluster. */
  readonly images: readonly string[];
  /** The build arguments of those images that have some: `NAME=value`. @default none */
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
