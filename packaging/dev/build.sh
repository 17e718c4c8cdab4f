# shellcheck shell=bash
# Sourced by ./dev: build and clean.
#   build/PRESET/bin/heirloom                 the daemon and CLI
#   build/PRESET/share/heirloom/webui, demo   what it serves and what ./dev run imports
#   build/PRESET/share/heirloom/models        what it finds stories by meaning with

cmd_build() {
  local preset=${1:-release}
  [[ $# -le 1 ]] || die "usage: ./dev build [PRESET]"
  local begun=$SECONDS
  need_packages build
  case $preset in
    release) build_daemon release heirloom ;;
    *) build_daemon "$preset" all ;;
  esac
  build_webui "$preset"
  stage_demo "$preset"
  ok "build/$preset/bin/heirloom is built ($(duration $((SECONDS - begun))))"
}

# build_daemon PRESET TARGET: configures when CMake has not yet, and builds what is out of date.
build_daemon() {
  local preset=$1 target=$2
  if [[ ! -f build/$preset/build.ninja ]]; then
    logged "configure $preset" configure "$preset" || die "CMake could not configure '$preset'"
  fi
  logged "compile $preset" cmake --build --preset "$preset" --target "$target" ||
    die "'$preset' does not build"
  stage_model "$preset"
}

configure() { cmake --preset "$1" -D Python3_EXECUTABLE="$python"; }

# webui_digest -> a digest over all that its build reads
webui_digest() {
  find webui appliance/api -type d \( -name node_modules -o -name dist -o -name '*-report' \) -prune -o \
    -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

# Built once and copied beside each preset's binary.
build_webui() {
  local preset=$1 now
  need_npm_packages
  now=$(webui_digest)
  if [[ ! -d webui/dist || ! -f build/webui.digest || $(<build/webui.digest) != "$now" ]]; then
    rm -f build/webui.digest
    logged "build web UI" npm --prefix webui run build || die "the web UI does not build"
    printf '%s\n' "$now" >build/webui.digest
  fi
  stage webui/dist "build/$preset/share/heirloom/webui"
}

stage_demo() { stage packaging/demo "build/$1/share/heirloom/demo"; }

# stage FROM TO: TO becomes a copy of FROM.
stage() {
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  cp -R "$1" "$2"
}

cmd_clean() {
  case ${1:-} in
    '')
      # What was fetched and what people wrote under ./dev run and up stays.
      find build -mindepth 1 -maxdepth 1 ! -name tools ! -name models ! -name run ! -name up -exec rm -rf {} + 2>/dev/null || true
      rm -rf webui/dist
      ok "removed what was built; kept build/tools, build/models, build/run and build/up"
      ;;
    --all)
      rm -rf build webui/dist webui/node_modules
      ok "removed build/ (with the data of ./dev run and up) and webui/node_modules"
      ;;
    *) die "usage: ./dev clean [--all]" ;;
  esac
}
