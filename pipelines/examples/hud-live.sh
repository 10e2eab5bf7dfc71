#!/bin/sh
# A head-up display in a live driver's picture, handed on to the vision mixer by
# SRT, until Ctrl-C.
#
# Needs $SERVER, $DRIVER, $READER, $KEY_FILE and $OUT, where the mixer fetches
# it. The row comes on the picture: pitboxsrc has put it there.
gst-launch-1.0 pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" wait-for-driver=true name=driver \
  driver.video ! queue ! avdec_h264 ! videoconvert ! telemetryoverlay theme=broadcast ! queue \
  ! x264enc tune=zerolatency bitrate=6000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink uri="$OUT" wait-for-connection=false
