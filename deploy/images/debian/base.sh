#!/usr/bin/env bash
# Makes what images and compose stand on where no image registry is reachable, from Debian's packages and from the
# locked jars: a Python, Kafka, PostgreSQL and Prometheus, as docs/images.md says. Needs root, debootstrap and an engine.
set -euo pipefail
cd "$(dirname "$0")/../../.."
docker=${DOCKER:-docker} suite=trixie
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. deploy/images/debian/images.env

test "$(id -u)" = 0 && command -v debootstrap > /dev/null || { echo "make base-images needs root and debootstrap (Debian)." >&2; exit 1; }

if ! $docker image inspect "filrouge/debian:$suite" > /dev/null 2>&1; then
  # the mirror that this machine uses
  mirror=$({ cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2> /dev/null || true; } |
    sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:[^ ]*debian\/?).*/\3/p' | head -1)
  echo "== filrouge/debian:$suite"
  debootstrap --variant=minbase --include=ca-certificates "$suite" "$work/$suite" "$mirror" > "$work/log" || { tail "$work/log" >&2; exit 1; }
  cp deploy/images/debian/dpkg.cfg "$work/$suite/etc/dpkg/dpkg.cfg.d/filrouge"
  cp deploy/images/debian/apt.conf "$work/$suite/etc/apt/apt.conf.d/filrouge"
  tar --directory "$work/$suite" --exclude='./var/cache/apt/*' --exclude='./var/lib/apt/lists/*' --exclude='./usr/share/doc/*' \
    --exclude='./usr/share/man/*' --exclude='./usr/share/locale/*' --exclude='./dev/*' --exclude='./proc/*' --exclude='./sys/*' \
    --create . | $docker import - "filrouge/debian:$suite"
fi
mkdir "$work/kafka" "$work/empty"
cp $(.venv/bin/python -m filrouge.stack jars) "$work/kafka"
cp deploy/images/debian/kafka.sh "$work/kafka/start.sh"
cp workbench/filrouge/stack/kafka-log4j2.properties "$work/kafka/log4j2.properties"
cp deploy/images/debian/postgres.sh "$work/empty/start.sh"
build() {
  echo "== $1"
  DOCKER_BUILDKIT=1 $docker build --quiet --file "deploy/images/debian/$2.Dockerfile" --tag "$1" "$3"
}
build "$BASE_IMAGE" python "$work/empty"
build "$KAFKA_IMAGE" kafka "$work/kafka"
build "$POSTGRES_IMAGE" postgres "$work/empty"
build "$PROMETHEUS_IMAGE" prometheus "$work/empty"
