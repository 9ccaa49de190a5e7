// Names of images, and which version they say.

/** The parts of an image's name. */
export interface ImageName {
  /** With the registry, as it is written. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** The parts of `REGISTRY:PORT/REPOSITORY:TAG@DIGEST`. */
export function imageOf(image: string): ImageName {
  const [, name = '', digest] = /^([^@]*)(?:@(.*))?$/.exec(image) ?? [];
  const [, repository = name, tag] = /^(.*?)(?::([^:/]+))?$/.exec(name) ?? [];
  return { repository, tag, digest };
}

/** Numbers of a version: `3.9.0`, `v1.2`, `11.4.0-ubuntu`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** What follows: two versions of different kinds of image say nothing of each other. */
  readonly suffix: string;
}

/** The version that a tag says; undefined for `dev`, `latest`, a hash. */
export function versionOf(tag: string | undefined): Version | undefined {
  const [, major, minor, patch = '0', suffix = ''] =
    /^v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?([-+.].*)?$/.exec(tag ?? '') ?? [];
  return major === undefined || minor === undefined
    ? undefined
    : { major: Number(major), minor: Number(minor), patch: Number(patch), suffix };
}

/** Negative where the first is older. */
export function compareVersions(one: Version, other: Version): number {
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch;
}
