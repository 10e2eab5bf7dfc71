#!/bin/sh
# ffmpeg cuts a recording at a key frame and keeps the telemetry: -map 0 takes
# the KLV stream along.
#
# Needs $TS. Writes cut.nut, in which picture and row still have one time, and
# cut.ts: ffmpeg's MPEG-TS writer keeps every unit, but gives KLV no times, so
# that there a row is known by its tick and UTC alone (cut.jsonl).
set -e
ffmpeg -loglevel warning -y -ss 1 -i "file:$TS" -map 0 -c copy cut.nut
ffmpeg -loglevel warning -y -ss 1 -i "file:$TS" -map 0 -c copy cut.ts
gst-launch-1.0 filesrc location=cut.ts ! tsdemux ! telemetrydec \
  ! telemetryjsonenc fields=Speed,Gear ! filesink location=cut.jsonl
