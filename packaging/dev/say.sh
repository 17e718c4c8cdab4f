# shellcheck shell=bash
# Sourced by ./dev: how it speaks. Every long step shows that it is alive and leaves its whole output
# in build/logs; a step that fails shows the end of it.

if [[ -t 1 ]]; then
  bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' green='' red='' plain=''
fi

say() { printf '%s\n' "$*"; }
step() { printf '%s▸ %s%s\n' "$bold" "$*" "$plain"; }
ok() { printf '%s✓%s %s\n' "$green" "$plain" "$*"; }
bad() { printf '%s✗%s %s\n' "$red" "$plain" "$*"; }
die() {
  printf '%s✗ %s%s\n' "$red" "$*" "$plain" >&2
  exit 1
}

# duration SECONDS -> "3 min 12 s"
duration() {
  if (($1 >= 60)); then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# Shows the newest line in place on a terminal, else one line every 20 seconds.
show_progress() {
  local line name=$1 begun=$SECONDS shown=$SECONDS
  while IFS= read -r line; do
    if [[ -t 1 ]]; then
      printf '\r\e[K  %s' "${line:0:$((${COLUMNS:-100} - 4))}"
    elif ((SECONDS - shown >= 20)); then
      shown=$SECONDS
      printf '  … %s, %s: %s\n' "$name" "$(duration $((SECONDS - begun)))" "${line:0:90}"
    fi
  done
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
}

# logged NAME COMMAND...: runs it with its output in build/logs/NAME.log. Returns its status.
logged() {
  local name=$1 log=build/logs/${1// /-}.log begun=$SECONDS
  shift
  mkdir -p build/logs
  if "$@" </dev/null 2>&1 | tee "$log" | show_progress "$name"; then
    ok "$name ($(duration $((SECONDS - begun))))"
  else
    tail -n 60 "$log" >&2
    bad "$name ($(duration $((SECONDS - begun)))); all of it: $log"
    return 1
  fi
}
