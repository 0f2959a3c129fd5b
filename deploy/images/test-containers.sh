#!/usr/bin/env bash
# All of docs/images.md for real, on Debian as root: an engine of its own, base images, images, the whole system in
# compose, a word from a partner's door to its proof, and a story on servers in containers. Elsewhere it says why not.
# The engine keeps everything in a temporary folder and is ended by its pid. KEEP=FOLDER keeps it for the next time.
set -euo pipefail
cd "$(dirname "$0")/../.."
skips() { echo "make test-containers is skipped: $*"; exit 0; }
step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

test "$(uname -s)" = Linux && command -v apt-get > /dev/null || skips "it needs Debian's package docker.io, and there is no apt-get"
test "$(id -u)" = 0 || skips "only root may start an engine"
mountpoint -q /sys/fs/cgroup || skips "there are no control groups"

step "an engine"
needed=()
for package in docker.io docker-compose iptables debootstrap; do
  dpkg-query --show --showformat='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || needed+=("$package")
done
if test ${#needed[@]} -gt 0; then
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${needed[@]}"; } \
    > /dev/null 2>&1 || skips "Debian's packages ${needed[*]} could not be had"
fi
folder=${KEEP:-$(mktemp -d)}
mkdir -p "$folder"
# Debian's own client builds with the BuildKit of its engine, others want a plugin
export DOCKER=/usr/bin/docker DOCKER_HOST=unix://$folder/docker.sock TESTCONTAINERS_RYUK_DISABLED=true COMPOSE_PROJECT_NAME=filrouge-test
# beside whatever else listens on this machine
export KAFKA_PORT=29092 POSTGRES_PORT=25432 RECEIPTS_PORT=28080 PROMETHEUS_PORT=29090
mtu=$(cat "/sys/class/net/$(sed -n 's/^\(\S*\)\t00000000\t.*/\1/p' /proc/net/route | head -1)/mtu" 2> /dev/null || echo 1500)
setsid dockerd --host "$DOCKER_HOST" --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/pid" \
  --mtu "$mtu" > "$folder/dockerd.log" 2>&1 &
engine=$!
set -a
. deploy/images/debian/images.env
set +a
compose() { /usr/bin/docker-compose --ansi never "$@"; }
await_healthy() {
  local states
  for _ in $(seq 180); do
    states=$($DOCKER ps --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" --format '{{.Names}} {{.Status}}')
    grep -qE 'starting|unhealthy|Restarting' <<< "$states" || { cat <<< "$states"; return; }
    sleep 1
  done
  echo "not healthy after three minutes:"
  cat <<< "$states"
  return 1
}
ends() {
  status=$?
  if test $status != 0; then compose logs --no-color --tail 30 || tail -30 "$folder/dockerd.log"; fi
  compose down --volumes --timeout 20 > /dev/null 2>&1 || true
  kill "$engine" && wait "$engine" || true
  test -n "${KEEP:-}" || rm -rf "$folder"
  exit $status
}
trap ends EXIT
for _ in $(seq 60); do $DOCKER info > /dev/null 2>&1 && break; kill -0 "$engine" 2> /dev/null || break; sleep 1; done
if ! $DOCKER info > /dev/null 2>&1; then
  tail -5 "$folder/dockerd.log"
  echo "make test-containers is skipped: Debian's dockerd does not start here"
  trap - EXIT
  exit 0
fi

step "base images"
deploy/images/debian/base.sh
step "images"
deploy/images/build.sh
$DOCKER images --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep '^filrouge/'
step "what is in them is what their lists say"
.venv/bin/python deploy/images/compare.py
step "the whole system"
compose up --detach
await_healthy
step "a word from the door to its proof"
compose run --rm smoke
.venv/bin/python deploy/images/scraped.py "http://127.0.0.1:$PROMETHEUS_PORT"
step "again, and everything is kept"
compose restart --timeout 45 partner-gateway audit-trail
compose up --detach
await_healthy
compose run --rm smoke
compose down --volumes --timeout 45
step "a story on servers in containers"
FILROUGE_STACK=containers .venv/bin/pytest -q -p no:cacheprovider tests/integration/test_stories.py ${FLAGS:--k need}
step "done"
