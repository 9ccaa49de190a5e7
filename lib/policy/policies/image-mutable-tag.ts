import { celStrings } from '../cel';
import { IMAGE } from '../policy';
import type { Policy } from '../policy';

/** For environments that must be able to tell what runs: no tag of these, which are moved from build to build. Not in the default list. */
export function imageMutableTag(mutableTags: readonly string[]): Policy {
  return {
    id: 'image-mutable-tag',
    title: 'An image has no tag that is moved from build to build',
    severity: 'error',
    scope: 'workloads',
    rules: [
      {
        on: 'container',
        field: 'image',
        rule: `!has(c.image) || !${celStrings(mutableTags)}.exists(t, c.image.endsWith(':' + t))`,
        subject: IMAGE,
        message: "'has a tag that is moved from build to build'",
      },
    ],
    why: 'A tag that is moved gives another image at the next restart, without a change that anybody reviewed, and there is nothing to roll back to.',
    fix: 'Name the version that was built and tested, or its digest.',
    link: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
  };
}
