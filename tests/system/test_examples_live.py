#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples on live drivers run as they stand in pipelines/examples/: four
drivers of one race, an agent for each, the server, and a reader's key. What an
example makes is fetched by ffmpeg and looked at; the strips of the drivers'
pictures say which row each of them shows.
"""
import json
import os
import re
import subprocess
import time

import media
from examples import Running, example, main
from obs import free_port
from pitbox import need

need("gst-launch-1.0", "pitbox-sim", "pitbox-server", "pitbox-agent", "ffmpeg",
     "ffprobe")

DRIVERS = ("1", "2", "3", "4")
WIDTH, HEIGHT = 640, 360
PICTURES = 45
VALUES = {}
STACK = []


def prepare(stack):
    """The evening: server, race, agents; world.mp4 for the world feed."""
    STACK.append(stack)
    stack.add_driver("late")
    for driver in DRIVERS:
        stack.add_driver(driver)
    stack.start_server()
    race = f"pitbox-test-{os.getpid()}"
    stack.start("race", ["pitbox-sim", "--quiet",
                         "--drivers", str(len(DRIVERS)), "--shm-name", race])
    for driver in DRIVERS:
        assert stack.shm(driver) == f"{race}-{driver}"
        stack.start_agent(driver, "--width", str(WIDTH), "--height",
                          str(HEIGHT), "--framerate", "15")
    with open("studio.key", "w", encoding="utf-8") as f:
        f.write(subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "reader", "add",
             "studio", "--print-passphrase"], check=True, capture_output=True,
            text=True).stdout)
    subprocess.run(
        ["gst-launch-1.0", "-q"] + (
            "videotestsrc pattern=solid-color foreground-color=0xff306048 "
            "num-buffers=1800 ! video/x-raw,format=I420,width=320,height=180,"
            "framerate=30/1 ! x264enc speed-preset=ultrafast ! h264parse "
            "! mp4mux ! filesink location=world.mp4").split(), check=True,
        timeout=60)
    VALUES.update({
        "SERVER": f"127.0.0.1:{stack.srt_port}", "READER": "studio",
        "KEY_FILE": "studio.key", "DRIVER": "1", "DRIVER_2": "2",
        "DRIVER_3": "3", "DRIVER_4": "4", "WORLD": "world.mp4"})
    for driver in DRIVERS:
        stack.wait(lambda d=driver: stack.state(d) == "live"
                   and stack.driver(d)["video"], f"driver {driver} is live", 60)


def fetch(out, path):
    """What a mixer gets at OUT, once it is there: so many pictures from the first
    key frame on, which may be 4 s away."""
    end = time.monotonic() + 40
    while True:
        try:
            done = subprocess.run(
                ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i",
                 out.replace("listener", "caller"), "-frames:v", str(PICTURES),
                 "-map", "0", "-c", "copy", "-f", "mpegts", path],
                capture_output=True, text=True, timeout=30)
            if done.returncode == 0:
                return
            said = done.stderr[-500:]
        except subprocess.TimeoutExpired:
            said = "nothing comes"
        assert time.monotonic() < end, f"{out}: {said}"
        time.sleep(0.3)


def feed(name, path, good=None, **more):
    """Runs the example NAME and fetches some seconds of its feed; again while
    GOOD is not content: a busy machine's first pictures may be late."""
    out = f"srt://127.0.0.1:{free_port()}?mode=listener"
    end = time.monotonic() + 20
    with Running(name, **{**VALUES, **more, "OUT": out}) as running:
        while True:
            try:
                fetch(out, path)
                video = media.streams(path)["h264"]
                # A mixer that a busy machine lets wait is dropped by srtsink,
                # and has to call again.
                assert video["packets"] >= PICTURES * 0.9, \
                    f"{path}: {video['packets']} pictures"
                if good:
                    good(path)
                break
            except AssertionError as e:
                if time.monotonic() > end:
                    raise AssertionError(
                        f"{e}\n{running.said('.err')[-2000:]}") from e
    media.keep(path, video["packets"] - 3)
    return video["width"], video["height"]


def rising(ticks, count):
    """The rows of a driver who moves on. A wall repeats a picture of whom a busy
    machine has held up."""
    assert len(ticks) >= count, f"{len(ticks)} pictures"
    assert ticks == sorted(ticks), ticks
    assert len(set(ticks)) > 5, ticks


def tile(path, x, y, width, height):
    """Ticks in one driver's part of a picture."""
    part = f"tile-{x}-{y}.mkv"
    subprocess.run(
        ["ffmpeg", "-v", "fatal", "-y", "-i", path, "-vf",
         f"crop={width}:{height}:{x}:{y}", "-c:v", "ffv1", part], check=True,
        timeout=60)
    return media.ticks(part, width, height, late=True), part


def plates(path, boxes):
    """Each driver's part has his own row's strip and his own name plate."""
    numbers = []
    for n, (x, y) in enumerate(boxes):
        ticks, part = tile(path, x, y, WIDTH, HEIGHT)
        rising(ticks, 10)
        newest = media.streams(part)["ffv1"]["packets"] - 3
        here = media.pixels(part, newest, (44, 30, 27, 308), (44, 30))
        near = media.distance(here, media.reference(f"plate-{n + 1}", here,
                                                    (44, 30)))
        print(f"   {path}, driver {n + 1}: {near:.2f} from his number")
        assert near < 2 * media.TOLERANCE, f"{path}: driver {n + 1}"
        numbers.append(here)
    far = min(media.distance(a, b) for n, a in enumerate(numbers)
              for b in numbers[:n])
    print(f"   {path}: two numbers are {far:.2f} apart at least")
    assert far > 3 * media.TOLERANCE, f"{path}: two drivers have one number"


@example
def record_live():
    with Running("record-live", **VALUES):
        end = time.monotonic() + 30
        while not os.path.exists("driver.ts") \
                or os.path.getsize("driver.ts") < 500_000:
            assert time.monotonic() < end, "nothing is recorded"
            time.sleep(0.1)
    seen = media.packets("driver.ts")
    pictures = [p[0] for p in seen["h264"]]
    units = [p[0] for p in seen["klv"]]
    assert len(pictures) > 10 and seen["h264"][0][2], len(pictures)
    # What a busy machine's agent sends late goes alone; most must be in place.
    own = len(set(pictures) & set(units))
    print(f"   {len(pictures)} pictures, {len(units)} units, {own} of one time")
    assert own >= len(pictures) * 0.6 - 2, \
        (pictures, units)
    rising(media.ticks("driver.ts", WIDTH, HEIGHT), 10)


def comes_late():
    """Whoever begins before the driver waits for him, and then sees him."""
    stack, = STACK
    with Running("live-json", **{**VALUES, "DRIVER": "late"}) as running:
        stack.server.wait_for("this driver is not live", 60)
        agent = stack.start_agent("late", "--mode", "telemetry", "--shm-name",
                                  stack.shm("4"))
        stack.wait(lambda: running.said().count("\n") > 5,
                   "the rows of who came late", 60)
    agent.stop()


@example
def live_json():
    comes_late()
    with Running("live-json", **VALUES) as running:
        end = time.monotonic() + 30
        while running.said().count("\n") < 41:
            assert time.monotonic() < end, running.said(".err")
            time.sleep(0.1)
    rows = [json.loads(line) for line in running.said().splitlines()[:40]]
    ticks = [r["tick"] for r in rows]
    # Every third row; a busy machine's simulator leaves ticks out.
    steps = sorted(b - a for a, b in zip(ticks, ticks[1:]))
    assert steps[0] >= 3 and steps[len(steps) // 2] == 3, ticks
    for r in rows:
        assert list(r)[3:] == ["Lap", "LapDistPct", "Speed", "Gear", "RPM"], r
        assert 0 <= r["Speed"] < 400 and r["RPM"] > 200, r


@example
def hud_live():
    # The same display made of a recording of the same seconds must be the same:
    # the row in it is the picture's own.
    with Running("record-live", **VALUES):
        assert feed("hud-live", "hud-live.ts") == (WIDTH, HEIGHT)
    subprocess.run(
        ["gst-launch-1.0", "-q"] + (
            "filesrc location=driver.ts ! tsdemux name=demux demux. ! queue "
            "! h264parse ! avdec_h264 ! videoconvert ! sync.video demux. "
            "! queue ! telemetrydec ! sync.telemetry telemetrysync name=sync "
            "! telemetryoverlay theme=broadcast ! x264enc bitrate=6000 "
            "speed-preset=superfast ! matroskamux ! filesink "
            "location=hud-recorded.mkv").split(), check=True, timeout=150)
    live = media.ticks("hud-live.ts", WIDTH, HEIGHT)
    recorded = media.ticks("hud-recorded.mkv", WIDTH, HEIGHT)
    rising(live, 10)
    both = sorted(set(live) & set(recorded))
    assert len(both) > 8, (live, recorded)
    box, size = (360, 46, 250, 300), (180, 23)
    for tick in (both[len(both) // 3], both[-2]):
        here = media.pixels("hud-live.ts", live.index(tick), box, size)
        same = media.pixels("hud-recorded.mkv", recorded.index(tick), box, size)
        near = media.distance(here, same)
        print(f"   tick {tick}: live and recorded {near:.2f} apart")
        assert near < media.TOLERANCE, f"tick {tick}: {near:.2f}"
        assert media.spread(here) > 20, "no letters"


@example
def hud_to_key():
    assert feed("hud-to-key", "key.ts") == (1280, 720)
    last = media.streams("key.ts")["h264"]["packets"] - 3
    rgb = media.pixels("key.ts", last, (1280, 500, 0, 40), (64, 25), "rgb24")
    r, g, b = (sum(rgb[i::3]) / (len(rgb) // 3) for i in range(3))
    assert g > 180 and r < 60 and b < 60, (r, g, b)
    bar = (370, 80, 560, 614)
    here = media.pixels("key.ts", last, bar, (185, 40))
    assert media.spread(here) > 25, "nothing to be keyed"
    later = media.pixels("key.ts", 1, bar, (185, 40))
    assert media.distance(here, later) > 1, "the display stands still"


@example
def split_screen_2():
    assert feed("split-screen-2", "wall-2.ts", lambda path: plates(
        path, [(0, 0), (640, 0)])) == (1280, 360)


@example
def split_screen_4():
    assert feed("split-screen-4", "wall-4.ts", lambda path: plates(
        path, [(0, 0), (640, 0), (0, 360), (640, 360)])) == (1280, 720)


@example
def picture_in_picture():
    assert feed("picture-in-picture", "pip.ts") == (1280, 720)
    ticks, part = tile("pip.ts", 816, 444, 432, 244)
    rising(ticks, 10)
    newest = media.streams(part)["ffv1"]["packets"] - 3
    assert media.spread(media.pixels(part, newest, size=(54, 30))) > 10
    world = media.pixels("pip.ts", 20, (780, 700, 0, 0), (39, 35))
    kept = media.pixels("world.mp4", 20, size=(39, 35))
    assert media.distance(world, kept) < 6, "the world feed is not to be seen"


if __name__ == "__main__":
    main(prepare)
