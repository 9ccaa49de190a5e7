import { celStrings } from '../cel';
import { IMAGE } from '../policy';
import type { Policy } from '../policy';

/** An image with one of these tags has been imported into the nodes and is in no registry, so it must not be pulled each time. */
export function imagePullPolicy(importedTags: readonly string[]): Policy {
  return {
    id: 'image-pull-policy',
    title: 'An imported image is not pulled each time',
    severity: 'error',
    scope: 'workloads',
    rules: [
      {
        on: 'container',
        field: 'imagePullPolicy',
        rule: `!has(c.imagePullPolicy) || c.imagePullPolicy != 'Always' || !has(c.image) || !${celStrings(importedTags)}.exists(t, c.image.endsWith(':' + t))`,
        subject: IMAGE,
        message: "'is imported into the nodes but has imagePullPolicy Always'",
      },
    ],
    why: 'An image that was imported into the nodes is in no registry: a pull fails, and the pod stops at ImagePullBackOff although the image is there.',
    fix: 'Leave imagePullPolicy out (IfNotPresent is the default for a tag other than latest), or set it to IfNotPresent or Never.',
    link: 'https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy',
  };
}
