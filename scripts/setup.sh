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

udpsec_install_packages() {
  # The stamp lives inside node_modules: `npm ci` removes it first, so an installation that was cut short is never taken for whole.
  # Each lock file has its own: checkouts that share node_modules, one of them with a package more, don't install it from each other's feet.
  local stamp want log
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
  flock "$udpsec_lock"
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
    if ! (cd "$udpsec_root" && npm ci --no-audit --no-fund) >"$log" 2>&1 </dev/null; then
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
