# shellcheck shell=bash
# Sourced by ./dev: the fuzzers of tests/fuzz, built by clang with libFuzzer, ASan and UBSan.
#   tests/fuzz/corpus/NAME     inputs that every run starts from, small and kept in git
#   build/fuzz/corpus/NAME     what runs on this machine have found besides
#   build/fuzz/findings        inputs that broke something; the next run of the suite starts with none

cmd_fuzz() {
  local seconds=30 name=''
  while [[ $# -gt 0 ]]; do
    case $1 in
      --seconds)
        [[ ${2:-} =~ ^[0-9]+$ ]] || die "--seconds wants a number"
        seconds=$2
        shift
        ;;
      -*) die "unknown option '$1'; see ./dev help" ;;
      *) name=$1 ;;
    esac
    shift
  done
  [[ -z $name || -d tests/fuzz/corpus/$name ]] ||
    die "there is no fuzzer '$name'; there are: $(fuzzer_names | paste -sd ' ')"
  build_fuzzers
  fuzz_each "$seconds" "$name"
}

fuzzer_names() { find tests/fuzz/corpus -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort; }

build_fuzzers() {
  need_packages build test fuzz
  build_daemon fuzz fuzzers
}

# fuzz_each SECONDS [NAME]: each fuzzer, or that one, over its corpus and then on for so long; as many at a time as there
# are processors.
fuzz_each() {
  local seconds=$1 name pid broken=()
  local -A running=()
  rm -rf build/fuzz/findings
  mkdir -p build/fuzz/findings
  for name in ${2:-$(fuzzer_names)}; do
    if ((${#running[@]} >= $(nproc))); then
      fuzz_ended
    fi
    logged "fuzz $name" fuzz_one "$name" "$seconds" &
    running[$!]=$name
  done
  while ((${#running[@]})); do fuzz_ended; done
  [[ ${#broken[@]} -eq 0 ]] && return
  bad "found something in: ${broken[*]}"
  say "Inputs lie in build/fuzz/findings. Mend it, then keep the input in tests/fuzz/corpus/NAME. To see it again:"
  say "  build/fuzz/bin/fuzz_NAME build/fuzz/findings/NAME-…"
  return 1
}

# Waits for one of `running`; adds it to `broken` when it found something.
fuzz_ended() {
  local status=0
  wait -n -p pid "${!running[@]}" || status=$?
  if ((status)); then broken+=("${running[$pid]}"); fi
  unset "running[$pid]"
}

fuzz_one() {
  local name=$1 seconds=$2 grown=build/fuzz/corpus/$1
  mkdir -p "$grown"
  "build/fuzz/bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/findings/$name-" "$grown" "tests/fuzz/corpus/$name"
}
