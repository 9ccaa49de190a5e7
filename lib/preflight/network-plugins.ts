import { child, field, listAt, numberAt, textAt, textsAt } from '../manifest/plain-data';
import { imagesIn } from './images';

// Who enforces NetworkPolicies. No API says whether anybody does; what is known are the programs that do.

interface NetworkPlugin {
  readonly name: string;
  /** What its DaemonSet is called, or an image of it without tag. */
  readonly known: RegExp;
  /** Words of a command line without which it does not enforce them, and with which not. */
  readonly needs?: string;
  readonly unless?: string;
}

const PLUGINS: readonly NetworkPlugin[] = [
  // Canal too: it has Calico's image.
  { name: 'Calico', known: /^calico-node$|\/calico\/node$/ },
  { name: 'Cilium', known: /^cilium$|\/cilium\/cilium$/ },
  // GKE's Dataplane V2, which is Cilium.
  { name: 'Dataplane V2', known: /^anetd$/ },
  { name: 'Antrea', known: /^antrea-agent$/ },
  { name: 'kube-router', known: /^kube-router$|\/kube-router$/, unless: '--run-firewall=false' },
  { name: 'Weave Net', known: /^weave-net$/ },
  { name: 'OVN-Kubernetes', known: /^ovnkube-node/ },
  { name: 'Kube-OVN', known: /^kube-ovn-cni$/ },
  { name: 'Azure NPM', known: /^azure-npm$/ },
  { name: 'kube-network-policies', known: /^kube-network-policies$/ },
  // https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy.html
  { name: "the VPC CNI's network policy agent", known: /^aws-node$/, needs: '--enable-network-policy=true' },
];

/** https://docs.k3s.io/networking/networking-services#network-policy-controller */
const K3S_WITHOUT = '--disable-network-policy';

/** Who enforces network policies in a cluster of these nodes and DaemonSets; undefined where nobody is known to. */
export function networkPluginOf(nodes: readonly unknown[], daemonSets: readonly unknown[]): string | undefined {
  return isK3sWithPolicies(nodes)
    ? 'k3s, by itself'
    : PLUGINS.find((plugin) => daemonSets.some((daemonSet) => isPlugin(daemonSet, plugin)))?.name;
}

function isK3sWithPolicies(nodes: readonly unknown[]): boolean {
  return (
    nodes.length > 0 &&
    nodes.every(
      (node) =>
        textAt(node, 'status', 'nodeInfo', 'kubeletVersion').includes('+k3s') &&
        !String(child(field(node, 'metadata', 'annotations'), 'k3s.io/node-args')).includes(K3S_WITHOUT),
    )
  );
}

function isPlugin(daemonSet: unknown, { known, needs, unless }: NetworkPlugin): boolean {
  const spec = field(daemonSet, 'spec', 'template', 'spec');
  const words = listAt(spec, 'containers').flatMap((container) => [
    ...textsAt(container, 'command'),
    ...textsAt(container, 'args'),
  ]);
  return (
    [textAt(daemonSet, 'metadata', 'name'), ...imagesIn(spec)].some((text) => known.test(text)) &&
    numberAt(daemonSet, 'status', 'numberReady') > 0 &&
    (needs === undefined || words.includes(needs)) &&
    (unless === undefined || !words.includes(unless))
  );
}
