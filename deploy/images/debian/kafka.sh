#!/usr/bin/env bash
# Starts Kafka as the image apache/kafka does: KAFKA_A_B is the property a.b (__ is _, ___ is -), CLUSTER_ID the
# name of the cluster; a folder that is formatted already is kept.
set -euo pipefail
config=/opt/kafka/config/server.properties
env | sed -n 's/^KAFKA_//p' | grep -vE '^(HEAP_OPTS|OPTS|JMX_|LOG4J_|JVM_)' | while IFS='=' read -r name value; do
  name=${name,,} name=${name//___/-} name=${name//__/$'\t'} name=${name//_/.} name=${name//$'\t'/_}
  printf '%s=%s\n' "$name" "$value"
done > "$config"
java=(java -Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.properties -Djava.awt.headless=true -cp '/opt/kafka/libs/*')
"${java[@]}" -XX:TieredStopAtLevel=1 kafka.tools.StorageTool format --ignore-formatted \
  --cluster-id="${CLUSTER_ID:-5L6g3nShT-eMCtK--X86sw}" --config "$config"
exec "${java[@]}" ${KAFKA_HEAP_OPTS:--Xms512m -Xmx1g} -XX:+UseG1GC -XX:MaxGCPauseMillis=20 ${KAFKA_OPTS:-} kafka.Kafka "$config"
