#!/bin/sh
# A live driver in OBS: the address for its media source.
#
# Needs $SERVER, $DRIVER, $READER and $KEY_FILE. In OBS add a Media Source, take
# the tick off "Local File", put this into "Input" and mpegts into "Input
# Format", and set "Network Buffering" low. ffplay and VLC take the same address.
# Over it put the film of hud-with-alpha.sh, or the feed of hud-to-key.sh with a
# Chroma Key filter.
echo "srt://$SERVER?mode=caller&streamid=%23!::r=$DRIVER,m=request,u=$READER&passphrase=$(cat "$KEY_FILE")"
