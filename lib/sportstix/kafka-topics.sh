#!/bin/sh
# Makes the topics of a list that are not there yet: lines of NAME PARTITIONS REPLICAS in the file TOPICS, on the Kafka cluster at
# BOOTSTRAP_SERVERS. What is there already stays as it is.
set -eu

while read -r name partitions replicas; do
  /opt/kafka/bin/kafka-topics.sh --bootstrap-server "$BOOTSTRAP_SERVERS" --create --if-not-exists \
    --topic "$name" --partitions "$partitions" --replication-factor "$replicas" </dev/null
done <"$TOPICS"
