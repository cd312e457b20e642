#!/bin/busybox sh
# What each process of our guest does right now, told in init's report (file 3, read by stacks-report.ts): asked for when a run is out of time, before
# its machine is ended. Root looks from outside (state, time on the processor, where in the kernel it waits). Then Node's inspector, which
# SIGUSR1 opens on loopback, is asked for the stack of the main thread: that works in an endless loop too. Every wait here is bounded.
holder=$1 processes=$2
# processes.sh gives each process its own.
first_port=9229
folder=/run/stacks
rm -rf "$folder"
mkdir -m 700 "$folder" || exit

centiseconds() { read -r up _ </proc/uptime; echo "${up%.*}${up#*.}"; }
# Sets `state`, and `ticks`: hundredths of a second on the processor.
look_at() { # PID
  read -r line 2>/dev/null <"/proc/$1/stat" || return
  # shellcheck disable=SC2086 # the fields behind the program's name are words
  set -- ${line##*) }
  state=$1 ticks=$((${12} + ${13}))
}
in_space() { # root|second COMMAND...
  space=$1
  shift
  if [ "$space" = root ]; then "$@"; else nsenter -t "$holder" -n "$@"; fi
}
# Without a handler, which Node has from early on, the signal would end it.
takes_signal() { # PID
  [ -e "/proc/$1/status" ] || return
  while read -r key mask; do
    [ "$key" != SigCgt: ] || [ $((0x$mask & 0x200)) = 0 ] || return 0
  done <"/proc/$1/status"
  return 1
}
until_said() { # FILE TEXT TRIES
  tries=0
  until busybox grep -q "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt "$3" ] || return 1
    usleep 100000
  done
}
# One text frame from a client, masked with zeros (RFC 6455 5.2); at most 125 bytes.
frame() { printf "\\201\\$(printf %o $((128 + ${#1})))\\000\\000\\000\\000%s" "$1"; }

inspect() { # INDEX SPACE PID
  port=$((first_port + $1)) space=$2 said=$folder/$1
  takes_signal "$3" || return
  kill -USR1 "$3"
  target='' tries=0
  until [ -n "$target" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || return
    usleep 100000
    target=$(printf 'GET /json/list HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n' "$port" |
      in_space "$space" busybox timeout 2 busybox nc 127.0.0.1 "$port" 2>/dev/null | busybox sed -n 's|.*"id": "\([0-9a-f-]*\)".*|\1|p')
  done
  mkfifo "$said.in"
  in_space "$space" busybox timeout 30 busybox nc 127.0.0.1 "$port" <"$said.in" >"$said" 2>/dev/null 6>&- &
  exec 6>"$said.in"
  {
    printf 'GET /%s HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' "$target" "$port"
    printf 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n'
  } >&6
  if until_said "$said" "101 Switching" 60; then
    {
      frame '{"id":1,"method":"Runtime.evaluate","params":{"expression":"process.getActiveResourcesInfo()+[]"}}'
      frame '{"id":2,"method":"Debugger.enable"}'
      frame '{"id":3,"method":"Debugger.pause"}'
    } >&6
    # What only waits has no stack to pause at.
    until_said "$said" '"id":3,' 60 && until_said "$said" Debugger.paused 5
    frame '{"id":4,"method":"Debugger.resume"}' >&6
  fi
  exec 6>&-
  wait $!
}

each() { # COMMAND: with INDEX SPACE PID SOURCE of each that was started
  while read -r index space _ source; do
    [ -n "$index" ] && [ -e "/run/pid-$index" ] && read -r pid <"/run/pid-$index" || continue
    "$1" "$index" "$space" "$pid" "$source"
  done <<PROCESSES
$processes
PROCESSES
}
note_ticks() { look_at "$3" && echo "$ticks" >"$folder/ticks-$1"; }
tell_state() {
  [ -e "$folder/ticks-$1" ] && read -r before <"$folder/ticks-$1" && look_at "$3" || return
  wchan=0
  [ "$state" = R ] || read -r wchan <"/proc/$3/wchan" || :
  echo "stacks process $4 $state $((ticks - before)) $((until_cs - since_cs)) $wchan" >&3
}

# Of one that has died meanwhile too: Node may not survive it that a debugger leaves a loop that never ends.
tell_said() {
  [ ! -s "$folder/$1" ] || echo "stacks said $4 $(busybox head -c 200000 "$folder/$1" | busybox base64 -w 0)" >&3
}

echo "stacks begin" >&3
since_cs=$(centiseconds)
each note_ticks
usleep 500000
until_cs=$(centiseconds)
each tell_state
# All at once: who sits where nothing reaches it is waited for in vain. A port takes 32 KiB of one writer at once, so they tell one after the other.
begin_inspection() { inspect "$@" 3>&- & }
each begin_inspection
wait
each tell_said
echo "stacks end" >&3
