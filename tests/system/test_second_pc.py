#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Two PCs of one driver: the gaming PC sends telemetry alone, the streaming PC a
picture alone (`mode = picture`, here of an X screen); the server pairs them."""
from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim", "Xvfb")

PATIENCE = 60


def parts_of(stack):
    """What each part that is shown comes from."""
    return {p["shown"]: p["device"] for p in stack.driver("car1")["parts"]}


def main():
    with Stack() as stack:
        screen = stack.start("xvfb", [
            "Xvfb", "-displayfd", "1", "-screen", "0", "640x360x24",
            "-nolisten", "tcp", "-noreset"])
        display = ":" + screen.wait_for(r"^(\d+)$", PATIENCE).group(1)
        stack.add_driver("car1")
        stack.add_driver("car1", device="cam")
        stack.start_server()
        options = ["--mode", "picture", "--source", "screen", "--display",
                   display, "--width", "320", "--height", "180",
                   "--framerate", "20", "--encoder", "x264enc"]
        # It needs no simulator, and waits for none.
        second = stack.start_agent("car1", *options, device="cam",
                                   name="second")
        stack.wait(lambda: parts_of(stack) == {"picture": "cam"},
                   "the picture alone", PATIENCE)
        stack.start_sim("car1")
        agent = stack.start_agent("car1", "--mode", "telemetry")
        stack.wait(lambda: parts_of(stack) == {"telemetry": "car1",
                                               "picture": "cam"},
                   "both parts", PATIENCE)
        stack.wait(lambda: stack.driver("car1")["sync"]["kind"] == "paired",
                   "paired", PATIENCE)
        video = stack.wait(lambda: stack.driver("car1")["video"], "video",
                           PATIENCE)
        assert (video["width"], video["height"]) == (320, 180), video
        # One goes, the other one stays.
        assert agent.stop() == 0
        stack.wait(lambda: parts_of(stack) == {"picture": "cam"},
                   "the picture is left", PATIENCE)
        assert second.stop() == 0
        # Where there is nothing to take it says so, and tries again.
        nothing = stack.start_agent("car1", *options, "--source", "window",
                                    "--window", "nobody", device="cam",
                                    name="nothing")
        nothing.wait_for(r"backing-off: There is no window .*\(capture\)",
                         PATIENCE)
        assert nothing.stop() == 0
    print("ok a second PC's picture is paired with the gaming PC's telemetry")


main()
