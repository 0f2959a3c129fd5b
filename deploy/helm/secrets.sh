#!/usr/bin/env bash
# Makes the Secrets that the charts expect, where they are missing, and never prints one: passwords of the
# services' databases, and the keys of the archive. Kafka's passwords are made by Strimzi.
#
#   deploy/helm/secrets.sh NAMESPACE ORIGIN KEYS_FOLDER
#
# KEYS_FOLDER is made by `filrouge keys`: keep it somewhere safe, and away from the archive.
set -euo pipefail
namespace=$1 origin=$2 keys=$3
here=$(cd "$(dirname "$0")" && pwd)

have() { kubectl --namespace "$namespace" get secret "$1" --ignore-not-found --output name; }
random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

for service in $(python3 -c 'import json, sys; print(*json.load(sys.stdin)["databases"])' \
  < "$here/platform/files/register.json"); do
  secret=postgres-${service//_/-}
  test -n "$(have "$secret")" || kubectl --namespace "$namespace" create secret generic "$secret" \
    --type=kubernetes.io/basic-auth --from-literal=username="$service" --from-file=password=<(random)
done
if test -z "$(have archive-keys)"; then
  test -e "$keys" || filrouge keys "$keys" --origin "$origin"
  kubectl --namespace "$namespace" create secret generic archive-keys \
    --from-file=key="$keys/key" --from-file=salt="$keys/salt"
fi
