#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Publishers that we did not write, each as a driver by SRT with a stream key:
ffmpeg, gst-launch with the stock srtsink, OBS Studio. Live, with sound, recorded,
and over when they end.

    test_publishers.py ffmpeg|launch|obs
"""
import subprocess
import sys

import media
from obs import Obs, media_source
from pitbox import Stack, need
from publishers import SOUND, recorded, start_ffmpeg, wait_over

# For a machine that does much else.
WAIT_S = 120
# In ms; what a busy machine is late by is not lost.
LATENCY_MS = 1000
SIZE = (320, 240)


def stream_id(driver):
    return f"#!::r={driver},m=publish,u={driver}"


def address(stack, key, latency):
    """As a streamer types it; each program has its own unit of the latency."""
    return (f"srt://127.0.0.1:{stack.srt_port}?mode=caller&latency={latency}"
            f"&passphrase={key}")


def wait_live(stack, driver, size=SIZE):
    def seen():
        d = stack.driver(driver)
        v = d["video"]
        return d["state"] == "live" and d["mode"] == "video" and v \
            and (v["width"], v["height"]) == size and d["audio"] and d
    d = stack.wait(seen, f"{driver} is live", WAIT_S)
    assert d["link"]["transport"] == "srt", d["link"]
    assert d["video"]["codec"] == "h264" and d["audio"]["codec"] == "aac", d
    return d


def wait_recorded(stack, driver, seconds=3):
    stack.wait(lambda: stack.driver(driver)["recording"]["seconds"] > seconds,
               f"{seconds} s of {driver}", WAIT_S)


def check(stack, driver, session_id):
    """Another program plays it: picture and sound, none like the one before."""
    whole = recorded(stack, driver, session_id)
    found = media.streams(whole)
    assert "h264" in found and "aac" in found, found.keys()
    pictures = [line.split(",")[-1] for line in media.output_of(
        "ffmpeg", "-v", "error", "-i", whole, "-map", "0:v", "-f", "framecrc",
        "-").decode().splitlines() if not line.startswith("#")]
    print(f"{driver}: {len(pictures)} pictures, {len(set(pictures))} different, "
          f"{found['aac']['packets']} of sound; {stack.driver(driver)['start']}")
    assert len(pictures) > 20 and len(set(pictures)) > len(pictures) // 2
    assert found["aac"]["packets"] > 50, found


def finish(stack, driver, session_id):
    over = wait_over(stack, session_id, WAIT_S)
    assert over["end_reason"], over
    check(stack, driver, session_id)


def by_ffmpeg(stack, key):
    p = start_ffmpeg(stack, "ffmpeg", address(stack, key, LATENCY_MS * 1000)
                     + "&streamid=" + stream_id("car1"), "mpegts")
    d = wait_live(stack, "car1")
    wait_recorded(stack, "car1")
    assert p.alive()
    p.stop()
    finish(stack, "car1", d["session_id"])


def by_launch(stack, key):
    p = stack.start("launch", ["gst-launch-1.0", "-q", *(
        "videotestsrc is-live=true pattern=ball ! "
        f"video/x-raw,width={SIZE[0]},height={SIZE[1]},framerate=30/1 ! "
        "x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 "
        "key-int-max=30 ! h264parse ! queue ! mux. "
        "audiotestsrc is-live=true ! audio/x-raw,rate=48000,channels=2 ! "
        "avenc_aac ! aacparse ! queue ! mux. "
        "mpegtsmux name=mux alignment=7 ! srtsink wait-for-connection=false "
        ).split(), "uri=" + address(stack, key, LATENCY_MS),
        "streamid=" + stream_id("car1")])
    d = wait_live(stack, "car1")
    wait_recorded(stack, "car1")
    assert p.alive()
    p.stop()
    finish(stack, "car1", d["session_id"])


def by_obs(stack, key):
    film = stack.path("film.mkv")
    subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i",
         "testsrc2=size=640x360:rate=30", "-f", "lavfi", "-i",
         "sine=frequency=440", "-t", "20", "-c:v", "mpeg4", *SOUND, film],
        check=True, timeout=WAIT_S)
    # It gives libsrt microseconds.
    target = address(stack, key, LATENCY_MS * 1000) \
        + "&streamid=" + stream_id("car1")
    with Obs(stack, [media_source("film", film)], size=(640, 360),
             target=target) as obs:
        print("OBS", obs.ask("GetVersion")["obsVersion"])
        obs.ask("StartStream")
        d = wait_live(stack, "car1", (640, 360))
        wait_recorded(stack, "car1")
        assert obs.ask("GetStreamStatus")["outputActive"]
        obs.ask("StopStream")
        finish(stack, "car1", d["session_id"])


CASES = {
    "ffmpeg": (by_ffmpeg, ()),
    "launch": (by_launch, ("gst-launch-1.0",)),
    "obs": (by_obs, ("obs", "Xvfb")),
}


def main():
    case, programs = CASES[sys.argv[1] if len(sys.argv) > 1 else "ffmpeg"]
    need("ffmpeg", "ffprobe", *programs)
    with Stack() as stack:
        key = stack.add_driver("car1")
        stack.start_server()
        case(stack, key)
        assert stack.server.stop() == 0
    print("ok")


if __name__ == "__main__":
    main()
