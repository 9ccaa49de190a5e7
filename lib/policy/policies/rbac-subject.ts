import { dangling } from '../dangling';
import { graphPolicy } from '../policy';

export const rbacSubject = graphPolicy({
  id: 'rbac-subject',
  title: 'A binding gives a role that is there to an account that is there',
  severity: 'error',
  graph: (graph) => dangling(graph, 'rbac-subject'),
  why: 'The API server takes the binding all the same: whoever was meant is refused at each request, and who makes an account of that name later has the rights.',
  fix: 'Correct the name and the namespace of role and subject.',
  link: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects',
});
