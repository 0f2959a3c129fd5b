#!/usr/bin/env bash
# Says on standard error what is missing, and fails, if images cannot be built here: deploy/images/engine.sh
set -euo pipefail
docker=${DOCKER:-docker}
command -v "$docker" > /dev/null || { echo "There is no $docker here: install an engine, or name another command with DOCKER=." >&2; exit 1; }
said=$("$docker" version --format '{{.Server.Version}}' 2>&1) || {
  printf 'No engine answers to %s:\n%s\n' "$docker" "$said" >&2
  exit 1
}
