#!/bin/sh
# ffmpeg cuts a recording at a key frame and keeps the telemetry: -map 0 takes
# the KLV stream along, leaves both on one clock.
#
# Needs $TS. Writes cut.ts; every KLV reader, telemetrydec too, reads on in it.
ffmpeg -hide_banner -loglevel warning -y -ss 1 -i "$TS" -map 0 -c copy \
  -f mpegts cut.ts
gst-launch-1.0 filesrc location=cut.ts ! tsdemux ! telemetrydec \
  ! telemetryjsonenc fields=Speed,Gear ! filesink location=cut.jsonl
