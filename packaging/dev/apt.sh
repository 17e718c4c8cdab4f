# shellcheck shell=bash
# Sourced by ./dev: Debian packages. Only what is missing, by name; nothing is done when all are there.

# Runs as root, through sudo when somebody else calls.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: run ./dev as root, or install sudo"
  fi
}

on_debian_12() {
  [[ -r /etc/os-release ]] || return 1
  (
    # shellcheck source=/dev/null
    source /etc/os-release
    [[ ${ID:-} == debian && ${VERSION_ID:-} == 12 ]]
  )
}

# packages_of SET... -> their names, one a line
packages_of() {
  local set
  for set in "$@"; do
    awk -v set="$set" '$1 == set { print $2 }' packaging/dev/apt-packages.txt
  done | sort -u
}

# missing_packages SET... -> those not installed, one a line
missing_packages() {
  local wanted
  mapfile -t wanted < <(packages_of "$@")
  printf '%s\n' "${wanted[@]}" | comm -23 - <(installed_packages "${wanted[@]}")
}

# dpkg-query fails when it does not know one of them: that one is not installed, no more.
installed_packages() {
  { dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true; } |
    awk '$1 == "installed" { print $2 }' | sort -u
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o APT::Color=0 "$@"
}

# APT knows a package only after `apt-get update`.
apt_knows() {
  local package
  for package in "$@"; do
    apt-cache show --no-all-versions "$package" >/dev/null 2>&1 || return 1
  done
}

cmd_packages() {
  [[ $# -gt 0 ]] || die "usage: ./dev packages SET...; the sets stand in packaging/dev/apt-packages.txt"
  need_packages "$@"
}

# need_packages SET...: installs what is missing of these sets of apt-packages.txt.
need_packages() {
  on_debian_12 || die "Heirloom is built on Debian 12; on another system use a container:" \
    "docker run -it --network host -v \"\$PWD\":/src -w /src debian:12 ./dev run"
  local names missing
  names=$(missing_packages "$@")
  [[ -n $names ]] || return 0
  mapfile -t missing <<<"$names"
  step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  if ! apt_knows "${missing[@]}"; then
    logged "apt update" apt_get update || die "the package lists could not be fetched"
  fi
  local install=(install --yes --no-install-recommends "${missing[@]}")
  if ! logged "apt install" apt_get "${install[@]}"; then
    say "The package lists may be old: once more with new ones."
    logged "apt update" apt_get update || die "the package lists could not be fetched"
    logged "apt install" apt_get "${install[@]}" || die "the packages could not be installed"
  fi
}
