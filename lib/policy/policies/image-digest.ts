import { celString } from '../cel';
import { IMAGE } from '../policy';
import type { Policy } from '../policy';

const PINNED = celString('^[^@]+@sha256:[0-9a-f]{64}$');

/** For environments that run what was tested and nothing else: images of these registries are named by digest. Not in the default list. */
export function imageDigest(registries: readonly string[]): Policy {
  // The same registry answers to its name in upper case, and with the port that it has anyway.
  const names = registries.map((name) => name.replace(/[^A-Za-z0-9-]/g, '\\$&'));
  const ofRegistries = celString(`(?i)^(?:${names.join('|')})(?::[0-9]+)?/`);
  return {
    id: 'image-digest',
    title: "An image of one's own registry is named by digest",
    severity: 'error',
    scope: 'workloads',
    rules: [
      {
        on: 'container',
        field: 'image',
        rule: `!has(c.image) || !c.image.matches(${ofRegistries}) || c.image.matches(${PINNED})`,
        subject: IMAGE,
        message: "'has no digest'",
      },
    ],
    why: 'Whoever may push to the registry may move a tag, also one that looks like a version: what runs after the next restart is then not what was tested, and nothing here shows it.',
    fix: 'Name the digest beside the version: image: NAME:1.2.3@sha256:...',
    link: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  };
}
