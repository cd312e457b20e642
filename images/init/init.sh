#!/bin/busybox sh
# Pid 1 of our guest. Loads modules, gives the machine its network, runs each process as a user of its own (processes.sh), writes the
# kernel's counters where no process can write, and powers off. It reads `opt/udpsec/net` (network-plan.ts and process-plan.ts have the
# format) and gives each process its file `opt/udpsec/process-N`. Lines on the console start with "init: "; the report on the port
# org.udpsec.init is read by init-report.ts.
export PATH=/bin NO_COLOR=1 HOME=/run TERM=dumb
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
# The terminal behind /dev/console: ttyS0 on x86, ttyAMA0 on arm64.
read -r tty </sys/class/tty/console/active
tty=/dev/$tty
# The accelerator probe waits for this line: nothing earlier shows that the processor really runs our code.
echo "init: udpsec initramfs up"

now() { read -r uptime _ </proc/uptime; echo "$uptime"; }

stop_machine() {
  # Setting a terminal's modes drains it first: the last lines are out before the power goes.
  stty -F "$tty" -echo
  poweroff -f
}

fail() {
  echo "init: failed: $*"
  [ -z "$report_open" ] || echo "fact failure $*" >&3
  stop_machine
  while :; do usleep 1000000; done
}

# Asks for a state until it holds. Bounded: a machine where it never holds has to fail, not hang.
wait_for() { # WHAT COMMAND...
  what=$1 tries=0
  shift
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 1500 ] || fail "waited too long for $what"
    usleep 10000
  done
}

report_open=
case " $(cat /proc/cmdline) " in *" udpsec.probe "*) stop_machine ;; esac
up_at=$(now)

while read -r module; do
  insmod "/modules/$module" || fail "module $module does not load"
done </modules/order

# Nobody but root leaves a file there.
mount -t tmpfs -o size=32m,mode=755 tmpfs /run
mkdir /tmp /dev/pts && mount -t tmpfs -o size=32m tmpfs /tmp && mount -t devpts devpts /dev/pts

# No udev here: the names that virtio-serial ports carry become links as udev would make them.
find_port() {
  for port in /sys/class/virtio-ports/*; do
    [ -e "$port/name" ] || continue
    read -r name <"$port/name" || continue
    if [ "$name" = "$1" ]; then
      ln -sf "../${port##*/}" "/dev/virtio-ports/$1"
      [ -c "/dev/${port##*/}" ]
      return
    fi
  done
  return 1
}
mkdir /dev/virtio-ports
wait_for "port org.udpsec.init" find_port org.udpsec.init
wait_for "port org.udpsec.events" find_port org.udpsec.events
# A port has one opener at a time: while init holds this one, nobody else can write to it.
exec 3>/dev/virtio-ports/org.udpsec.init
report_open=yes
echo "udpsec-init 1" >&3
echo "fact up_s $up_at" >&3

wait_for "disk vda" test -b /dev/vda
mount -t ext4 -o ro,noatime /dev/vda /disk || fail "the Node disk does not mount"

# A slow guest loses datagrams of a clean link in its socket buffers; this makes room for what the daemon asks for.
echo 8388608 >/proc/sys/net/core/rmem_max
echo 8388608 >/proc/sys/net/core/wmem_max

unshare -n sleep 2147483647 3>&- &
holder=$!
echo "$holder" >/run/netns-second.pid
namespace_is_apart() { [ "$(readlink "/proc/$holder/ns/net")" != "$(readlink /proc/1/ns/net)" ]; }
wait_for "the second network namespace" namespace_is_apart

in_namespace() { # root|second COMMAND...
  space=$1
  shift
  case $space in
    root) "$@" ;;
    second) nsenter -t "$holder" -n "$@" ;;
    *) fail "opt/udpsec/net: unknown namespace $space" ;;
  esac
}
in_namespace root ip link set lo up
in_namespace second ip link set lo up

nic_exists() { [ -e "/sys/class/net/$1" ]; }
# LOWER_UP is the carrier itself. NO-CARRIER beside it may linger for a second: the kernel recomputes the operational state of
# interfaces at most once a second, but frames flow already.
carrier_is_up() { # NAMESPACE NIC
  case $(in_namespace "$1" ip link show dev "$2") in *LOWER_UP*) return 0 ;; *) return 1 ;; esac
}

configure_nic() { # NIC NAMESPACE ADDRESS/PREFIX [mtu N] [advmss N]
  nic=$1 home=$2 address=$3
  shift 3
  wait_for "interface $nic" nic_exists "$nic"
  [ "$home" = root ] || ip link set "$nic" netns "$holder" || fail "$nic does not move to namespace $home"
  in_namespace "$home" ip addr add "$address" brd + dev "$nic" || fail "$nic refuses address $address"
  advmss=
  while [ $# -ge 2 ]; do
    case $1 in
      mtu) in_namespace "$home" ip link set "$nic" mtu "$2" || fail "$nic refuses mtu $2" ;;
      advmss) advmss=$2 ;;
      *) fail "opt/udpsec/net: unknown word $1" ;;
    esac
    shift 2
  done
  in_namespace "$home" ip link set "$nic" up || fail "$nic does not come up"
  wait_for "carrier of $nic" carrier_is_up "$home" "$nic"
  [ -z "$advmss" ] || limit_segments "$home" "$nic" "${address%/*}" "$advmss"
}

limit_segments() { # NAMESPACE NIC ADDRESS ADVMSS: on the route that the address brought along
  network=$(in_namespace "$1" ip route list dev "$2" | head -n 1)
  network=${network%% *}
  [ -n "$network" ] || fail "$2 has no route for advmss"
  in_namespace "$1" ip route change "$network" dev "$2" scope link src "$3" advmss "$4" || fail "$2 refuses advmss $4"
}

fw_cfg=/sys/firmware/qemu_fw_cfg/by_name/opt/udpsec
processes='' linger_ms=0 takes_orders=
wait_for "fw_cfg file opt/udpsec/net" test -r "$fw_cfg/net/raw"
while read -r word rest; do
  # shellcheck disable=SC2086 # the fields of a line are words on purpose
  case $word in
    '' | '#'*) ;;
    eth*) configure_nic "$word" $rest ;;
    process) processes="$processes${processes:+
}$rest" ;;
    linger) linger_ms=$rest ;;
    control) takes_orders=yes ;;
    route)
      set -- $rest
      space=$1
      shift
      in_namespace "$space" ip route add "$@" || fail "route $rest refused"
      ;;
    *) fail "opt/udpsec/net: unknown line $word" ;;
  esac
done <"$fw_cfg/net/raw"

rng_current=none
[ ! -r /sys/class/misc/hw_random/rng_current ] || read -r rng_current </sys/class/misc/hw_random/rng_current
echo "fact rng_current $rng_current" >&3
echo "fact agent_start_s $(now)" >&3

# Each process is a user of its own, without a privilege, and its file is its own: it has its secret seed. /proc and /sys keep the rest.
first_uid=1000
mkdir -m 711 /run/udpsec
give_file() { # INDEX
  home=/run/udpsec/$1 uid=$((first_uid + $1))
  mkdir -m 700 "$home" && cat "$fw_cfg/process-$1/raw" >"$home/config.json" && chmod 400 "$home/config.json" || fail "no file for process $1"
  chown -R "$uid:$uid" "$home" || fail "$home stays root's"
}
as_user() { # UID COMMAND...
  uid=$1
  shift
  nsenter -F -t 1 -n -S "$uid" -G "$uid" "$@"
}
# Tried, not assumed: what a process could read of another, and whether anything of root's is left to it.
check_apart() { # INDEX
  uid=$((first_uid + $1))
  as_user "$uid" cat "/run/udpsec/$1/config.json" >/dev/null || fail "process $1 can't read its own file"
  capabilities=$(as_user "$uid" sh -c 'while read -r key value; do [ "$key" != CapEff: ] || echo "$value"; done </proc/self/status')
  case $capabilities in *[!0]* | '') fail "process $1 has capabilities $capabilities" ;; esac
  for file in "$fw_cfg"/process-*/raw /run/udpsec/*/config.json; do
    [ "$file" != "/run/udpsec/$1/config.json" ] || continue
    if as_user "$uid" cat "$file" >/dev/null 2>&1; then fail "process $1 can read $file"; fi
  done
}
while read -r index _; do [ -z "$index" ] || give_file "$index"; done <<PROCESSES
$processes
PROCESSES
apart=0
while read -r index _; do
  [ -n "$index" ] || continue
  check_apart "$index"
  apart=$((apart + 1))
done <<PROCESSES
$processes
PROCESSES
echo "fact processes_apart $apart" >&3

# What is typed while the processes print reaches nobody's line: without an echo no marker is torn by it.
[ -z "$takes_orders" ] || stty -F "$tty" -echo
sh /control.sh "$takes_orders" "$holder" "$processes" "$tty" <"$tty" >/dev/null 2>&1 &
control=$!

# A session of its own with the console as terminal: what is typed there reaches the processes, and ^C means them.
exec 4>/dev/virtio-ports/org.udpsec.events
setsid -c sh /processes.sh "$first_uid" "$holder" "$linger_ms" "$processes" <"$tty" >"$tty" 2>&1 3>&- &
exec 4>&-
wait $!
status=$?
kill "$control" 2>/dev/null
echo "fact agent_end_s $(now)" >&3
echo "fact agent_status $status" >&3
cat /run/samples/* >&3 2>/dev/null
[ "$status" = 0 ] || echo "init: processes ended with status $status"

while read -r key value _; do
  case $key in
    MemTotal:) echo "fact memory_total_kib $value" >&3 ;;
    MemAvailable:) echo "fact memory_available_kib $value" >&3 ;;
  esac
done </proc/meminfo

for space in root second; do
  for file in snmp netstat dev; do
    echo "begin $space $file" >&3
    in_namespace "$space" cat "/proc/net/$file" >&3
    echo "end" >&3
  done
done
echo "done" >&3
stop_machine
