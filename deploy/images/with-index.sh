#!/bin/sh
# Runs a command with the site's settings of its package index, if it has any: they are secrets of the build,
# and are in no layer of an image.
set -eu
if test -f /run/secrets/index; then
  set -a
  . /run/secrets/index
  set +a
fi
if test -f /run/secrets/ca; then
  export SSL_CERT_FILE=/run/secrets/ca PIP_CERT=/run/secrets/ca
fi
exec "$@"
