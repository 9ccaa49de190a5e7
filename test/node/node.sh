#!/bin/sh
# A node of a cluster: containerd, kubelet and kube-proxy, the controller of network policies that k3s embeds, and the Rollouts controller.
# To be run as PID 1 of a PID namespace, in a mount namespace and in the network namespace of the node. It ends when standard input does,
# and then the kernel ends all that runs in the PID namespace, containers included.
#
# usage: node.sh FOLDER CGROUP NODE_NAME, with KUBECONFIG, and the programs in PATH
#   FOLDER   state and logs of this node, with OCI images in FOLDER/images, and the kubelet's certificate in FOLDER/kubelet
#   CGROUP   name of the control group of its pods
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=$1 cgroup=$2 node=$3

# Everything that these programs write below /run, /var/lib and /var/log stays in the folder.
mkdir -p "$folder/var/lib" "$folder/var/log/pods" "$folder/logs"
mount -t tmpfs tmpfs /run
mount --bind "$folder/var/lib" /var/lib
mount --bind "$folder/var/log" /var/log
mkdir -p /run/cni/net.d
cp "$here/cni.conflist" /run/cni/net.d
cp -R "$folder/kubelet" /run

start() {
  name=$1
  shift
  "$@" > "$folder/logs/$name.log" 2>&1 &
}

await() {
  attempts=0
  until "$@" > /dev/null 2>&1; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 6000 ] || {
      echo "$* does not succeed" >&2
      exit 1
    }
    sleep 0.1
  done
}

# Control groups: version 1 has a tree for each controller, version 2 has one.
for controller in /sys/fs/cgroup /sys/fs/cgroup/*; do
  [ -e "$controller/cgroup.procs" ] || continue
  mkdir -p "$controller/$cgroup"
  # A group of version 1 starts without CPUs and memory nodes.
  for file in cpuset.cpus cpuset.mems; do
    [ ! -e "$controller/$cgroup/$file" ] || cat "$controller/$file" > "$controller/$cgroup/$file"
  done
done

start containerd containerd --config "$here/containerd.toml"
await ctr version
tar -C "$folder/images" -ch . | ctr --namespace k8s.io images import --all-platforms --index-name index - > "$folder/logs/images.log"

start kubelet kubelet --config="$here/kubelet.yaml" --kubeconfig="$KUBECONFIG" --hostname-override="$node" --node-ip=172.21.0.2 \
  --cgroup-root="/$cgroup"
# The machine's own settings of connection tracking stay as they are.
start kube-proxy kube-proxy --kubeconfig="$KUBECONFIG" --hostname-override="$node" --proxy-mode=iptables --cluster-cidr=10.42.0.0/16 \
  --conntrack-max-per-core=0 --conntrack-min=0 --conntrack-tcp-timeout-established=0s --conntrack-tcp-timeout-close-wait=0s
# Packets from pod to pod cross a bridge, where iptables sees them only if it is told to.
sysctl -q -w net.bridge.bridge-nf-call-iptables=1
# What comes from the node itself, such as a probe, is let in, and a connection that is open stays so; all that no policy allows is refused
# at once (github.com/cloudnativelabs/kube-router, pkg/controllers/netpol/pod.go). It ends where its node is not there yet.
start kube-router sh -c 'until "$@"; do sleep 0.2; done' sh \
  kube-router --kubeconfig="$KUBECONFIG" --hostname-override="$node" --service-cluster-ip-range=10.43.0.0/16 \
  --run-firewall=true --run-router=false --run-service-proxy=false
# By default it ends where the machine is too busy for it to say every few seconds that it still leads.
start rollouts-controller rollouts-controller --kubeconfig="$KUBECONFIG" \
  --leader-election-lease-duration=2h --leader-election-renew-deadline=1h
echo started
cat > /dev/null
