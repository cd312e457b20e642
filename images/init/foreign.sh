#!/bin/busybox sh
# Pid 1 of the foreign guest: a guest that isn't ours, to keep the harness honest about how little it may assume. No Node, no
# agent, no event port; two lines on the console, the second only if its configuration came through fw_cfg.
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module"; done </modules/order
echo "foreign: up"
greeting=/sys/firmware/qemu_fw_cfg/by_name/opt/foreign/config/raw
tries=0
until [ -r "$greeting" ] || [ "$tries" -ge 500 ]; do
  tries=$((tries + 1))
  usleep 10000
done
[ "$(cat "$greeting")" != "say done" ] || echo "foreign: done"
stty -F /dev/ttyS0 -echo
poweroff -f
