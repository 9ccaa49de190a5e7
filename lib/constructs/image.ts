import type { IConstruct } from 'constructs';
import { enforce } from './enforce';
import { InvalidPropError } from './invalid-prop';

// The grammar of https://pkg.go.dev/github.com/distribution/reference, with the registry left in the name.
const IMAGE =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$/;

/**
 * Checks a container image: valid, and what the policies ask of images: a tag or digest that is not `latest` nor
 * moved from build to build, no denied repository.
 */
export function checkImage(scope: IConstruct, prop: string, value: string): void {
  if (!IMAGE.test(value)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not an image reference, and the kubelet cannot pull it.',
      remedy: 'Write REPOSITORY:TAG, such as apache/kafka:3.9.0.',
    });
  }
  enforce(scope, {
    prop,
    value,
    policies: ['image-tag', 'image-denied', 'image-mutable-tag'],
    manifest: { apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'container', image: value }] } },
  });
}
