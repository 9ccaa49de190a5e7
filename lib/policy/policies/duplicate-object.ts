import type { Policy } from '../policy';

export const duplicateObject: Policy = {
  id: 'duplicate-object',
  title: 'No object is defined twice',
  severity: 'error',
  scope: 'everything',
  rules: [],
  unique: {
    // The version does not tell objects apart, the group does. An object without a name (generateName) is new each time.
    key: `!has(object.metadata) || !has(object.metadata.name) ? '' : [object.apiVersion.contains('/') ? object.apiVersion.split('/')[0] : '', object.kind, has(object.metadata.namespace) ? object.metadata.namespace : '', object.metadata.name].join('/')`,
    message: `'the object is defined more than once'`,
  },
  why: 'kubectl applies one after the other: the last one wins, or each apply undoes the other.',
  fix: 'Remove one, or give it another name.',
  link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
};
