#!/bin/sh
# Two live drivers side by side with name plates, as one feed, until Ctrl-C.
#
# Needs $SERVER, $DRIVER, $DRIVER_2, $READER, $KEY_FILE and $OUT.
gst-launch-1.0 compositor name=wall background=black sink_1::xpos=640 \
  ! video/x-raw,width=1280,height=360,framerate=30/1 ! videoconvert ! queue \
  ! x264enc tune=zerolatency bitrate=6000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink uri="$OUT" wait-for-connection=false \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" name=left \
  left.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_0 \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER_2" user="$READER" key-file="$KEY_FILE" name=right \
  right.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_1
