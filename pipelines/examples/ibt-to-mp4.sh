#!/bin/sh
# An .ibt file as a film: the driver's view, drawn from the rows alone.
#
# Needs $IBT. Writes scene.mp4.
gst-launch-1.0 -e filesrc location="$IBT" ! ibtparse \
  ! telemetryscene ! video/x-raw,width=1280,height=720,framerate=60/1 \
  ! x264enc bitrate=4000 speed-preset=superfast ! h264parse \
  ! mp4mux ! filesink location=scene.mp4
