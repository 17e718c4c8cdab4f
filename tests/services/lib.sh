# shellcheck shell=bash
# What the scripts beside this have in common; sourced, not run. Each of them is one real server:
#   NAME start DIR    installs it once per cache, starts it on free loopback ports, waits until it is
#                     ready and prints its address on stdout; all else goes to stderr
#   NAME stop DIR     ends that server and no other
# Logs: DIR/NAME.log.
set -euo pipefail
umask 022
svc_name=${0##*/}
svc_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
svc_root=$(cd "$svc_here/../.." && pwd)
if ((EUID == 0)); then svc_cache=/var/cache/heirloom/services; else svc_cache=${XDG_CACHE_HOME:-$HOME/.cache}/heirloom/services; fi
# For root not in its home, which is closed to others: PostgreSQL runs as nobody then.
svc_cache=${HEIRLOOM_SERVICES_CACHE:-$svc_cache}
# Seconds that a server may take to become ready.
svc_timeout=${HEIRLOOM_SERVICES_TIMEOUT:-300}

die() {
  printf '%s: %s\n' "$svc_name" "$*" >&2
  exit 1
}
note() { printf '%s: %s\n' "$svc_name" "$*" >&2; }

# svc_install NAME-VERSION FUNCTION: runs FUNCTION TREE once per cache, under a lock; sets svc_tree. TREE is final from
# the beginning, since virtual environments cannot be moved: a stamp says that it is whole, and what a killed install
# left is removed first.
svc_install() {
  svc_tree=$svc_cache/$1
  [[ -e $svc_tree/.whole ]] && return
  mkdir -p "$svc_cache"
  (
    flock 9
    [[ -e $svc_tree/.whole ]] && exit 0
    rm -rf "$svc_tree"
    mkdir -p "$svc_tree"
    note "installing $1 (once)"
    set +e
    (
      set -e
      "$2" "$svc_tree"
    ) >"$svc_tree.log" 2>&1 9>&-
    code=$?
    set -e
    if ((code)); then
      tail -n 20 "$svc_tree.log" >&2
      die "cannot install $1, see $svc_tree.log"
    fi
    touch "$svc_tree/.whole"
  ) 9>"$svc_cache/$1.lock"
}

# svc_debs TREE PACKAGE...: unpacks Debian packages below TREE. None of their install scripts runs, so no daemon starts.
svc_debs() {
  local tree=$1 box deb
  shift
  box=$(mktemp -d)
  chmod 755 "$box"
  (cd "$box" && apt-get -o APT::Sandbox::User=root download "$@")
  for deb in "$box"/*.deb; do dpkg-deb -x "$deb" "$tree"; done
  rm -rf "$box"
}

# svc_go TREE PACKAGE@VERSION...: Go programs into TREE/bin.
svc_go() {
  local tree=$1 spec
  shift
  root=$svc_root
  cd "$root"
  # shellcheck disable=SC2034 # read by what is sourced
  python=/usr/bin/python3
  # shellcheck source=packaging/dev/say.sh
  source packaging/dev/say.sh
  # shellcheck source=packaging/dev/go.sh
  source packaging/dev/go.sh
  need_go
  for spec in "$@"; do
    GOFLAGS='' GOBIN=$tree/bin go install -trimpath -ldflags '-s -w' "$spec"
  done
}

# svc_go_own TREE NAME PACKAGE@VERSION REPLACEMENT...: a program into TREE/bin/NAME whose module replaces others, which
# `go install` refuses: built from a module of our own that repeats the replacements (OLD=NEW@VERSION).
svc_go_own() {
  local tree=$1 name=$2 spec=$3 replacement
  shift 3
  svc_go "$tree"
  mkdir -p "$tree/src" "$tree/bin"
  cd "$tree/src"
  export GOFLAGS='' GOWORK=off
  go mod init "heirloom.invalid/$name"
  for replacement in "$@"; do go mod edit -replace "$replacement"; done
  go get -tool "$spec"
  nice go build -p 2 -trimpath -ldflags '-s -w' -o "$tree/bin/$name" "${spec%@*}"
}

# svc_venv TREE REQUIREMENT...: a virtual environment.
svc_venv() {
  local tree=$1
  shift
  /usr/bin/python3 -m venv "$tree/venv"
  "$tree/venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# svc_jars TREE POM: the run-time dependencies of POM into TREE/lib. One Maven at a time: its repository is not made for two.
svc_jars() {
  cp "$svc_here/$2" "$1/pom.xml" # Maven may write beside it.
  flock "$svc_cache/m2.lock" mvn -B -ntp -q -f "$1/pom.xml" "-Dmaven.repo.local=$svc_cache/m2" \
    org.apache.maven.plugins:maven-dependency-plugin:2.8:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$1/lib"
}

# svc_java: a JDK 17.
svc_java() {
  local home
  for home in /usr/lib/jvm/java-17-openjdk-* "${JAVA_HOME-}"; do
    if [[ -x $home/bin/java ]]; then
      # shellcheck disable=SC2034 # for who sources this
      svc_jdk=$home
      return
    fi
  done
  die "no JDK 17: ./dev packages services"
}

svc_free_port() {
  /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# svc_birth PID: when the process started, field 22 of its stat. A pid alone may be somebody else's by now.
svc_birth() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086 # its words
  set -- ${stat##*) }
  printf '%s' "${20}"
}

# svc_run DIR NAME COMMAND...: in a session of its own, logging to DIR/NAME.log.
svc_run() {
  local dir=$1 name=$2 pid
  shift 2
  if svc_alive "$dir" "$name"; then die "$name already runs in $dir"; fi
  setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
  pid=$!
  printf '%s %s\n' "$pid" "$(svc_birth "$pid" || echo gone)" >"$dir/$name.pid"
}

svc_alive() {
  local pid birth
  [[ -s $1/$2.pid ]] || return 1
  read -r pid birth <"$1/$2.pid"
  [[ $(svc_birth "$pid") == "$birth" ]]
}

# svc_wait DIR NAME COMMAND...: until COMMAND succeeds, NAME has ended or time is up.
svc_wait() {
  local dir=$1 name=$2 end=$((SECONDS + svc_timeout))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ! svc_alive "$dir" "$name"; then
      tail -n 30 "$dir/$name.log" >&2
      rm -f "$dir/$name.pid"
      die "$name ended before it was ready"
    fi
    if ((SECONDS >= end)); then
      tail -n 30 "$dir/$name.log" >&2
      svc_stop "$dir" "$name"
      die "$name was not ready after $svc_timeout s"
    fi
    sleep 0.2
  done
}

# svc_stop DIR NAME [SIGNAL]: ends it and what is left of its session.
svc_stop() {
  local dir=$1 name=$2 signal=${3:-TERM} pid birth end
  if ! svc_alive "$dir" "$name"; then
    rm -f "$dir/$name.pid"
    return 0
  fi
  read -r pid birth <"$dir/$name.pid"
  kill -s "$signal" "$pid" 2>/dev/null || true
  end=$((SECONDS + 20))
  while svc_alive "$dir" "$name" && ((SECONDS < end)); do sleep 0.1; done
  kill -s KILL -- "-$pid" 2>/dev/null || true
  rm -f "$dir/$name.pid"
}

# svc_dir DIR: made if need be; its absolute path.
svc_dir() {
  mkdir -p "$1"
  (cd "$1" && pwd -P)
}

# svc_main "$@": start DIR calls start with an absolute DIR, stop DIR calls stop.
svc_main() {
  case ${1-}:$# in
    start:2) start "$(svc_dir "$2")" ;;
    stop:2) [[ ! -d $2 ]] || stop "$(svc_dir "$2")" ;;
    *) die "usage: $svc_name start DIR | stop DIR" ;;
  esac
}
