# shellcheck shell=bash
# Sourced by ./dev: measurements beside others. They take minutes and the whole machine, so no test runs them.

cmd_bench() {
  local what=${1:-}
  [[ $# -eq 0 ]] || shift
  case $what in
    api) bench_api "$@" ;;
    search) bench_search "$@" ;;
    graph) bench_graph "$@" ;;
    *) die "usage: ./dev bench api [--rounds N] [--seconds S] [--json FILE] | search [FOLDER] | graph [NODES EDGES WALKS]" ;;
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

# FOLDER holds retrieval/cisi/: HEIRLOOM_SHARED_DATA or ../shared/data unless it is given.
bench_search() {
  need_packages build
  build_daemon release search_quality
  build/release/bin/search_quality "$@"
}
