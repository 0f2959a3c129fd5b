#!/usr/bin/env bash
# Both charts on the cluster of KUBECONFIG, in a namespace of their own: does the API server take every object,
# and does an installation come up, prove itself, survive an upgrade and a rollback, and go away?
# The operators have to be there (KEDA and that of Prometheus as well, for the profile `production`), and the cluster must be able to pull, or have, the images (TAG, default 0.1.0).
set -euo pipefail
cd "$(dirname "$0")"
namespace=filrouge-test tag=${TAG:-0.1.0}
keys=$(mktemp -d)/keys
laptop=(--values filrouge/values-laptop.yaml --values "$keys/values.json" --set "image.tag=$tag")

step() { printf '\n== %s\n' "$*"; }
ends() {
  # while there is an operator that lets topics go: they have a finalizer, and the chart leaves them
  helm --namespace "$namespace" uninstall filrouge --wait --ignore-not-found || true
  kubectl --namespace "$namespace" delete kafkatopic --all --timeout=3m || true
  helm --namespace "$namespace" uninstall platform --wait --ignore-not-found || true
  kubectl delete namespace "$namespace" --wait=false
}

step "a namespace, passwords and keys"
kubectl create namespace "$namespace"
trap ends EXIT
./secrets.sh "$namespace" localhost/filrouge "$keys"

step "the API server takes every object, and knows every field"
for chart in platform filrouge; do
  for profile in laptop production; do
    helm template "$chart" "$chart" --namespace "$namespace" --values "$chart/values-$profile.yaml" |
      kubectl --namespace "$namespace" apply --server-side --dry-run=server --validate=strict --filename -
  done
done

step "Kafka and PostgreSQL"
helm --namespace "$namespace" install platform platform --values platform/values-laptop.yaml
kubectl --namespace "$namespace" wait --for=condition=Ready --timeout=15m \
    kafka/filrouge cluster.postgresql.cnpg.io/filrouge-postgres
kubectl --namespace "$namespace" wait --for=condition=Ready --timeout=5m kafkatopic,kafkauser --all

step "the services, and a word from the door to a proof"
helm --namespace "$namespace" install filrouge filrouge "${laptop[@]}" --wait --timeout 10m
helm --namespace "$namespace" test filrouge --logs

step "an upgrade, and back"
helm --namespace "$namespace" upgrade filrouge filrouge "${laptop[@]}" --set logLevel=DEBUG --wait --timeout 10m
helm --namespace "$namespace" test filrouge --logs
helm --namespace "$namespace" rollback filrouge 1 --wait --timeout 10m
helm --namespace "$namespace" test filrouge --logs
step "everything held"
