# shellcheck shell=bash
# Sourced by ./dev: measurements beside others. They take minutes and the whole machine, so no test runs them.

cmd_bench() {
  local what=${1:-}
  [[ $# -eq 0 ]] || shift
  case $what in
    api) bench_api "$@" ;;
    search) bench_search "$@" ;;
    graph) bench_graph "$@" ;;
    storage) bench_storage "$@" ;;
    *) die "usage: ./dev bench api [--rounds N] [--seconds S] [--json FILE] | search [FOLDER] | graph [NODES EDGES WALKS] | storage [--quick]" ;;
  esac
}

# HEIRLOOM_BENCH_STORIES: other stories than the demo's, as `heirloom import stories` takes them.
bench_api() {
  need_packages build bench
  cmd_build release
  build_go_program pocketbase tests/bench/api/pocketbase .
  "$python" tests/bench/api/bench.py --heirloom build/release/bin/heirloom --pocketbase build/tools/pocketbase \
    --stories "${HEIRLOOM_BENCH_STORIES:-packaging/demo/stories}" "$@"
}

# Walks over 100,000 nodes and a million edges, in RocksDB and in SQLite.
bench_graph() {
  local folder
  need_packages build
  build_daemon release graph_bench
  folder=$(mktemp -d)
  build/release/bin/graph_bench "$folder" "$@"
  rm -rf "$folder"
}

# What each store costs beside others, all in one run. --quick: small ones, to see that it works; their figures say little.
bench_storage() {
  local folder bin=build/release/bin seconds=5 graph=(100000 1000000 2000) walks=200 vectors=(50000 500)
  case ${1:-} in
    '') ;;
    --quick) seconds=1 graph=(2000 20000 100) walks=20 vectors=(2000 50) ;;
    *) die "usage: ./dev bench storage [--quick]" ;;
  esac
  need_packages build
  for program in database_bench graph_bench vector_bench embedding_bench event_bus_bench; do
    build_daemon release "$program"
  done
  folder=$(mktemp -d)
  # Not in memory: what is measured is a disk.
  [[ $(stat -f -c %T "$folder") != tmpfs ]] || say "note: $folder lies in memory; set TMPDIR to a folder on a disk"
  printf 'on %s processors, load %s\n' "$(nproc)" "$(cut -d' ' -f1-3 /proc/loadavg)"
  step "Commits"
  "$bin/database_bench" "$folder" "$seconds"
  step "Walks"
  "$bin/graph_bench" "$folder/graph" "${graph[@]}"
  bench_kuzu "$folder/graph" "$walks"
  step "Vectors"
  "$bin/vector_bench" "$folder/vectors" "${vectors[@]}"
  step "Embedding"
  "$bin/embedding_bench" build/models/all-MiniLM-L6-v2 "$seconds"
  step "Events"
  mkdir "$folder/events"
  "$bin/event_bus_bench" "$folder/events" "$seconds"
  rm -rf "$folder"
}

# In a shell of its own, so that a machine where Kuzu cannot be had measures the rest.
bench_kuzu() (
  need_python_tool kuzu || exit 1
  PYTHONPATH=$tool_home "$python" tests/bench/kuzu_walk.py "$@"
) || printf 'Kuzu: not measured: it could not be had or did not run\n'

# FOLDER holds retrieval/cisi/: HEIRLOOM_SHARED_DATA or ../shared/data unless it is given.
bench_search() {
  need_packages build
  build_daemon release search_quality
  build/release/bin/search_quality "$@"
}
