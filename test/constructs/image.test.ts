import { checkImage } from '../../lib/constructs/image';
import { testChart } from '../testing';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

test.each([
  'nginx:1.27',
  'apache/kafka:3.9.0',
  'docker.io/apache/kafka:3.9.0',
  'localhost:5000/x:1',
  'registry.example.com:5000/team/x:1',
  `nginx@${DIGEST}`,
  `nginx:1.27@${DIGEST}`,
  `localhost:5000/x@${DIGEST}`,
  'x:latest-1',
  'bitnamis/kafka:1',
  'example.com/not-bitnami/kafka:1',
])('takes %s', (image) => {
  expect(() => {
    checkImage(testChart(), 'image', image);
  }).not.toThrow();
});

test.each([
  ['', 'not an image reference'],
  [' ', 'not an image reference'],
  ['nginx:', 'not an image reference'],
  ['nginx:a b', 'not an image reference'],
  ['nginx: 1', 'not an image reference'],
  ['Nginx:1', 'not an image reference'],
  ['https://example.com/x:1', 'not an image reference'],
  [`x:${'a'.repeat(129)}`, 'not an image reference'],
  ['x@sha256:12', 'not an image reference'],
  ['nginx', 'names no fixed version'],
  ['localhost:5000/x', 'names no fixed version'],
  ['nginx:latest', 'names no fixed version'],
  ['localhost:5000/x:latest', 'names no fixed version'],
  ['bitnami/kafka:4.0.0', "Bitnami's images"],
  ['bitnamilegacy/kafka:4.0.0', "Bitnami's images"],
  ['docker.io/bitnami/kafka:4.0.0-debian-12-r10', "Bitnami's images"],
  ['index.docker.io/bitnami/kafka:4.0.0', "Bitnami's images"],
  ['registry-1.docker.io/bitnami/kafka:4.0.0', "Bitnami's images"],
  ['mirror.example.com:5000/hub/bitnami/kafka:4.0.0', "Bitnami's images"],
  [`bitnami/kafka@${DIGEST}`, "Bitnami's images"],
])('refuses %j', (image, reason) => {
  const check = (): void => {
    checkImage(testChart(), 'image', image);
  };
  expect(check).toThrow(`test: image ${JSON.stringify(image)}: `);
  expect(check).toThrow(reason);
});
