import { celString } from '../cel';
import { IMAGE } from '../policy';
import type { Policy } from '../policy';

/** A tag comes after the last slash, so that a registry's port is none. */
const TAGGED = celString('^[^@]*[^/@:]:[A-Za-z0-9_][A-Za-z0-9_.-]*$');

/** A digest pins the image, whatever tag stands before it. */
const PINNED = celString('^[^@]+@[a-z0-9+._-]+:[0-9a-fA-F]{32,}$');

export const imageTag: Policy = {
  id: 'image-tag',
  title: 'An image names a tag or a digest, and the tag is not latest',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'container',
      field: 'image',
      rule: `has(c.image) && ((c.image.matches(${TAGGED}) && !c.image.endsWith(':latest')) || c.image.matches(${PINNED}))`,
      subject: IMAGE,
      message: `!has(c.image) || c.image == '' ? 'is not named' : c.image.contains('@') ? 'has a digest that is none' : c.image.matches(${TAGGED}) ? 'has the tag latest' : 'has neither a tag nor a digest'`,
    },
  ],
  why: 'What latest stands for changes without a change here, so that two pods of one Deployment may differ and a rollback brings back nothing; and the kubelet pulls it each time, which fails for an image that is in no registry.',
  fix: 'Name a version: image: NAME:1.2.3, or a digest: NAME@sha256:...',
  link: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
};
