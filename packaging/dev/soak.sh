# shellcheck shell=bash
# Sourced by ./dev: what takes too long for every change.

kill_rounds=200
chaos_rounds=200
cluster_chaos_rounds=20
stall_seconds=180
fuzz_seconds=600

cmd_soak() {
  [[ $# -eq 0 ]] || die "usage: ./dev soak"
  local begun=$SECONDS broken=() mode=all filter='' name
  need_packages build test fuzz services
  need_npm_packages
  mkdir -p "$results"
  step "Everything under TSan"
  build_daemon tsan all
  build_webui tsan
  stage_demo tsan
  suite "suites under TSan" test_preset tsan --label-exclude '^services$'
  step "What is too long for every run, under ASan and UBSan"
  build_daemon asan all
  build_webui asan
  stage_demo asan
  suite "long suites under ASan and UBSan" test_preset asan --label-regex '^long$'
  step "kill -9, $kill_rounds times"
  build_daemon dev all
  build_webui dev
  stage_demo dev
  suite "kills" env HEIRLOOM_KILL_ROUNDS=$kill_rounds HEIRLOOM_BIN="$root/build/dev/bin/heirloom" \
    "$python" tests/faults/kill_test.py
  step "Chaos on one box, $chaos_rounds rounds"
  suite "chaos" env HEIRLOOM_CHAOS_ROUNDS=$chaos_rounds HEIRLOOM_BIN="$root/build/dev/bin/heirloom" \
    "$python" tests/faults/chaos_test.py
  step "Chaos in a cluster, $cluster_chaos_rounds rounds"
  suite "chaos in a cluster" env HEIRLOOM_CHAOS_ROUNDS=$cluster_chaos_rounds HEIRLOOM_CHAOS_STALL=$stall_seconds \
    HEIRLOOM_BIN="$root/build/dev/bin/heirloom" \
    tests/services/with neo4j opensearch s3 aws toxiproxy -- "$python" tests/faults/chaos_cluster_test.py
  step "Each fuzzer for $fuzz_seconds seconds"
  build_fuzzers
  suite "fuzzers" fuzz_each $fuzz_seconds
  [[ ${#broken[@]} -eq 0 ]] || die "soak: $(printf '%s; ' "${broken[@]}")see above"
  ok "all of it held ($(duration $((SECONDS - begun))))"
}

# A suite that fails shows in the report all the same: what it ran is what counts here.
cmd_coverage() {
  [[ $# -eq 0 ]] || die "usage: ./dev coverage"
  local broken=() mode=whole filter=''
  need_packages build test coverage
  need_npm_packages
  mkdir -p "$results"
  build_daemon coverage all
  build_webui coverage
  stage_demo coverage
  find build/coverage -name '*.gcda' -delete
  suite "suites, counted" test_preset coverage --label-exclude '^services$'
  logged "count" gcovr --root . --object-directory build/coverage --json-summary build/coverage/summary.json \
    --filter 'appliance/' --filter 'storage/' --filter 'index/' --exclude-directories '.*CMakeFiles/3.*' || die "gcovr failed"
  "$python" packaging/dev/coverage_report.py build/coverage/summary.json
}
