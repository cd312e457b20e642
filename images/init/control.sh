#!/bin/busybox sh
# What is typed on the console of our guest, line by line: where its processes are, a shell for people, and, if the run has such orders, jumps of its clock and
# commands. Each of these is told in init's report (file 3) with what came of it, so that one which did nothing shows. It runs as root beside the
# processes, until init ends it.
takes_orders=$1 holder=$2 processes=$3 tty=$4
count=0
while read -r word rest; do
  case $word in
    stacks)
      # Nothing is told while it looks: its own waits are bounded.
      sh /stacks.sh "$holder" "$processes" </dev/null
      continue
      ;;
    shell)
      # ^C would mean the processes, whose terminal it is: a line editor reads it as a key.
      modes=$(stty -F "$tty" -g)
      stty -F "$tty" -isig echo
      echo "init: a shell of root; exit leaves it" >"$tty"
      sh -i <"$tty" >"$tty" 2>&1 3>&-
      echo "init: the shell has ended" >"$tty"
      stty -F "$tty" "$modes"
      continue
      ;;
    *) [ -n "$takes_orders" ] || continue ;;
  esac
  case $word in
    clock)
      before=$(date +%s)
      date -s "@$((before + rest))"
      outcome="clock $rest $before $(date +%s)"
      ;;
    exec)
      sh -c "$rest" </dev/null 3>&-
      outcome="exec $? $rest"
      ;;
    *) continue ;;
  esac
  count=$((count + 1))
  echo "fact did_$count $outcome" >&3
done
