#!/bin/sh
# Runs one of Kafka's tools. Before the configuration is written at the first start, the default log settings serve.
set -eu

log4j=/opt/kafka/config/tools-log4j.properties
[ -r "$log4j" ] || log4j=/etc/kafka/docker/tools-log4j.properties

# In the broker's container KAFKA_HEAP_OPTS is the broker's heap, and a tool that runs there takes as much again.
# shellcheck disable=SC2086 # several options in one variable
exec java ${KAFKA_HEAP_OPTS:--Xmx256M} -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  "-Dlog4j.configuration=file:$log4j" -cp '/opt/kafka/libs/*' "$@"
