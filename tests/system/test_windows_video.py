#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Picture and rows of the agent for Windows under wine, by encrypted SRT: the
drawn scene and the screen, encoded by openh264, are stored with their rows, and
the tick in the pixels of each picture is that of its row in Chromium.

test_windows_video.py [lock]: without a word what is stored, else the pixels."""
import json
import os
import signal
import stat
import subprocess
import sys

from pitbox import Stack, need
from stored import Stored
from windows import Windows, need_windows, z

need_windows()
need("pitbox-server", "stored-rows")

AGENT, SIM = "pitbox-agent.exe", "pitbox-sim.exe"
LONG = 180
PICTURES = 100


def a_picture_is_stored(stack, pc, source, width, height):
    agent = pc.start(
        "agent-" + source, AGENT, "--server", f"127.0.0.1:{stack.srt_port}",
        "--driver", "car1", "--passphrase-file", z(stack.key_file("car1")),
        "--source", source, "--encoder", "openh264enc", "--width", str(width),
        "--height", str(height), "--framerate", "30", "--bitrate-kbps", "1000",
        "--latency-ms", "1000", "--status-file", z(stack.path("status")))
    found = agent.wait_for(
        r"streaming: video and telemetry to .*, encoder (\w+)", LONG)
    assert found.group(1) == "openh264enc", found.group(0)
    seen = {}

    def enough():
        now = Stored(stack.data, "car1", newest=True)
        seen.update(now=now)
        return len(now.pictures) >= PICTURES

    stack.wait(enough, f"{PICTURES} pictures of {source}", LONG)
    with open(stack.path("status"), encoding="utf-8") as f:
        took = json.load(f)["source"]
    assert agent.stop(signal.SIGINT, LONG) == 0, agent.err()
    now = seen["now"]
    first, last = min(now.ticks), max(now.ticks)
    print(f"ok {source} by {took}: {len(now.pictures)} pictures, {len(now.rows)} rows, "
          f"{now.unreadable} unreadable, {now.twice(first, last)} twice")
    assert now.unreadable == 0 and now.twice(first, last) == 0
    assert len(now.rows) > PICTURES


def pictures_are_stored():
    with Stack() as stack, Windows(stack, "640x360") as pc:
        stack.add_driver("car1")
        stack.start_server()
        sim = pc.start("sim", SIM, "--cars", "4")
        sim.wait_for("shared memory", LONG)
        a_picture_is_stored(stack, pc, "scene", 320, 180)
        a_picture_is_stored(stack, pc, "screen", 320, 180)


def the_pixels_say_so():
    """sync.mjs with these two programs in the place of Linux's own."""
    with Stack() as stack, Windows(stack) as pc:
        folder = pc.path("in-place")
        os.makedirs(folder)
        for name in ("pitbox-agent", "pitbox-sim"):
            path = os.path.join(folder, name)
            more = ' --encoder openh264enc' if name == "pitbox-agent" else ""
            words = " ".join(f"'{w}'" for w in pc.command(name + ".exe"))
            with open(path, "w", encoding="utf-8") as f:
                f.write(f'#!/bin/sh\nexec {words} "$@"{more}\n')
            os.chmod(path, stat.S_IRWXU)
        here = os.path.dirname(os.path.abspath(__file__))
        env = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}
        done = subprocess.run(
            [os.path.join(here, "browser-test"), os.path.join(here, "sync.mjs"),
             "windows"],
            env=env, timeout=600)
        sys.exit(done.returncode)


if __name__ == "__main__":
    if sys.argv[1:] == ["lock"]:
        the_pixels_say_so()
    else:
        pictures_are_stored()
