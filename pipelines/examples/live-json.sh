#!/bin/sh
# The numbers of a live driver as JSON lines, 20 a second, until Ctrl-C.
#
# Needs $SERVER, $DRIVER, $READER and $KEY_FILE.
gst-launch-1.0 -q pitboxsrc uri="pitbox://$SERVER/$DRIVER" user="$READER" key-file="$KEY_FILE" wait-for-driver=true name=driver \
  driver.klv ! queue ! telemetrydec \
  ! telemetryjsonenc max-rate=20 fields='Lap,LapDistPct,Speed@km/h,Gear,RPM' ! fdsink
