# shellcheck shell=bash
# Sourced by ./dev: serve a debug build, rebuild and restart when a source changes.

watched=(appliance storage index media webui packaging/demo CMakeLists.txt)

cmd_watch() {
  local once data_dir listen daemon=''
  serve_options "$@"
  [[ $once == no ]] || die "--once belongs to ./dev run"
  need_packages build watch
  mkdir -p "$data_dir"
  trap 'stop_watched' EXIT
  while true; do
    if (cmd_build_watched); then
      stop_watched
      build/dev/bin/heirloom serve --data-dir "$data_dir" --listen "$listen" &
      daemon=$!
    else
      bad "still serving what was built before"
    fi
    say "Waiting for a change (Ctrl-C ends)"
    wait_for_change
  done
}

cmd_build_watched() {
  build_daemon dev heirloom
  build_webui dev
}

stop_watched() {
  [[ -n ${daemon:-} ]] || return 0
  kill "$daemon" 2>/dev/null || true
  wait "$daemon" || true
  daemon=''
}

# Returns half a second after the last change of a burst: editors write several files at once.
wait_for_change() {
  local existing=() path
  for path in "${watched[@]}"; do
    if [[ -e $path ]]; then existing+=("$path"); fi
  done
  local events=(--quiet --recursive --event close_write --event create
    --event delete --event move --exclude '(node_modules|/dist/|~$|\.sw.$)')
  inotifywait "${events[@]}" "${existing[@]}" >/dev/null
  while inotifywait "${events[@]}" --timeout 1 "${existing[@]}" >/dev/null; do :; done
}
