#!/usr/bin/python3
# Python reads the row that belongs to each picture, off the picture itself.
#
# Needs $TS and PyGObject (python3-gi). Prints a line for each picture.
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstPitbox", "1.0")
from gi.repository import Gst, GstPitbox

Gst.init(None)
pipeline = Gst.parse_launch(
    "filesrc name=file ! tsdemux name=demux "
    "demux. ! queue ! h264parse ! avdec_h264 ! sync.video "
    "demux. ! queue ! telemetrydec ! sync.telemetry "
    "telemetrysync name=sync ! appsink name=pictures sync=false")
pipeline.get_by_name("file").set_property("location", os.environ["TS"])
pipeline.set_state(Gst.State.PLAYING)
pictures = pipeline.get_by_name("pictures")
bus = pipeline.get_bus()
while not pictures.get_property("eos"):
    if failed := bus.pop_filtered(Gst.MessageType.ERROR):
        sys.exit(failed.parse_error()[0].message)
    sample = pictures.emit("try-pull-sample", Gst.SECOND)
    picture = sample.get_buffer() if sample else None
    meta = picture and GstPitbox.buffer_get_pitbox_telemetry_meta(picture)
    if meta:
        row = meta.sample
        print(f"{picture.pts / Gst.SECOND:.3f} s  tick {row.tick}"
              f"  {row.get_double('Speed') * 3.6:.0f} km/h"
              f"  gear {row.get_double('Gear'):.0f}")
pipeline.set_state(Gst.State.NULL)
