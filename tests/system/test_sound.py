#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound of an agent in the server's recording, read by ffmpeg: each tone begins
with the picture whose strip shows a tick that 60 divides. What a browser plays
of it: sound.mjs."""
import array
import bisect
import glob

import media
from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim", "ffmpeg", "ffprobe")

WIDTH, HEIGHT = 640, 360
RATE = 48000
FRAME = 1024  # samples of an AAC frame
SECONDS = 5
# Encoding smears where a tone begins over some samples; pictures have their own
# times, so that nothing else is to be allowed for.
OFF_MS = 3


def record(stack):
    """The segments of some seconds of picture and tones, as one file."""
    stack.add_driver("car1")
    stack.start_server()
    stack.start_sim("car1")
    agent = stack.start_agent(
        "car1", "--mode", "video", "--encoder", "x264enc", "--width",
        str(WIDTH), "--height", str(HEIGHT), "--audio", "marks")
    stack.wait(lambda: stack.state("car1") == "live", "live", 60)
    stack.wait(lambda: stack.driver("car1")["recording"]["seconds"] > SECONDS,
               "a recording", 60)
    audio = stack.driver("car1")["audio"]
    assert (audio["codec"], audio["channels"], audio["rate"]) == (
        "aac", 2, RATE), audio
    agent.stop()
    stack.server.stop()
    whole = stack.path("whole.ts")
    with open(whole, "wb") as out:
        for name in sorted(glob.glob(f"{stack.data}/recordings/car1/*/*.ts")):
            with open(name, "rb") as segment:
                out.write(segment.read())
    return whole


def tones(path):
    """When each tone begins, s."""
    times = [pts for pts, _, _ in media.packets(path)["aac"]]
    samples = array.array("h", media.output_of(
        "ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-ac", "1", "-f",
        "s16le", "-"))
    loud = max(abs(s) for s in samples) * 0.3
    begins, last = [], -RATE
    for i, sample in enumerate(samples):
        if abs(sample) > loud:
            if i - last > RATE / 10:
                begins.append(times[i // FRAME] + i % FRAME / RATE)
            last = i
    return begins


def nearest(times, time):
    i = bisect.bisect(times, time)
    return min(times[max(i - 1, 0):i + 1], key=lambda t: abs(t - time))


with Stack() as the_stack:
    film = record(the_stack)
    shown = zip((pts for pts, _, _ in media.packets(film)["h264"]),
                media.ticks(film, WIDTH, HEIGHT))
    marks = [pts for pts, tick in shown if tick % 60 == 0]
    heard = tones(film)
    off_ms = [1000 * (nearest(heard, pts) - pts) for pts in marks[1:]]
    print("the tones begin " + ", ".join(f"{ms:.1f}" for ms in off_ms)
          + " ms after their pictures")
    assert len(off_ms) >= SECONDS - 2, (len(off_ms), len(heard))
    assert all(abs(ms) < OFF_MS for ms in off_ms), off_ms
print("ok sound and picture are recorded as one")
