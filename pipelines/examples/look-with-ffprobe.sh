#!/bin/sh
# What ffmpeg sees in a driver's stream: the streams, how many packets each has,
# and the times of picture and telemetry side by side.
#
# Needs $TS (a recording, or lap.ts of ibt-to-ts.sh).
ffprobe -hide_banner -count_packets -show_entries stream=index,codec_name,codec_type,nb_read_packets "file:$TS"
ffprobe -v error -show_entries packet=stream_index,pts,size -of csv "file:$TS"
