#!/usr/bin/env bash
# The proof that a bare Debian 12 is enough: makes a minimal root, clones this repository into it, and runs
# commands there, each in a fresh environment. Needs root and mmdebstrap.
#
#   tests/dev/bare_debian.sh [OPTION]... [COMMAND]...      default: './dev run --once' './dev test'
#
#   --base TAR       start from this root, as `mmdebstrap --variant=minbase bookworm TAR` makes it
#   --carry PATH     copy a file or folder of this machine in, to the same place; may be repeated.
#                    For what a package client needs here: certificates, mirrors, npm's and pip's settings.
#   --env NAME       hand this environment variable on; may be repeated
#   --keep DIR       leave the root in DIR, or use the one there; else it is made below TMPDIR and removed
set -euo pipefail

usage() { sed -n '2,/^set/{s/^# \{0,1\}//;/^set/d;p}' "${BASH_SOURCE[0]}"; }

repository=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)
base='' keep='' carried=() environment=(HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "TERM=${TERM:-dumb}")
while [[ $# -gt 0 ]]; do
  case $1 in
    --base) base=$2 && shift ;;
    --carry) carried+=("$2") && shift ;;
    --env)
      if [[ -n ${!2:-} ]]; then environment+=("$2=${!2}"); fi
      shift
      ;;
    --keep) keep=$2 && shift ;;
    --help) usage && exit 0 ;;
    -*) usage >&2 && exit 2 ;;
    *) break ;;
  esac
  shift
done
[[ $# -gt 0 ]] || set -- './dev run --once' './dev test'

root=${keep:-$(mktemp -d)}
mkdir -p "$root"
if [[ -z $keep ]]; then trap 'rm -rf --one-file-system "$root"' EXIT; fi

# make_root: only once, since links that a package has made there since would lead a copy out of the root.
make_root() {
  local path
  if [[ -n $base ]]; then
    tar -xpf "$base" -C "$root"
  else
    mmdebstrap --quiet --variant=minbase bookworm "$root"
  fi
  for path in /etc/resolv.conf /etc/hosts "${carried[@]}"; do
    mkdir -p "$root$(dirname "$path")"
    # What links point to is not there: carry what they stand for.
    cp -rL --preserve=mode "$path" "$root$(dirname "$path")/"
  done
}

[[ -x $root/usr/bin/dpkg ]] || make_root
rm -rf "$root/src/heirloom"
git clone --quiet --no-local "$repository" "$root/src/heirloom"
printf 'bare Debian %s, %s packages, commit %s\n' "$(<"$root/etc/debian_version")" \
  "$(grep -c '^Package:' "$root/var/lib/dpkg/status")" "$(git -C "$root/src/heirloom" rev-parse --short HEAD)"

# run_inside COMMAND: in mount and process namespaces of its own, which end with it and all that it started.
run_inside() {
  # shellcheck disable=SC2016  # the inner shell's variables
  env -i "${environment[@]}" unshare --mount --pid --fork --kill-child bash -euc '
    mount -t proc proc "$1/proc"
    mount --rbind /sys "$1/sys"
    mount --rbind /dev "$1/dev"
    exec chroot "$1" bash -c "cd /src/heirloom && $2"' inside "$root" "$1"
}

status=0
for command in "$@"; do
  begun=$SECONDS
  printf '\n$ %s\n' "$command"
  if run_inside "$command"; then outcome=green; else outcome="RED, status $?" status=1; fi
  printf '= %s: %s after %d min %d s\n' "$command" "$outcome" $(((SECONDS - begun) / 60)) $(((SECONDS - begun) % 60))
done
exit "$status"
