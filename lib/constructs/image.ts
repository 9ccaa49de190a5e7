import type { IConstruct } from 'constructs';
import { InvalidPropError } from './checks';

// Since August 2025 Bitnami's images are paid for, and the frozen copy under bitnamilegacy gets no security fixes:
// https://github.com/bitnami/containers/issues/83267
const REFUSED_REPOSITORIES = ['bitnami', 'bitnamilegacy'];

// The grammar of https://pkg.go.dev/github.com/distribution/reference, with the registry left in the name.
const IMAGE =
  /^(?<name>(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}))?$/;

/** Checks a container image: valid, with a tag or digest that is not `latest`, and not from Bitnami. */
export function checkImage(scope: IConstruct, prop: string, value: string): void {
  const parts = IMAGE.exec(value)?.groups;
  const name = parts?.['name'];
  if (name === undefined) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: 'not an image reference, and the kubelet cannot pull it.',
      remedy: 'Write REPOSITORY:TAG, such as apache/kafka:3.9.0.',
    });
  }
  if (parts?.['tag'] === 'latest' || (parts?.['tag'] === undefined && parts?.['digest'] === undefined)) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason:
        'names no fixed version: the kubelet would pull latest, which differs from day to day and, for an image that was only imported into the cluster, fails.',
      remedy: 'Name a tag other than latest, or a digest.',
    });
  }
  if (name.split('/').some((part) => REFUSED_REPOSITORIES.includes(part))) {
    throw new InvalidPropError(scope, {
      prop,
      value,
      reason: "Bitnami's images are no longer free, and bitnamilegacy gets no security fixes.",
      remedy: "Use the project's official image, such as apache/kafka:3.9.0.",
    });
  }
}
