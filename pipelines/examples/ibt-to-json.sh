#!/bin/sh
# Chosen values of an .ibt file as JSON lines, ten a second, for any script.
#
# Needs $IBT. Writes rows.jsonl: one object a line, in the units asked for.
gst-launch-1.0 filesrc location="$IBT" ! ibtparse \
  ! telemetryjsonenc max-rate=10 fields='Lap,LapDistPct,Speed@km/h,Gear,RPM,Throttle,Brake' \
  ! filesink location=rows.jsonl
