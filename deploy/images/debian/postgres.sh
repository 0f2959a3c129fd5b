#!/usr/bin/env bash
# Starts PostgreSQL as the image postgres does, as far as this project needs it: a new folder is made once, and
# POSTGRES_HOST_AUTH_METHOD says how others sign in.
set -euo pipefail
if test ! -s "$PGDATA/PG_VERSION"; then
  initdb --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --pgdata="$PGDATA" > /dev/null
  echo "host all all all ${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
fi
exec "$@"
