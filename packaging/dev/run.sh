# shellcheck shell=bash
# Sourced by ./dev: the main job.

# serve_options ARGS...: sets once, data_dir and listen.
serve_options() {
  once=no data_dir=$root/build/run/data listen=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --once) once=yes ;;
      --data-dir | --listen)
        [[ $# -ge 2 ]] || die "$1 needs a value"
        if [[ $1 == --listen ]]; then listen=$2; else data_dir=$(cd "$caller_dir" && realpath -m "$2"); fi
        shift
        ;;
      *) die "unknown option '$1'; see ./dev help" ;;
    esac
    shift
  done
  # The walk-through alone takes any free port, so that it can run beside a daemon that serves.
  if [[ -z $listen ]]; then listen=127.0.0.1:$([[ $once == yes ]] && echo 0 || echo 8080); fi
}

cmd_run() {
  local once data_dir listen
  serve_options "$@"
  cmd_build release
  (umask 077 && mkdir -p "$data_dir")
  step "Serving on $data_dir"
  local arguments=(--heirloom build/release/bin/heirloom --demo build/release/share/heirloom/demo
    --data-dir "$data_dir" --listen "$listen" --log build/logs/daemon.log)
  if [[ $once == yes ]]; then arguments+=(--once); fi
  # The daemon lives and dies with the walk-through: it stops the daemon, whatever ends it.
  exec "$python" packaging/dev/main_job.py "${arguments[@]}"
}
