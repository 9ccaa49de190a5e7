import { isSet } from '../policy';
import type { Policy } from '../policy';

export const requestWithinLimit: Policy = {
  id: 'request-within-limit',
  title: 'No request exceeds its limit',
  severity: 'error',
  scope: 'workloads',
  rules: [
    {
      on: 'resourced',
      field: 'resources.requests.{f}',
      // Numbers are as good as text here: cpu: 1.
      offenders: `!(${isSet('c', 'resources.requests')}) || !(${isSet('c', 'resources.limits')}) ? [] : c.resources.requests.filter(r, r in c.resources.limits && quantity(string(c.resources.requests[r])).isGreaterThan(quantity(string(c.resources.limits[r]))))`,
      subject: `'the request for ' + f + ' (' + string(c.resources.requests[f]) + ')'`,
      message: `'exceeds its limit (' + string(c.resources.limits[f]) + ')'`,
    },
  ],
  why: 'The API server refuses such a pod: the Deployment is accepted, and its pods never appear.',
  fix: 'Lower the request or raise the limit.',
  link: 'https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/',
};
