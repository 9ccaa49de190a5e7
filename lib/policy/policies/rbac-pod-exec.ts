import { ROLES } from '../kinds';
import type { Policy } from '../policy';
import { allows, rulesWhere } from '../rbac';

export const rbacPodExec: Policy = {
  id: 'rbac-pod-exec',
  title: 'No role gets into pods that run',
  severity: 'error',
  scope: ROLES,
  rules: [
    {
      on: 'object',
      field: 'rules',
      offenders: rulesWhere(
        allows(
          // A WebSocket is opened by a GET, which an API server before 1.35 asks no other verb for.
          { group: '', resources: ['pods/exec', 'pods/attach', 'pods/portforward'], verbs: ['create', 'get'] },
          { group: '', resources: ['pods/ephemeralcontainers'], verbs: ['update', 'patch'] },
          // The kubelet's own API, which runs commands in every pod of the node, and writes no audit log.
          { group: '', resources: ['nodes/proxy'], verbs: ['create', 'get'] },
        ),
      ),
      message: "'a rule lets get into pods that run: ' + f",
    },
  ],
  why: 'Whoever may run commands in a pod has its Secrets, its ServiceAccount and its network, and no policy sees what is done there.',
  fix: 'Leave out pods/exec, pods/attach, pods/portforward, pods/ephemeralcontainers and nodes/proxy; read logs (pods/log) and metrics instead.',
  link: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#kubernetes-rbac-privilege-escalation-risks',
};
