#!/usr/bin/env bash
# Makes what compose.yaml reads from secrets/: one random value a file, once. A file that is there stays, since the volumes
# know what it says. The folder is closed to others; the files are not, because each server reads its own as another user.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/secrets
(umask 077 && mkdir -p "$folder")

# make NAME: its content comes from standard input and is there whole or not at all.
make() {
  [[ ! -s $folder/$1 ]] || return 0
  (umask 022 && cat >"$folder/$1.part")
  mv "$folder/$1.part" "$folder/$1"
}

for name in postgres_password metrics_token neo4j_password minio_password localstack_secret oidc_password grafana_password; do
  make "$name" < <(od -An -vtx1 -N24 /dev/urandom | tr -d ' \n')
done
make litellm_key < <(printf 'sk-%s' "$(od -An -vtx1 -N24 /dev/urandom | tr -d ' \n')")
make thanos_objstore <<CONF
type: S3
config:
  bucket: thanos
  endpoint: minio:9000
  insecure: true
  access_key: heirloom
  secret_key: $(<"$folder/minio_password")
CONF
