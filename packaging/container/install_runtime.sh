#!/usr/bin/env bash
# Makes Debian what the second stage of the Dockerfile needs: the libraries that the daemon links, and its folder.
# Versions are Debian's: a security update must not wait for a change here.
set -euo pipefail
mapfile -t packages < <(awk '$1 == "runtime" { print $2 }' /packaging/dev/apt-packages.txt)
apt-get update
DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}"
rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
install -d -o 10001 -g 10001 -m 700 /data
