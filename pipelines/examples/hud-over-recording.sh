#!/bin/sh
# The same over a recording that has its telemetry inside: no offset to find,
# each picture gets its own row.
#
# Needs $TS. Writes hud-recording.mp4.
gst-launch-1.0 -e filesrc location="$TS" ! tsdemux name=demux \
  demux. ! queue ! h264parse ! avdec_h264 ! videoconvert ! sync.video \
  demux. ! queue ! telemetrydec ! sync.telemetry \
  telemetrysync name=sync ! telemetryoverlay theme=engineer \
  ! x264enc bitrate=6000 speed-preset=superfast ! h264parse \
  ! mp4mux ! filesink location=hud-recording.mp4
