# shellcheck shell=bash
# Sourced by ./dev: lint and fmt. A check that fails does not keep the next from running.

cmd_lint() {
  [[ $# -eq 0 ]] || die "usage: ./dev lint"
  local begun=$SECONDS broken=()
  need_packages build lint
  need_npm_packages
  suite "clang-format" lint_format
  suite "shellcheck" lint_shell
  suite "includes" "$python" tests/architecture/check_includes.py
  suite "openapi" "$python" packaging/dev/check_openapi.py appliance/api/openapi.yaml
  need_go_tool oasdiff
  suite "contracts" "$python" packaging/dev/check_contracts.py check build/tools/oasdiff
  need_go_tool actionlint
  suite "workflows" build/tools/actionlint
  need_python_tool hadolint
  suite "Dockerfile" "$tool_home/bin/hadolint" Dockerfile
  suite "milestones" "$python" packaging/dev/check_milestones.py there appliance/docs/milestones.md
  suite "tree" lint_tree
  cat build/logs/tree.log
  suite "web UI client is fresh" npm --prefix webui run check:api
  suite "web UI types" npm --prefix webui run typecheck
  suite "web UI lint" npm --prefix webui run lint
  suite "clang-tidy" lint_tidy
  [[ ${#broken[@]} -eq 0 ]] || die "lint: $(printf '%s; ' "${broken[@]}")see above"
  ok "lint is clean ($(duration $((SECONDS - begun))))"
}

# project_files PATTERN... -> files of the project, those not yet committed too, each ended by NUL
project_files() {
  local file
  git -c safe.directory="$root" ls-files -z --cached --others --exclude-standard -- "$@" |
    while IFS= read -r -d '' file; do
      # A file removed from the work tree is still in the index.
      if [[ -f $file ]]; then printf '%s\0' "$file"; fi
    done
}

lint_format() { project_files '*.h' '*.cc' | xargs -0 clang-format --dry-run -Werror; }

# The parts of ./dev are checked where it sources them.
lint_shell() {
  project_files dev .ci/run '*.sh' packaging/git-hooks tests/services ':!packaging/dev/*.sh' ':!tests/services/*.*' |
    xargs -0 shellcheck --external-sources --check-sourced
}

lint_tree() { project_files | "$python" packaging/dev/check_tree.py; }

# What CMake generates must be there for clang-tidy to read; nothing else needs to be built.
lint_tidy() {
  [[ -f build/dev/build.ninja ]] || configure dev || return 1
  ninja -C build/dev -t targets all | sed -n 's/^\(embedded\/.*\.h\):.*/\1/p' |
    xargs --no-run-if-empty ninja -C build/dev || return 1
  "$python" packaging/dev/tidy.py build/dev
}

cmd_fmt() {
  [[ $# -eq 0 ]] || die "usage: ./dev fmt"
  need_packages build lint
  need_npm_packages
  project_files '*.h' '*.cc' | xargs -0 clang-format -i
  logged "web UI format" npm --prefix webui exec -- prettier --write webui
  ok "everything is in its format"
}
