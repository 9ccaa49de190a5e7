import { letsIn, levelForAll, podSecurityLevelOf } from '../../lib/preflight/pod-security';

const CONTAINER = {
  name: 'app',
  image: 'app:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const POD = { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } };

function pod(context: object = {}, more: object = {}, container: object = {}): object {
  const securityContext = { ...CONTAINER.securityContext, ...context };
  return { ...POD, containers: [{ ...CONTAINER, ...container, securityContext }], ...more };
}

// One field apart from what is restricted: https://kubernetes.io/docs/concepts/security/pod-security-standards/
test.each<[string, string, object]>([
  ['restricted', 'a hardened pod', pod()],
  ['restricted', 'one that may bind low ports', pod({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } })],
  ['restricted', 'one with volumes of data', pod({}, { volumes: [{ name: 'a', emptyDir: {} }] })],
  ['baseline', 'one that may be root', pod({ runAsNonRoot: false })],
  ['baseline', 'one that is root', pod({ runAsUser: 0 })],
  ['baseline', 'one that may become more', pod({ allowPrivilegeEscalation: true })],
  ['baseline', 'one that keeps its capabilities', pod({ capabilities: {} })],
  ['baseline', 'one without a profile', pod({}, { securityContext: { runAsNonRoot: true } })],
  ['baseline', 'one with another volume', pod({}, { volumes: [{ name: 'a', nfs: {} }] })],
  ['baseline', 'one whose init container is not hardened', pod({}, { initContainers: [{ name: 'init' }] })],
  ['privileged', 'one with more capabilities', pod({ capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } })],
  ['privileged', 'a privileged one', pod({ privileged: true })],
  ['privileged', 'one on the network of its node', pod({}, { hostNetwork: true })],
  ['privileged', 'one with a folder of its node', pod({}, { volumes: [{ name: 'a', hostPath: { path: '/' } }] })],
  ['privileged', 'one with a port of its node', pod({}, {}, { ports: [{ containerPort: 1, hostPort: 1 }] })],
  ['privileged', 'one without seccomp', pod({ seccompProfile: { type: 'Unconfined' } })],
])('%s is what a namespace may enforce for %s', (level, _, spec) => {
  expect(podSecurityLevelOf(spec)).toBe(level);
});

test('the least strict pod decides', () => {
  expect(levelForAll(['restricted', 'privileged', 'baseline'])).toBe('privileged');
  expect(levelForAll(['restricted'])).toBe('restricted');
  expect(letsIn('restricted', 'baseline')).toBe(false);
  expect(letsIn('baseline', 'baseline')).toBe(true);
  expect(letsIn('privileged', 'baseline')).toBe(true);
});
