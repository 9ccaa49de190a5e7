#!/bin/sh
# Stands for docker, k3d, kubectl and npm, under whose names it is linked: writes down each call and keeps a little state
# in the folder STAND_IN_STATE. It fails as they do, when the test has put a file there:
#   fail         a call that contains its text fails; slow: likewise hangs
#   built        what Docker has: lines of IMAGE VERSION
#   store        "containerd" for Docker's containerd image store, whose ids are those of manifests
#   broken-node  a node that images do not get to; k3d says so and ends well
#   down-node    a node that does not run
#   stuck        k3d says that it did what it was told, and did not
set -eu

cd "$STAND_IN_STATE"
call="${0##*/} $*"
printf '%s\n' "$call" >> calls
if [ -s fail ]; then
  case $call in *"$(cat fail)"*) echo 'as it was told' >&2; exit 1 ;; esac
fi
if [ -s slow ]; then
  case $call in *"$(cat slow)"*)
    # A shell waits for its child before it heeds a signal, so the child is left alone; and without the outputs, which
    # whoever reads them would wait for. It ends with the test, whose folder goes then.
    while [ -s slow ]; do sleep 0.1; done > /dev/null 2>&1 &
    trap 'kill $!; exit 130' INT
    echo started >> started
    wait
    ;;
  esac
fi
workload() {
  # $1 kind, $2 name, $3 ready, $4 reason
  printf '{"kind":"%s","metadata":{"name":"%s","namespace":"shop","generation":2},' "$1" "$2"
  printf '"spec":{"replicas":1,"selector":{"matchLabels":{"app":"%s"}}},' "$2"
  printf '"status":{"observedGeneration":2,"replicas":1,"updatedReplicas":1,"availableReplicas":%s,"readyReplicas":%s}},' "$3" "$3"
  printf '{"kind":"Pod","metadata":{"labels":{"app":"%s"}},"status":{"containerStatuses":[{"ready":false,"state":{"waiting":{"reason":"%s"}}}]}}' "$2" "$4"
}
nodes='k3d-shop-server-0 k3d-shop-agent-0 k3d-shop-agent-1'
# Docker writes down every setting, OCI's format only those that there are.
docker_config='{"Hostname":"","User":"1000","Env":["PATH=/bin"],"Cmd":null,"Entrypoint":["java"],"WorkingDir":"/app","Labels":{"b":"2","a":"1"},"Volumes":null}'
oci_config='{"User":"1000","Env":["PATH=/bin"],"Entrypoint":["java"],"WorkingDir":"/app","Labels":{"a":"1","b":"2"}}'
case $call in
  'k3d cluster list -o json') cat clusters 2>/dev/null || echo '[]' ;;
  'k3d cluster create '*)
    if [ -e clusters ]; then
      echo 'FATA[0000] Failed to create cluster because a cluster with that name already exists' >&2
      exit 1
    fi
    echo '[{"name":"shop","serversRunning":1,"serversCount":1,"agentsRunning":2,"agentsCount":2}]' > clusters
    echo k3d-shop > contexts
    ;;
  'k3d cluster start '*)
    [ -e stuck ] || echo '[{"name":"shop","serversRunning":1,"serversCount":1,"agentsRunning":2,"agentsCount":2}]' > clusters
    ;;
  'k3d cluster delete '*) [ -e stuck ] || rm -f clusters contexts node-* ;;
  'k3d kubeconfig merge '*) echo k3d-shop >> contexts ;;
  'k3d image import --cluster shop '*)
    shift 4
    for node in $nodes; do
      if [ "$node" = "$(cat broken-node 2>/dev/null)" ]; then
        echo "ERRO[0001] failed to import images in node '$node': Exec process in node '$node' failed with exit code '1'" >&2
        continue
      fi
      for image; do
        grep -v "^docker.io/$image " "node-$node" > imported 2>/dev/null || true
        sed -n "s,^$image ,docker.io/$image ,p" built >> imported
        mv imported "node-$node"
      done
    done
    echo 'INFO[0002] Successfully imported image(s)' >&2
    ;;
  'docker image inspect '*)
    version=$(sed -n "s,^$3 ,,p" built)
    if [ -z "$version" ]; then
      echo '[]'
      echo "Error response from daemon: No such image: $3" >&2
      exit 1
    fi
    id="sha256:config-$version"
    [ "$(cat store 2>/dev/null)" != containerd ] || id="sha256:manifest-$version"
    printf '[{"Id":"%s","RootFS":{"Type":"layers","Layers":["sha256:base","sha256:%s"]},"Config":%s}]\n' "$id" "$version" "$docker_config"
    ;;
  'docker network inspect k3d-shop')
    if [ ! -e clusters ]; then
      echo '[]'
      echo 'Error response from daemon: network k3d-shop not found' >&2
      exit 1
    fi
    printf '[{"IPAM":{"Config":[{"Subnet":"%s"}]}}]\n' "$(cat network 2>/dev/null || echo 172.21.0.0/16)"
    ;;
  "docker exec $(cat down-node 2>/dev/null || echo none) "*)
    echo "Error response from daemon: container 4f1c is not running" >&2
    exit 1
    ;;
  'docker exec '*' crictl images -o json')
    printf '{"images":['
    separator=
    while read -r image version; do
      printf '%s{"id":"sha256:config-%s","repoTags":["%s"]}' "$separator" "$version" "$image"
      separator=,
    done < "node-$2" 2>/dev/null || true
    printf ']}\n'
    ;;
  'docker exec '*' crictl inspecti -o json '*)
    version=$(sed -n "s,^$7 ,,p" "node-$2")
    printf '{"status":{"id":"sha256:config-%s"},"info":{"imageSpec":{"config":%s,"rootfs":{"type":"layers","diff_ids":["sha256:base","sha256:%s"]}}}}\n' "$version" "$oci_config" "$version"
    ;;
  'docker exec k3d-shop-server-0 kubectl get persistentvolumeclaims,'*) cat stored 2>/dev/null || echo '{"kind":"List","items":[]}' ;;
  'kubectl config get-contexts -o name') cat contexts 2>/dev/null || true ;;
  'kubectl '*' get '*)
    ready=$(cat ready 2>/dev/null || echo 0)
    echo 1 > ready
    printf '{"kind":"List","items":['
    workload Deployment orders "$ready" ContainerCreating
    printf ','
    workload StatefulSet kafka 1 ''
    printf ']}\n'
    ;;
  'kubectl '*' apply '* | 'kubectl '*' wait '*) ;;
  'npm run synth') echo > synthesized ;;
  *) exit 1 ;;
esac
