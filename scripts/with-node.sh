#!/bin/sh
# sh scripts/with-node.sh PROGRAM.ts [ARGUMENT...]
#
# Installs what a TypeScript program of this project needs, then runs it: a Node that runs TypeScript directly
# (22.18 or newer; installed into .toolchain when the machine's own is older) and node_modules as package-lock.json wants it.
# Needs a POSIX shell, npm and any Node. Prints every download, and nothing when nothing is missing.
# Exit codes: those of the program; 4 when set-up fails.
set -eu

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tools=$project/.toolchain

say() { printf '%s\n' "$*" >&2; }
fail() { say "wwebjs-canary: $*"; exit 4; }

command -v npm >/dev/null 2>&1 || fail 'npm is not in PATH; install Node 20 or newer, which brings it'
command -v node >/dev/null 2>&1 || fail 'node is not in PATH; install Node 20 or newer'

runs_typescript() { [ "$("$1" -p process.features.typescript 2>/dev/null)" = strip ]; }

# A part that an interrupted start left behind carries the number of the process that made it.
remove_leftovers() {
  for leftover in "$tools"/part-*; do
    [ -d "$leftover" ] || continue
    kill -0 "${leftover##*-}" 2>/dev/null || rm -rf "$leftover"
  done
}

# Made under a name of its own and renamed, so that two at the same time cannot break each other: the first one wins.
install_node() {
  part=$tools/part-$$
  trap 'rm -rf "$part"' EXIT
  trap 'exit 4' HUP INT TERM
  mkdir -p "$tools" 2>/dev/null && remove_leftovers && mkdir "$part" 2>/dev/null || fail "cannot write to $tools"
  cp "$project/scripts/toolchain/package.json" "$project/scripts/toolchain/package-lock.json" "$part"
  say "Node $(node -v) is older than 22.18: installing Node 24 from npm beside the project (.toolchain, about 51 MB)"
  (cd "$part" && npm ci --ignore-scripts --include=optional --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null) ||
    fail 'Node 24 could not be installed from npm, see the message above'
  node_of "$part" >/dev/null || fail "npm brought no Node 24 that runs on $(uname -s) $(uname -m): check network and registry, or install Node 22.18"
  # A folder that is there but has no working node is damaged.
  node_of "$toolchain" >/dev/null || rm -rf "$toolchain"
  [ -d "$toolchain" ] || mv "$part" "$toolchain" 2>/dev/null || fail "cannot write to $tools"
  rm -rf "$part" "$toolchain/part-$$"
  trap - EXIT HUP INT TERM
}

# Prints the path of the folder with a working `node` below a toolchain.
node_of() {
  for bin in "$1"/node_modules/node-*/bin; do
    if runs_typescript "$bin/node"; then
      printf '%s\n' "$bin"
      return 0
    fi
  done
  return 1
}

if ! runs_typescript node; then
  toolchain=$tools/node-$(cksum <"$project/scripts/toolchain/package-lock.json" | cut -d ' ' -f 1)
  node_of "$toolchain" >/dev/null || install_node
  bin=$(node_of "$toolchain") || fail "$toolchain was removed while it was being made; start again"
  PATH=$bin:$PATH
  NODE=$bin/node
  npm_node_execpath=$bin/node
  export PATH NODE npm_node_execpath
fi

node --disable-warning=ExperimentalWarning "$project/scripts/set-up-project.ts"
exec node --disable-warning=ExperimentalWarning "$@"
