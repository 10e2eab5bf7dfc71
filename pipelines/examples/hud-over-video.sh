#!/bin/sh
# A head-up display over any video, from the .ibt file of the same drive.
#
# Needs $VIDEO, $IBT and $OFFSET: when in the video the file's first row was,
# in ns; 12.5 s into it is 12500000000, and -12500000000 a video that began that
# much later. Writes hud.mp4. theme=engineer and theme=corner are the others.
gst-launch-1.0 -e filesrc location="$VIDEO" ! decodebin ! videoconvert ! sync.video \
  filesrc location="$IBT" ! ibtparse ! sync.telemetry \
  telemetrysync name=sync policy=interpolate offset="$OFFSET" \
  ! telemetryoverlay theme=broadcast \
  ! x264enc bitrate=6000 speed-preset=superfast ! h264parse \
  ! mp4mux ! filesink location=hud.mp4
