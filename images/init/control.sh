#!/bin/busybox sh
# What is typed on the console of our guest, line by line: jumps of its clock, and commands. Each is told in init's report (file 3) with
# what came of it, so that one which did nothing shows. It runs as root beside the processes, until init ends it.
count=0
while read -r word rest; do
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
