#!/bin/sh
# Stands for docker, k3d and kubectl, under whose names it is linked: writes down each call and keeps a little state in
# the folder STAND_IN_STATE. A call that contains the text in the file `fail` fails; `slow` likewise hangs.
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
case $call in
  'k3d cluster list -o json') cat clusters 2>/dev/null || echo '[]' ;;
  'k3d cluster create '* | 'k3d cluster start '*)
    echo '[{"name":"shop","serversRunning":1,"serversCount":1,"agentsRunning":2,"agentsCount":2}]' > clusters
    echo k3d-shop > contexts
    ;;
  'k3d cluster delete '*) rm -f clusters contexts imported ;;
  'k3d kubeconfig merge '*) echo k3d-shop > contexts ;;
  'k3d image import '*) echo '{"images":[{"id":"sha256:1","repoTags":["docker.io/shop/auth-service:dev"]}]}' > imported ;;
  'docker image inspect --format {{.Id}} shop/auth-service:dev') echo sha256:1 ;;
  'docker exec '*) cat imported ;;
  'kubectl config get-contexts -o name') cat contexts ;;
  'kubectl '*' get '*)
    ready=$(cat ready 2>/dev/null || echo 0)
    echo 1 > ready
    printf '{"kind":"List","items":['
    workload Deployment auth "$ready" ContainerCreating
    printf ','
    workload StatefulSet kafka 1 ''
    printf ']}\n'
    ;;
  'kubectl '*' apply '* | 'kubectl '*' wait '*) ;;
  *) exit 1 ;;
esac
