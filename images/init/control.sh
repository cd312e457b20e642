#!/bin/busybox sh
# What is typed on the console of our guest, line by line: where its processes are, and, if the run has such orders, jumps of its clock and
# commands. Each of these is told in init's report (file 3) with what came of it, so that one which did nothing shows. It runs as root beside the
# processes, until init ends it.
takes_orders=$1 holder=$2 processes=$3
count=0
while read -r word rest; do
  case $word in
    stacks)
      # Nothing is told while it looks: its own waits are bounded.
      sh /stacks.sh "$holder" "$processes" </dev/null
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
