#!/usr/bin/env bash
# Every check of the project, from cheap to dear: `./scripts/test.sh --help`.
. "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/setup.sh"
cd "$udpsec_root"
exec node scripts/run.mjs scripts/checks.ts "$@"
