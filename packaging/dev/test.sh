# shellcheck shell=bash
# Sourced by ./dev: the tests. Every suite writes a JUnit file into build/test-results; test_report.py sums
# them up. A suite that fails does not keep the next from running.

results=build/test-results

cmd_test() {
  local mode=whole filter=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --quick) mode=quick ;;
      --all) mode=all ;;
      -*) die "unknown option '$1'; see ./dev help" ;;
      *) filter=$1 ;;
    esac
    shift
  done
  local begun=$SECONDS broken=()
  need_packages build test
  need_npm_packages
  rm -rf "$results"
  mkdir -p "$results"

  step "Compiling"
  build_daemon dev all
  step "Scripts, web UI and C++ suites"
  suite "scripts" test_scripts
  suite "web UI types" npm --prefix webui run typecheck
  suite "web UI units" test_webui
  if [[ $mode != quick ]]; then
    build_webui dev
    stage_demo dev
  fi
  suite "C++ and black-box suites" test_preset dev --label-exclude '^services$'
  if [[ $mode != quick ]]; then
    step "The main job in a browser"
    suite "browser" test_browser
  fi
  if [[ $mode == all ]]; then
    step "Adapters against real servers"
    need_packages services
    suite "real servers" test_services
    step "The main job in a browser, on a cluster"
    suite "browser on a cluster" test_browser_on_cluster
    step "C++ suites under ASan and UBSan"
    build_daemon asan all
    build_webui asan
    stage_demo asan
    suite "suites under ASan and UBSan" test_preset asan --label-exclude '^(long|services)$'
    step "Fuzzers, 30 seconds each"
    build_fuzzers
    suite "fuzzers" fuzz_each 30
    test_packages
  fi
  say
  ok "all suites ran in $(duration $((SECONDS - begun)))"
  "$python" packaging/dev/test_report.py "$results" tests/adapters.txt "${broken[@]}"
}

# What needs tools of its own: the model beside other people's code, the contract tried from outside, and the container image.
test_packages() {
  step "The model, beside numpy and Hugging Face's tokenizers"
  need_python_tool minilm
  suite "model" test_model
  step "The contract, tried by Schemathesis"
  need_python_tool schemathesis
  suite "contract" test_contract
  step "The container image"
  need_packages image
  suite "container image" test_image
  if [[ -z $filter ]]; then
    suite "milestones" "$python" packaging/dev/check_milestones.py ran appliance/docs/milestones.md "$results"
  fi
}

test_model() {
  PYTHONPATH=$tool_home "$python" tests/index/minilm_reference.py "build/models/$model" build/minilm-reference &&
    build/dev/bin/index_minilm_agreement --reporter junit --out "$results/model.xml"
}

test_contract() {
  HEIRLOOM_BIN=$root/build/dev/bin/heirloom "$python" tests/api/schemathesis_test.py "$tool_home" "$results/contract.xml"
}

test_image() {
  "$python" -m pytest -q -s -p no:cacheprovider --junitxml="$root/$results/image.xml" ${filter:+-k "$filter"} tests/image ||
    no_test_matched $?
}

# suite NAME COMMAND...: a suite that fails is remembered in `broken`.
suite() {
  logged "$@" || broken+=("$1")
}

test_scripts() {
  "$python" -m pytest -q -p no:cacheprovider --junitxml="$root/$results/scripts.xml" \
    ${filter:+-k "$filter"} tests/architecture tests/dev || no_test_matched $?
}

# pytest says 5 when the filter leaves no test: here that is no failure.
no_test_matched() { [[ -n $filter && $1 -eq 5 ]]; }

test_webui() {
  npm --prefix webui run test -- --reporter=default --reporter=junit \
    --outputFile.junit="$root/$results/webui.xml" --passWithNoTests ${filter:+--testNamePattern "$filter"}
}

# test_preset PRESET [CTEST-OPTION...]. Labels: a `slow` test is left out of --quick, a `long` one of what --all repeats
# under sanitizers; ./dev soak runs those too.
test_preset() {
  local preset=$1 options=("${@:2}")
  if [[ $mode == quick ]]; then options=(--label-exclude '^(slow|services)$'); fi
  if [[ -n $filter ]]; then options+=(--tests-regex "$filter"); fi
  ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --timeout 900 \
    --output-junit "$root/$results/$preset.xml" "${options[@]}"
}

test_services() {
  local options=()
  if [[ -n $filter ]]; then options+=(--tests-regex "$filter"); fi
  tests/services/with all -- ctest --test-dir build/dev --parallel "$(nproc)" --label-regex '^services$' \
    --output-on-failure --timeout 900 --output-junit "$root/$results/services.xml" "${options[@]}"
}

# The same journey, where what the test starts is six role processes and a second web process.
test_browser_on_cluster() {
  local options=(--config tests/e2e --workers 1 --project=desktop)
  if [[ -n $filter ]]; then options+=(--grep "$filter" --pass-with-no-tests); fi
  HEIRLOOM_REAL_BIN=$root/build/dev/bin/heirloom HEIRLOOM_BIN=$root/tests/support/cluster_heirloom.py \
    PLAYWRIGHT_JUNIT_OUTPUT_FILE=$root/$results/browser-cluster.xml \
    tests/services/with postgres neo4j opensearch s3 aws -- \
    webui/node_modules/.bin/playwright test --reporter=list,junit "${options[@]}" main_job
}

test_browser() {
  local options=(--config tests/e2e)
  if [[ -n $filter ]]; then options+=(--grep "$filter" --pass-with-no-tests); fi
  HEIRLOOM_BIN=$root/build/dev/bin/heirloom \
    PLAYWRIGHT_JUNIT_OUTPUT_FILE=$root/$results/browser.xml \
    webui/node_modules/.bin/playwright test --reporter=list,junit "${options[@]}"
}
