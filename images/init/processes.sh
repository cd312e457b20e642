#!/bin/busybox sh
# The processes of our guest, from their start to the end of the last: daemons and self-tests begin at once, and self-tests wait until
# the daemons beside them are ready, and for each other. When the self-tests are over, daemons are told to end, unless peers on other machines may still need
# them. Each is a user of its own; only this script is root. Exit status 0: each ended as it should.
first_uid=$1 holder=$2 linger_ms=$3 processes=$4
folder=/run/udpsec

# ^C on the console is for the processes, which hear it too: this script waits for their ends.
interrupted=
trap 'interrupted=yes' INT
mkfifo /run/ended
# Opened both ways: neither side waits for the other.
exec 5<>/run/ended

# Where Node's inspector listens once SIGUSR1 asks for it (stacks.sh does), and that it doesn't say so on the console.
first_inspector=9229
run_process() { # INDEX NAMESPACE KIND SOURCE
  uid=$((first_uid + $1)) home=$folder/$1 space=1
  [ "$2" = root ] || space=$holder
  LD_LIBRARY_PATH=/disk/lib HOME=$home nsenter -F -t "$space" -n -S "$uid" -G "$uid" \
    /disk/bin/node --inspect-port=$((first_inspector + $1)) --inspect-publish-uid=http /agent/start.cjs \
    --alone "$home/config.json" "$4" 4 "$home/ready" "$folder/start-$1" 5>&- &
  pid=$!
  echo "$pid" >"/run/pid-$1"
  # A signal that interrupts the wait is not the end.
  while :; do
    wait "$pid"
    ended=$?
    kill -0 "$pid" 2>/dev/null || break
  done
  echo "ended $3 $4 $ended" >&5
}

# Waits without asking again and again: on an emulated processor that would take from the daemon what it needs to get ready.
tell_when_ready() { # INDEX
  ready=$folder/$1/ready
  mkfifo -m 600 "$ready" && chown "$((first_uid + $1))" "$ready" || exit
  read -r _ <"$ready"
  echo "ready $1" >&5
}

# Who has which port open, asked by root while the processes live: what one says of its own sockets is its word. Where nobody else can
# write; init reports it in the end.
mkdir -m 700 /run/samples
samples=0 lives_in_second=
sample() { # WHAT WHO
  [ -z "$is_stopping$interrupted" ] || return 0
  samples=$((samples + 1))
  {
    echo "sample $1 $2"
    for table in udp tcp udp6 tcp6; do
      [ -e "/proc/net/$table" ] || continue
      list_sockets root "${table%6}" <"/proc/net/$table"
      [ -z "$lives_in_second" ] || nsenter -F -t "$holder" -n cat "/proc/net/$table" | list_sockets second "${table%6}"
    done
  } >"/run/samples/$samples"
  # A ^C that came meanwhile may have closed them.
  [ -z "$interrupted" ] || rm "/run/samples/$samples"
}
list_sockets() { # NAMESPACE PROTOCOL: those of its table that anybody may send to
  while read -r _ local _ state _ _ _ uid _; do
    case $2$state in udp07 | tcp0A) echo "socket $1 $2 $uid $((0x${local##*:}))" ;; esac
  done
}

is_stopping=
stop_all() {
  is_stopping=yes
  for file in /run/pid-*; do kill -TERM "$(cat "$file")" 2>/dev/null; done
}

# One self-test after the other: on one processor two would only make each other's handshakes late.
start_next() {
  # shellcheck disable=SC2086 # indexes are words on purpose
  set -- $waiting
  [ $# != 0 ] || return 0
  : >"$folder/start-$1"
  shift
  waiting=$*
}

left=0 selftests=0 unready=0 waiting=
while read -r index space kind source; do
  [ -n "$index" ] || continue
  left=$((left + 1))
  [ "$space" = root ] || lives_in_second=yes
  if [ "$kind" = selftest ]; then
    selftests=$((selftests + 1))
    waiting="$waiting $index"
  else
    unready=$((unready + 1))
    tell_when_ready "$index" &
    until [ -p "$folder/$index/ready" ]; do usleep 10000; done
  fi
  run_process "$index" "$space" "$kind" "$source" </dev/null &
done <<PROCESSES
$processes
PROCESSES
# Only they write to it from here on.
exec 4>&-
[ "$unready" != 0 ] || start_next

failed=0
while [ "$left" -gt 0 ]; do
  read -r what kind source ended <&5 || continue
  if [ "$what" = ready ]; then
    sample ready "$kind"
    unready=$((unready - 1))
    [ "$unready" != 0 ] || start_next
    continue
  fi
  left=$((left - 1))
  if [ "$ended" != 0 ]; then
    echo "init: $source ended with status $ended"
    failed=1
    [ -n "$is_stopping" ] || stop_all
  fi
  [ "$kind" = selftest ] || continue
  sample ended "$source"
  selftests=$((selftests - 1))
  start_next
  if [ "$selftests" = 0 ] && [ "$linger_ms" = 0 ] && [ -z "$is_stopping" ]; then stop_all; fi
done
exit "$failed"
