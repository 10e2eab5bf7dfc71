#!/bin/sh
# Keying in a mixer: the transparent display is a layer of its own over the
# world feed, so it can fade, move and go away while the feed runs on.
#
# Needs $WORLD (any video) and $IBT. Writes keyed.mp4.
gst-launch-1.0 -e compositor name=mix sink_1::alpha=0.9 \
  ! video/x-raw,width=1280,height=720,framerate=30/1 ! videoconvert \
  ! x264enc bitrate=6000 speed-preset=superfast ! h264parse \
  ! mp4mux ! filesink location=keyed.mp4 \
  filesrc location="$WORLD" ! decodebin ! videoconvert ! videoscale ! videorate \
  ! video/x-raw,width=1280,height=720,framerate=30/1 ! queue ! mix.sink_0 \
  filesrc location="$IBT" ! ibtparse ! tee name=rows \
  rows. ! queue ! telemetryscene ! video/x-raw,width=320,height=180,framerate=30/1 \
  ! videoscale method=nearest-neighbour ! video/x-raw,width=1280,height=720 ! sync.video \
  rows. ! queue ! sync.telemetry \
  telemetrysync name=sync ! telemetryoverlay theme=broadcast background=transparent \
  ! video/x-raw,format=RGBA ! queue ! mix.sink_1
