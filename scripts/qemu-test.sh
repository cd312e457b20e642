#!/usr/bin/env bash
# Boots the VM profiles and proves their markers. `scripts/qemu-test.sh --help` explains the options.
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/udpsec" test "$@"
