#!/bin/sh
# A live driver with his name plate in a corner of the world feed, until Ctrl-C.
#
# Needs $WORLD, $SERVER, $DRIVER, $READER, $KEY_FILE and $OUT.
gst-launch-1.0 compositor name=mix background=black sink_1::xpos=816 sink_1::ypos=444 \
  ! video/x-raw,width=1280,height=720,framerate=30/1 ! videoconvert ! queue \
  ! x264enc tune=zerolatency bitrate=6000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink uri="$OUT" wait-for-connection=false \
  filesrc location="$WORLD" ! decodebin ! videoscale ! videoconvert \
  ! video/x-raw,width=1280,height=720 ! queue ! mix.sink_0 \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" name=driver \
  driver.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=432,height=244 \
  ! telemetryoverlay theme=nameplate ! queue ! mix.sink_1
