#!/usr/bin/env bash
# with_settings.sh COMMAND...: runs it as the package clients of whoever builds the image are set up. That comes as secrets of the
# build, which no layer keeps: `environment` holds lines of NAME=value; `ca`, `apt`, `pip` and `npm` are files that it may name.
set -euo pipefail
if [[ -r /run/secrets/environment ]]; then
  set -a
  # shellcheck source=/dev/null
  source /run/secrets/environment
  set +a
fi
exec "$@"
