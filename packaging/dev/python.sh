# shellcheck shell=bash
# Sourced by ./dev: Python programs that Debian does not have, below build/tools, each with what it needs pinned by hash.

# need_python_tool NAME: PATH and PYTHONPATH of packaging/dev/NAME-requirements.txt, in `tool_home`.
need_python_tool() {
  local name=$1 requirements=packaging/dev/$1-requirements.txt now
  tool_home=$root/build/tools/$name
  now="$(sha256sum <"$requirements") $("$python" --version)"
  [[ -f $tool_home/.whole && $(<"$tool_home/.whole") == "$now" ]] && return 0
  step "Fetching $name into build/tools"
  rm -rf "$tool_home"
  logged "fetch $name" "$python" -m pip install --quiet --require-hashes --only-binary=:all: --target "$tool_home" \
    --requirement "$requirements" || die "$name could not be fetched"
  printf '%s\n' "$now" >"$tool_home/.whole"
}
