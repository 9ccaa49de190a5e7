import { find, type Manifest } from './testing';

/** The ways out of whoever resolves names, where CoreDNS does. */
export const ASKS_DNS = ['kube-system/k8s-app=kube-dns:53', 'kube-system/k8s-app=kube-dns:53/UDP'];

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports: readonly { readonly port: number; readonly protocol: string }[];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string };
  readonly namespaceSelector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podSelector?: {
    readonly matchLabels?: Readonly<Record<string, string>>;
    readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
  };
}

/** A way in or out as it is spoken of: `kafka:9092`, `10.0.0.0/18:6443`, `kube-system/k8s-app=kube-dns:53/UDP`. */
function ways(rules: readonly Rule[] = []): string[] {
  return rules.flatMap(({ from, to, ports }) =>
    (from ?? to ?? [])
      .flatMap(nameOf)
      .flatMap((name) =>
        ports.map(({ port, protocol }) => `${name}:${port}${protocol === 'TCP' ? '' : `/${protocol}`}`),
      ),
  );
}

function nameOf({ ipBlock, namespaceSelector, podSelector }: Peer): string[] {
  if (ipBlock !== undefined) {
    return [ipBlock.cidr];
  }
  const namespace = namespaceSelector?.matchLabels['kubernetes.io/metadata.name'];
  const labels = [
    ...Object.entries(podSelector?.matchLabels ?? {}).map(([key, value]) => ({ key, values: [value] })),
    ...(podSelector?.matchExpressions ?? []),
  ].map(({ key, values }) => values.map((value) => (key === 'app.kubernetes.io/name' ? value : `${key}=${value}`)));
  const [first = [], ...others] = labels;
  return first.map((value) => (namespace === undefined ? '' : `${namespace}/`) + [value, ...others.flat()].join(','));
}

/** Who gets in to the pods of a workload, and where they get to, by its policy. */
export function waysOf(
  manifests: readonly Manifest[],
  name: string,
): { readonly in: string[]; readonly out: string[] } {
  const { ingress, egress } = find(manifests, 'NetworkPolicy', name)['spec'] as {
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
  return { in: ways(ingress), out: ways(egress) };
}
