#!/bin/sh
# Record a live driver, picture and KLV, byte for byte as he sends it, until
# Ctrl-C.
#
# Needs $SERVER, $DRIVER, $READER and $KEY_FILE. Writes driver.ts; the stock
# srtsrc is enough, nothing of ours is needed to keep the telemetry.
gst-launch-1.0 -e srtsrc uri="srt://$SERVER?mode=caller&streamid=%23!::r=$DRIVER,m=request,u=$READER&passphrase=$(cat "$KEY_FILE")" \
  ! queue ! filesink location=driver.ts
