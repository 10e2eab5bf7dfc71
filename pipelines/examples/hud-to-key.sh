#!/bin/sh
# A live driver's head-up display on green, as a feed of its own for any mixer
# with a chroma key, until Ctrl-C. The driver's picture is not needed for it.
#
# Needs $SERVER, $DRIVER, $READER, $KEY_FILE and $OUT.
gst-launch-1.0 pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" wait-for-driver=true name=driver \
  driver.klv ! queue ! telemetrydec ! sync.telemetry \
  videotestsrc is-live=true pattern=solid-color foreground-color=0xff00ff00 \
  ! video/x-raw,format=I420,width=1280,height=720,framerate=30/1 ! sync.video \
  telemetrysync name=sync ! telemetryoverlay theme=broadcast ! queue \
  ! x264enc tune=zerolatency bitrate=4000 speed-preset=superfast key-int-max=60 \
  ! h264parse config-interval=-1 ! mpegtsmux alignment=7 ! srtsink uri="$OUT" wait-for-connection=false
