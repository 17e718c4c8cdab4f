# shellcheck shell=bash
# Sourced by ./dev: the local stack. With Docker that is packaging/compose, all of it; without, the servers of tests/services
# that the daemon has adapters for, with Prometheus, Alertmanager, Jaeger and Loki, and the daemon on them.

up_every=(postgres neo4j opensearch s3 aws litellm prometheus alertmanager jaeger loki)

up_options() {
  docker=yes data_dir='' listen=127.0.0.1:8080 without=,
  while [[ $# -gt 0 ]]; do
    case $1 in
      --no-docker) docker=no ;;
      --data-dir | --listen | --without)
        [[ $# -ge 2 ]] || die "$1 needs a value"
        case $1 in
          --listen) listen=$2 ;;
          --without) without=,$2, ;;
          --data-dir) data_dir=$(cd "$caller_dir" && realpath -m "$2") ;;
        esac
        shift
        ;;
      *) die "unknown option '$1'; see ./dev help" ;;
    esac
    shift
  done
  [[ $listen =~ ^[0-9.]+:[1-9][0-9]*$ ]] || die "--listen wants an address and a port, such as 127.0.0.1:8080"
  local name
  for name in ${without//,/ }; do
    [[ " ${up_every[*]} " == *" $name "* ]] || die "--without $name: the servers are ${up_every[*]}"
  done
  if [[ $docker == yes && ($data_dir || $without != ,) ]]; then die "--data-dir and --without are for --no-docker"; fi
}

cmd_up() {
  local docker data_dir listen without
  up_options "$@"
  if [[ $docker == yes ]]; then up_compose; else up_servers; fi
}

up_compose() {
  if ! docker compose version >/dev/null 2>&1; then
    die "there is no 'docker compose' here; ./dev up --no-docker starts the servers themselves"
  fi
  packaging/compose/make_secrets.sh
  step "Starting the stack of packaging/compose; its README lists every address. Ctrl-C stops it, and its volumes stay"
  HEIRLOOM_LISTEN=$listen exec docker compose --file packaging/compose/compose.yaml up --build
}

up_wants() { [[ $without != *",$1,"* ]]; }

# start_servers NAME...: side by side, those that are wanted; each one's address is then in its folder.
start_servers() {
  local name names=() i
  starting=()
  for name in "$@"; do
    up_wants "$name" || continue
    mkdir -p "$data_dir/$name"
    started+=("$name")
    names+=("$name")
    # Setting one up may take minutes, the first time; it must not slow down whoever works here meanwhile.
    # In a group of its own, so that an end in the middle reaches all of it.
    setsid nice "tests/services/$name" start "$data_dir/$name" >"$data_dir/$name/address.part" &
    starting+=($!)
  done
  for i in "${!starting[@]}"; do
    name=${names[i]}
    wait "${starting[i]}" || die "$name does not start; ./dev up --no-docker --without $name goes on without it"
    mv "$data_dir/$name/address.part" "$data_dir/$name/address"
    ok "$name: $(shown "$name")"
  done
  starting=()
}

address() { cat "$data_dir/$1/address"; }
# Without a password in it.
shown() { address "$1" | sed -E 's#://([^:/@]*):[^@/]*@#://\1@#'; }

up_end() {
  trap '' INT TERM
  local name pid
  printf '\n'
  if [[ $daemon ]]; then
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" || true
  fi
  for pid in "${starting[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || true; done
  for name in "${started[@]}"; do "tests/services/$name" stop "$data_dir/$name" & done
  wait
  ok "stopped; what was written is in $data_dir"
}

up_servers() {
  local binary=${HEIRLOOM_BIN:-} config daemon='' started=() starting=() begun=$SECONDS
  data_dir=${data_dir:-$root/build/up}
  need_packages services
  if [[ ! $binary ]]; then
    cmd_build release
    binary=build/release/bin/heirloom
  fi
  # PostgreSQL refuses to be root and is nobody then, who must be let through; Heirloom's own folder is closed to others.
  (umask 022 && mkdir -p "$data_dir")
  (umask 077 && mkdir -p "$data_dir/heirloom")
  config=$data_dir/heirloom.toml
  trap up_end EXIT

  step "Starting servers; one that is not on this machine yet is installed first, in minutes (Loki: about 12 of CPU time)"
  start_servers postgres neo4j opensearch s3 aws litellm alertmanager jaeger loki
  (umask 077 && write_settings >"$config.part")
  mv "$config.part" "$config"
  step "Starting Heirloom"
  "$binary" migrate --provision --config "$config" || die "the database or what else it needs could not be set up"
  start_daemon
  write_prometheus
  start_servers prometheus
  up_summary
  wait "$daemon" || die "Heirloom ended; its log is $data_dir/heirloom.log"
}

# What the CLI reads, too: heirloom doctor --config build/up/heirloom.toml. Keys and passwords are those that the scripts of
# tests/services give to their servers.
write_settings() {
  printf '# Made by ./dev up at each start.\ndata_dir = "%s"\n\n[http]\nlisten = "%s"\n' "$data_dir/heirloom" "$listen"
  printf '\n[storage]\n'
  if up_wants postgres; then
    setting database "$(shown postgres)?sslmode=disable"
    setting database_password "$(password_of postgres)"
  fi
  if up_wants neo4j; then
    setting graph "neo4j+http://$(host_of neo4j)/neo4j"
    setting graph_user neo4j
    setting graph_password "$(password_of neo4j)"
  fi
  if up_wants s3; then
    setting blobs "s3://heirloom?endpoint=http://$(host_of s3)&region=us-east-1&style=path"
    setting blobs_access_key_id heirloom
    setting blobs_secret_access_key heirloom-secret
  fi
  if up_wants aws; then
    setting events "sns+sqs://heirloom?endpoint=http://$(host_of aws)&region=us-east-1"
    # Heirloom itself follows its database. This is a queue to look into.
    printf 'events_consumers = ["example"]\n'
    setting events_access_key_id test
    setting events_secret_access_key test
  fi
  printf '\n[index]\n'
  if up_wants opensearch; then setting search "opensearch://$(host_of opensearch)/heirloom"; fi
  if up_wants litellm; then
    setting embedder litellm:fake-embed
    setting embedder_url "http://$(host_of litellm)"
    setting embedder_key sk-test
  fi
}

setting() { printf '%s = "%s"\n' "$1" "$2"; }
host_of() { address "$1" | sed -E 's#^[a-z]+://([^/@]*@)?([^/]*).*#\2#'; }
password_of() { address "$1" | sed -E 's#^[a-z]+://[^:]*:([^@]*)@.*#\1#'; }

# Its log goes to a file; the address and the first-run link are in its first lines.
start_daemon() {
  local log=$data_dir/heirloom.log
  # A Ctrl-C reaches this script alone, which stops all of it in order.
  setsid "$binary" serve --config "$config" >"$log" 2>&1 </dev/null &
  daemon=$!
  local give_up=$((SECONDS + 120))
  until grep -q 'heirloom: ready on ' "$log"; do
    if ! kill -0 "$daemon" 2>/dev/null || ((SECONDS >= give_up)); then
      tail -n 30 "$log" >&2
      die "Heirloom does not start; all of it: $log"
    fi
    sleep 0.2
  done
  ok "Heirloom: http://$listen"
}

# The rules are those of compose; the targets are where things are now.
write_prometheus() {
  local alerting=''
  up_wants prometheus || return 0
  mkdir -p "$data_dir/prometheus"
  if up_wants alertmanager; then
    alerting="alerting: {alertmanagers: [{static_configs: [{targets: ['$(host_of alertmanager)']}]}]}"
  fi
  cat >"$data_dir/prometheus/prometheus.yml" <<CONF
global: {scrape_interval: 5s, evaluation_interval: 5s}
rule_files: ["$root/packaging/compose/prometheus/rules.yml"]
$alerting
scrape_configs:
  - {job_name: heirloom, static_configs: [{targets: ["$listen"]}]}
CONF
}

up_summary() {
  local name link
  printf '\n%sThe stack is up%s (%s)\n' "$bold" "$plain" "$(duration $((SECONDS - begun)))"
  printf '  %-13s %s\n' Heirloom "http://$listen"
  if link=$("$binary" setup-url --config "$config" 2>/dev/null); then printf '  %-13s %s\n' 'first account' "$link"; fi
  for name in "${started[@]}"; do printf '  %-13s %s\n' "$name" "$(shown "$name")"; done
  printf '  %-13s %s\n' log "$data_dir/heirloom.log" settings "$config"
  printf 'Ctrl-C stops all of it; the next start finds what was written.\n'
}
