# shellcheck shell=sh
# What the connectivity Job runs in its pod. Arguments are targets, each a name, a host and a port: tries all of them, says of
# each how it went, and fails when one does not answer.
failed=0
while [ "$#" -gt 0 ]; do
  if said=$(nc -z -w 5 "$2" "$3" 2>&1); then
    echo "$1: $2:$3 answers"
  else
    echo "$1: $2:$3 DOES NOT ANSWER: ${said:-timed out}"
    failed=1
  fi
  shift 3
done
exit "$failed"
