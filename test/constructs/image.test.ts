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
  ['nginx', '(policy image-tag)'],
  ['localhost:5000/x', '(policy image-tag)'],
  ['nginx:latest', '(policy image-tag)'],
  ['localhost:5000/x:latest', '(policy image-tag)'],
  ['bitnami/kafka:4.0.0', '(policy image-denied)'],
  ['bitnamilegacy/kafka:4.0.0', '(policy image-denied)'],
  ['docker.io/bitnami/kafka:4.0.0-debian-12-r10', '(policy image-denied)'],
  ['index.docker.io/bitnami/kafka:4.0.0', '(policy image-denied)'],
  ['registry-1.docker.io/bitnami/kafka:4.0.0', '(policy image-denied)'],
  ['mirror.example.com:5000/hub/bitnami/kafka:4.0.0', '(policy image-denied)'],
  [`bitnami/kafka@${DIGEST}`, '(policy image-denied)'],
])('refuses %j', (image, reason) => {
  const check = (): void => {
    checkImage(testChart(), 'image', image);
  };
  expect(check).toThrow(`test: image ${JSON.stringify(image)}: `);
  expect(check).toThrow(reason);
});
