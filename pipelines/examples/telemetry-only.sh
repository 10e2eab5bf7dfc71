#!/bin/sh
# Telemetry without a picture, to KLV and back: a few MB an hour keep every row
# bit for bit, with its time.
#
# Needs $IBT. Writes rows.ts, and from it rows.klv (the units alone, for other
# KLV tools), units.csv and rows-again.jsonl.
set -e
gst-launch-1.0 filesrc location="$IBT" ! ibtparse ! telemetryenc \
  ! mpegtsmux ! filesink location=rows.ts
gst-launch-1.0 filesrc location=rows.ts ! tsdemux ! telemetrydec \
  ! telemetryjsonenc fields='*' ! filesink location=rows-again.jsonl
gst-launch-1.0 filesrc location=rows.ts ! tsdemux ! meta/x-klv,parsed=true \
  ! filesink location=rows.klv
klv-dump --fields SessionTime,Speed,Gear rows.klv > units.csv
