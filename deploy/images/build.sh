#!/usr/bin/env bash
# Builds the images that are named, or all of them: deploy/images/build.sh [partner_gateway|workbench|…] …
# BASE_IMAGE, TAG, PREFIX and DOCKER may be set. Which package index is asked, and whose certificate it has, is what
# pip and uv are told here (PIP_*, UV_*, proxies, SSL_CERT_FILE): it is handed to the build as secrets.
set -euo pipefail
cd "$(dirname "$0")/../.."
docker=${DOCKER:-docker}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' workbench/pyproject.toml)
base=${BASE_IMAGE:-$(sed -n 's/^ARG BASE_IMAGE=//p' deploy/images/Dockerfile)} tag=${TAG:-$version}
secrets=$(mktemp -d)
trap 'rm -rf "$secrets"' EXIT

# names of machines' folders mean nothing inside a container
quoted() { while IFS='=' read -r name value; do printf "%s='%s'\n" "$name" "${value//\'/\'\\\'\'}"; done; }
env | grep -E '^((PIP|UV)_\w*INDEX\w*|PIP_TRUSTED_HOST|UV_INSECURE_HOST|(PIP|UV)_\w*TIMEOUT|(https?|HTTPS?|no|NO)_(proxy|PROXY))=' \
  | quoted > "$secrets/index" || true
if test -n "${PIP_INDEX_URL:-}" && test -z "${UV_DEFAULT_INDEX:-}"; then
  printf "UV_DEFAULT_INDEX='%s'\n" "$PIP_INDEX_URL" >> "$secrets/index"
fi
given=(--secret "id=index,src=$secrets/index")
authority=${SSL_CERT_FILE:-${PIP_CERT:-}}
test -z "$authority" || given+=(--secret "id=ca,src=$authority")

test $# -gt 0 || set -- $(basename --suffix=.txt --multiple deploy/images/requirements/*.txt)
for program in "$@"; do
  target=service
  test "$program" != workbench || target=workbench
  image=${PREFIX:-filrouge/}${program//_/-}:$tag
  echo "== $image on $base"
  DOCKER_BUILDKIT=1 $docker build --quiet --file deploy/images/Dockerfile --target "$target" "${given[@]}" \
    --build-arg "BASE_IMAGE=$base" --build-arg "SERVICE=$program" --build-arg "VERSION=$tag" \
    --build-arg "REVISION=$(git rev-parse HEAD 2> /dev/null || echo unknown)" --tag "$image" .
done
