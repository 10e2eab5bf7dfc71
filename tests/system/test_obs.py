#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""OBS Studio opens a live driver by the address that the examples print, and
shows the head-up display with alpha over him.

The picture is read as OBS renders it: the strip in it tells which row it shows.
"""
import os
import subprocess
import time

import media
from obs import Obs, media_source
from pitbox import Stack, need

need("obs", "Xvfb", "ffmpeg", "gst-launch-1.0")

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                        "pipelines", "examples")
SIZE = (1280, 720)
DRIVER = (640, 360)
# In ticks; some 100 on a machine that has nothing else to do.
BEHIND = 900


def example(stack, name, **variables):
    return subprocess.run(
        [os.path.join(EXAMPLES, name)], env={**os.environ, **variables},
        cwd=stack.folder, check=True, capture_output=True, text=True,
        timeout=60).stdout


def look(stack, obs, source, size):
    """The PNG of a source, or None while OBS has no picture of it."""
    path = stack.path("shot.png")
    try:
        png = obs.screenshot(source, *size)
    except AssertionError:
        return None
    with open(path, "wb") as f:
        f.write(png)
    return path


def tick_shown(stack, obs):
    path = look(stack, obs, "driver", DRIVER)
    try:
        return path and media.ticks(path, *DRIVER)[0]
    except AssertionError:
        return None


def check_driver(stack, obs):
    """OBS shows the driver, and goes on as he does."""
    first = stack.wait(lambda: tick_shown(stack, obs), "OBS shows the driver",
                       40)
    began = time.monotonic()
    ticks = [first]

    def another():
        tick = tick_shown(stack, obs)
        assert tick, f"no picture after {ticks}"
        return tick != ticks[-1] and tick
    while len(ticks) < 8:
        ticks.append(stack.wait(another, f"another picture after {ticks}"))
    newest = stack.get("/api/v1/drivers/car1/live")["tick"]
    print(f"OBS shows ticks {ticks} in {time.monotonic() - began:.1f} s, "
          f"{newest - ticks[-1]} behind the server")
    assert ticks == sorted(ticks), ticks
    # What had gathered before the first picture is no film of its own.
    assert newest - ticks[-1] < BEHIND, f"{newest} is the newest"
    reader, = stack.driver("car1")["readers"]
    assert reader["name"] == "studio", reader


def check_display(stack, obs):
    """The film with alpha lies over the driver in its corner only."""
    path = stack.wait(lambda: look(stack, obs, "display", SIZE),
                      "OBS plays the display")
    alpha = media.pixels(path, 0, size=(64, 36), fmt="rgba")[3::4]
    shown = [i for i, a in enumerate(alpha) if a > 40]
    assert shown and all(i % 64 >= 32 and i // 64 >= 18 for i in shown), shown
    assert max(alpha) > 150, max(alpha)


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        stack.start_agent("car1", "--width", str(DRIVER[0]), "--height",
                          str(DRIVER[1]), "--framerate", "30")
        with open(stack.path("studio.key"), "w", encoding="utf-8") as f:
            f.write(subprocess.run(
                ["pitbox-server", "--data-dir", stack.data, "reader", "add",
                 "studio", "--print-passphrase"], check=True,
                capture_output=True, text=True).stdout)
        url = example(stack, "obs-address.sh", DRIVER="car1", READER="studio",
                      SERVER=f"127.0.0.1:{stack.srt_port}",
                      KEY_FILE=stack.path("studio.key")).strip()
        subprocess.run(["pitbox-sim", "--quiet", "--duration", "2",
                        "--write-ibt", stack.path("lap.ibt")], check=True,
                       timeout=60)
        example(stack, "hud-with-alpha.sh", IBT=stack.path("lap.ibt"))
        stack.wait(lambda: stack.state("car1") == "live", "the driver is live")
        with Obs(stack, [media_source("driver", url),
                         media_source("display", stack.path("hud-alpha.mov"))],
                 ) as obs:
            print("OBS", obs.ask("GetVersion")["obsVersion"])
            check_driver(stack, obs)
            check_display(stack, obs)
    print("ok")


if __name__ == "__main__":
    main()
