#!/bin/sh
# JSON lines piped into a shell script: says each lap time as it comes.
#
# Needs $IBT. With irsdksrc in place of filesrc and ibtparse it does the same
# beside the running game.
last=-1
gst-launch-1.0 -q filesrc location="$IBT" ! ibtparse \
  ! telemetryjsonenc max-rate=10 fields=Lap,LapLastLapTime ! fdsink |
while read -r row; do
  lap=${row##*\"Lap\":} lap=${lap%%,*}
  time=${row##*\"LapLastLapTime\":} time=${time%%\}*}
  case $time in -1 | 0 | null | "$last") continue ;; esac
  echo "lap $((lap - 1)): $time s"
  last=$time
done
