#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Picture and rows of the agent for Windows under wine, by encrypted SRT: the
drawn scene and the screen, encoded by openh264, are stored with their rows, and
the tick in the pixels of each picture is that of its row in Chromium; that of a
captured window is no newer than its row.

test_windows_video.py [windows|captured]: without a word what is stored, else the
pixels: of the drawn scene, of the simulator's window through gdiscreencapsrc."""
import json
import os
import signal
import stat
import subprocess
import sys

from pitbox import Stack, need
from stored import Stored
from windows import GAME, Windows, need_windows, z

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


def in_place_of(folder, name, argv, before=""):
    """A program for Windows by the name of one of Linux's."""
    path = os.path.join(folder, name)
    words = " ".join(f"'{w}'" for w in argv)
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"#!/bin/sh\n{before}exec {words}\n".replace("'\"$@\"'", '"$@"'))
    os.chmod(path, stat.S_IRWXU)


def the_pixels_say_so(case):
    """sync.mjs with these two programs in the place of Linux's own; the window of
    a simulator comes and goes with it."""
    with Stack() as stack, Windows(stack, "480x270") as pc:
        folder = pc.path("in-place")
        os.makedirs(folder)
        window, source = "", []
        if case == "captured":
            game = " ".join(f"'{w}'" for w in pc.command(GAME))
            window = f'{game} "$@" &\n'
            source = ["--source", "auto"]
        in_place_of(folder, "pitbox-sim", [*pc.command(SIM), '"$@"'], window)
        in_place_of(folder, "pitbox-agent", [
            *pc.command(AGENT), '"$@"', *source, "--encoder", "openh264enc"])
        here = os.path.dirname(os.path.abspath(__file__))
        env = {**os.environ, "PATH": folder + ":" + os.environ["PATH"]}
        done = subprocess.run(
            [os.path.join(here, "browser-test"), os.path.join(here, "sync.mjs"),
             case],
            env=env, timeout=600)
        sys.exit(done.returncode)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        the_pixels_say_so(sys.argv[1])
    else:
        pictures_are_stored()
