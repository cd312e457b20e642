#!/usr/bin/env bash
# Makes the toolchain ready: checks Node, installs the npm packages when the lock file differs from the one last installed.
# Sourced or run; prints one line on stderr for each step that does work, nothing when there is nothing to do.
set -euo pipefail

udpsec_root=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)

udpsec_check_node() {
  local version major minor
  if ! version=$(node --version 2>/dev/null); then
    echo "udpsec: Node is missing. Install Node 20.19 or newer (https://nodejs.org/en/download) with npm, and run again." >&2
    exit 2
  fi
  version=${version#v}; major=${version%%.*}; minor=${version#*.}; minor=${minor%%.*}
  if ((major < 20 || (major == 20 && minor < 19))); then
    echo "udpsec: Node $version is too old. Install Node 20.19 or newer (https://nodejs.org/en/download), and run again." >&2
    exit 2
  fi
}

# Until it is killed, or the script is gone: at a terminal a line that moves, else a line now and then.
udpsec_tick() {
  local seconds=0
  while sleep 1 && kill -0 $$ 2>/dev/null; do
    seconds=$((seconds + 1))
    if [[ -t 2 && -z ${CI:-} ]]; then
      printf '\r\033[Kudpsec: %s, %s s' "$1" "$seconds" >&2
    elif ((seconds % 15 == 0)); then
      echo "udpsec: $1, $seconds s" >&2
    fi
  done
}

udpsec_install_packages() {
  # The stamp lives inside node_modules: `npm ci` removes it first, so an installation that was cut short is never taken for whole.
  # Each lock file has its own: checkouts that share node_modules, one of them with a package more, don't install it from each other's feet.
  local stamp want log status=0 ticker
  want=$(sha256sum <"$udpsec_root/package-lock.json")
  stamp=$udpsec_root/node_modules/.udpsec-lock-${want%% *}
  if [[ -e $stamp ]]; then return; fi
  # npm would empty the folder of the checkout that it leads to.
  if [[ -L $udpsec_root/node_modules ]]; then
    echo "udpsec: node_modules is a link to $(readlink -- "$udpsec_root/node_modules"), where other packages are installed than package-lock.json" \
      "says. Run scripts/setup.sh there if its lock file is the same, or remove the link, and run again." >&2
    exit 2
  fi
  mkdir -p "$udpsec_root/build"
  exec {udpsec_lock}>"$udpsec_root/build/.setup.lock"
  if ! flock -n "$udpsec_lock"; then
    echo "udpsec: npm packages: another run installs them, waiting for it" >&2
    flock "$udpsec_lock"
  fi
  # Another run may have installed them while this one waited.
  if [[ ! -e $stamp ]]; then
    if ! command -v npm >/dev/null; then
      echo "udpsec: npm is missing. Install the npm that belongs to your Node, and run again." >&2
      exit 2
    fi
    if [[ -d $udpsec_root/node_modules ]]; then
      echo "udpsec: npm packages: installing (package-lock.json differs from what is installed)" >&2
    else
      echo "udpsec: npm packages: installing (not installed yet)" >&2
    fi
    log=$udpsec_root/build/npm-ci.log
    udpsec_tick "npm packages" {udpsec_lock}>&- &
    ticker=$!
    (cd "$udpsec_root" && npm ci --no-audit --no-fund) >"$log" 2>&1 </dev/null || status=$?
    kill "$ticker" && wait "$ticker" 2>/dev/null || true
    if [[ -t 2 && -z ${CI:-} ]]; then printf '\r\033[K' >&2; fi
    if ((status != 0)); then
      cat "$log" >&2
      echo "udpsec: npm ci failed (output above). Check the network and the npm registry setting, and run again." >&2
      exit 2
    fi
    : >"$stamp"
  fi
  exec {udpsec_lock}>&-
}

udpsec_check_node
udpsec_install_packages
