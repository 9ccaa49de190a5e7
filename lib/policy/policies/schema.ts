import type { Policy } from '../policy';
import { supportedVersion, supportedVersions } from '../schema/definitions';

/**
 * @param oldest the oldest version of the clusters that objects are for, such as 1.30
 * @throws Error if it is none that is supported.
 */
export const schema = (oldest: string = supportedVersions().oldest): Policy => ({
  id: 'schema',
  title: 'Objects have the structure that Kubernetes gives their kind',
  severity: 'error',
  scope: 'everything',
  rules: [],
  structure: { oldest: supportedVersion(oldest) },
  why: 'The API server refuses what it does not know or cannot read, or drops it without a word: what was meant does not happen.',
  fix: 'Correct what stands there; `kubectl explain KIND.FIELD --recursive` lists the fields. What only some supported versions take needs all clusters to be of these.',
  link: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation',
});
