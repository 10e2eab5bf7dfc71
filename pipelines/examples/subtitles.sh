#!/bin/sh
# Speed and gear as subtitles: a WebVTT file for a web player, and a track in
# Matroska that every player can switch on and off.
#
# Needs $IBT. Writes lap.vtt and lap.mkv.
set -e
gst-launch-1.0 filesrc location="$IBT" ! ibtparse \
  ! telemetrytextenc max-rate=4 template='{Speed@km/h:.0f} km/h  {Gear:gear}  {LapCurrentLapTime:.1time}' \
  ! webvttenc ! filesink location=lap.vtt
gst-launch-1.0 -e filesrc location="$IBT" ! ibtparse ! tee name=rows \
  rows. ! queue ! telemetryscene ! video/x-raw,width=640,height=360,framerate=30/1 \
  ! x264enc speed-preset=superfast ! h264parse ! mux. \
  rows. ! queue ! telemetrytextenc max-rate=4 template='{driver}  {Speed@mph:.0f} mph  {Gear:gear}' ! mux. \
  matroskamux name=mux ! filesink location=lap.mkv
