# SPDX-License-Identifier: LGPL-2.1-or-later
"""Publishers that are not ours, and what becomes of what they send."""
import os
import socket

import media

# Keyframes each second, no B-frames: what a streamer sets.
ENCODE = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
          "-g", "30", "-b:v", "600k", "-pix_fmt", "yuv420p"]
SOUND = ["-c:a", "aac", "-b:a", "96k", "-ar", "48000"]


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_ffmpeg(stack, name, target, form, sound=True, sound_s=None, more=()):
    """ffmpeg as a streamer runs it; the sound may end before the picture."""
    inputs = ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30"]
    if sound:
        inputs += ["-re", "-f", "lavfi", "-i", "sine=frequency=440"
                   + (f":duration={sound_s}" if sound_s else "")]
    return stack.start(name, [
        "ffmpeg", "-nostdin", "-v", "error", *inputs, *more, *ENCODE,
        *(SOUND if sound else []),
        # It would wait 10 s for a sound that is over.
        "-max_interleave_delta", "200000", "-f", form, target])


def wait_video(stack, driver, transport, width=320, height=240, timeout=40):
    """The API says that live video comes, and how."""
    def seen():
        d = stack.driver(driver)
        v = d["video"]
        return d["state"] == "live" and v and v["width"] == width \
            and v["fps"] and v["fps"] > 10 and d
    d = stack.wait(seen, f"{driver} is live by {transport}", timeout)
    assert d["mode"] == "video" and d["video"]["height"] == height, d
    assert d["link"]["transport"] == transport, d["link"]
    return d


def session(stack, session_id):
    return stack.get(f"/api/v1/sessions/{session_id}")


def wait_over(stack, session_id, timeout=30):
    """The session is over; returns it."""
    def over():
        s = session(stack, session_id)
        return s["ended_utc_ms"] and s
    return stack.wait(over, f"the end of {session_id}", timeout)


def recorded(stack, driver, session_id):
    """One file of all segments, as another program reads it."""
    folder = os.path.join(stack.data, "recordings", driver, session_id)
    parts = sorted(f for f in os.listdir(folder) if f.endswith(".ts"))
    assert parts, os.listdir(folder)
    whole = stack.path(session_id + ".ts")
    with open(whole, "wb") as out:
        for part in parts:
            with open(os.path.join(folder, part), "rb") as f:
                out.write(f.read())
    return whole


def check_recording(stack, driver, session_id, seconds, sound=True):
    """Playable: every picture decodes, one after the other; sound goes along."""
    whole = recorded(stack, driver, session_id)
    found = media.streams(whole)
    assert "h264" in found and ("aac" in found) == sound, found.keys()
    lines = media.output_of(
        "ffmpeg", "-v", "error", "-i", whole, "-map", "0:v", "-f", "framecrc",
        "-").decode().splitlines()
    pictures = [line for line in lines if not line.startswith("#")]
    assert len(pictures) >= seconds * 20, (len(pictures), seconds)
    assert len({p.split(",")[-1] for p in pictures}) > len(pictures) // 2
    times = sorted(t for t, _, _ in media.packets(whole)["h264"])
    holes = [b - a for a, b in zip(times, times[1:]) if b - a > 0.5]
    assert not holes, holes
    return found
