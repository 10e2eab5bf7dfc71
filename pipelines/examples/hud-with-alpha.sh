#!/bin/sh
# The head-up display alone, on a transparent ground, as a film with alpha: a
# media source in OBS, a layer in every editor.
#
# Needs $IBT. Writes hud-alpha.mov (PNG in QuickTime, lossless). The small scene
# only gives the pictures their times; the display replaces it.
gst-launch-1.0 -e filesrc location="$IBT" ! ibtparse ! tee name=rows \
  rows. ! queue ! telemetryscene ! video/x-raw,width=320,height=180,framerate=30/1 \
  ! videoscale method=nearest-neighbour ! video/x-raw,width=1280,height=720 ! sync.video \
  rows. ! queue ! sync.telemetry \
  telemetrysync name=sync ! telemetryoverlay theme=corner background=transparent \
  ! video/x-raw,format=RGBA ! pngenc compression-level=1 \
  ! qtmux ! filesink location=hud-alpha.mov
