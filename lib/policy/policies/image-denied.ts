import { celString } from '../cel';
import { IMAGE } from '../policy';
import type { Policy } from '../policy';

/**
 * No image from these repositories, from whatever registry or mirror: `bitnami` stands for everything below a path component of that
 * name, `library/nginx` for that repository.
 */
export function imageDenied(repositories: readonly string[]): Policy {
  const paths = repositories.map(
    (path) => path.replace(/[^A-Za-z0-9/_-]/g, '\\$&') + (path.includes('/') ? '(?:$|[/:@])' : '/'),
  );
  const pattern = celString(paths.length === 0 ? '^$' : `(?i)(?:^|/)(?:${paths.join('|')})`);
  return {
    id: 'image-denied',
    title: 'No image comes from a repository on the deny list',
    severity: 'error',
    scope: 'workloads',
    rules: [
      {
        on: 'container',
        field: 'image',
        rule: `!has(c.image) || !c.image.matches(${pattern})`,
        subject: IMAGE,
        message: `'comes from a denied repository (' + ${celString(repositories.join(', '))} + ')'`,
      },
    ],
    why: "Bitnami's versioned images left Docker Hub in August 2025; what is left is paid for or frozen without security fixes, and pods that need it stop at ImagePullBackOff.",
    fix: "Use the project's official image, such as apache/kafka:3.9.0 for bitnami/kafka, and check its paths, user and variables, which differ.",
    link: 'https://github.com/bitnami/containers/issues/83267',
  };
}
