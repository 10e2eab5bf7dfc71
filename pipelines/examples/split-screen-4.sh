#!/bin/sh
# Four live drivers with name plates, as one feed, until Ctrl-C.
#
# Needs $SERVER, $DRIVER, $DRIVER_2, $DRIVER_3, $DRIVER_4, $READER, $KEY_FILE and
# $OUT.
gst-launch-1.0 compositor name=wall background=black sink_1::xpos=640 sink_2::ypos=360 sink_3::xpos=640 sink_3::ypos=360 \
  ! video/x-raw,width=1280,height=720,framerate=30/1 ! videoconvert ! queue \
  ! x264enc tune=zerolatency bitrate=6000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink uri="$OUT" wait-for-connection=false \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" name=a \
  a.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_0 \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER_2" user="$READER" key-file="$KEY_FILE" name=b \
  b.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_1 \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER_3" user="$READER" key-file="$KEY_FILE" name=c \
  c.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_2 \
  pitboxsrc uri="pitbox://$SERVER/$DRIVER_4" user="$READER" key-file="$KEY_FILE" name=d \
  d.video ! queue ! avdec_h264 ! videoscale ! videoconvert ! video/x-raw,width=640,height=360 \
  ! telemetryoverlay theme=nameplate ! queue ! wall.sink_3
