#!/bin/sh
# Picture and telemetry in one MPEG-TS, one KLV unit a frame: a driver's stream
# as a file, to try the examples below with.
#
# Needs $IBT. Writes lap.ts.
gst-launch-1.0 filesrc location="$IBT" ! ibtparse ! tee name=rows \
  rows. ! queue ! telemetryscene ! video/x-raw,width=1280,height=720,framerate=60/1 \
  ! x264enc tune=zerolatency bitrate=4000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! pace.video_sink \
  rows. ! queue ! telemetryenc ! pace.telemetry_sink \
  telemetrypace name=pace \
  pace.video_src ! mux.sink_65 pace.telemetry_src ! mux.sink_66 \
  mpegtsmux name=mux ! filesink location=lap.ts
