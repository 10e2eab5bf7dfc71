#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A device with the right key that sends what no encoder would, to a driver with a
viewer who wants picture and sound: tables that never rest, sound and pictures that
are damaged, units that never end. Another driver's stream goes on, the server's
memory stays bounded, and an ordinary stream of the same device is shown next."""
import json
import os
import random
import subprocess
import sys
import time

import media
from pitbox import Stack, need
from test_hostile_http import TELEMETRY
from test_units import some_units
from tswriter import (AAC, AC3, H264, H265, HEVC, KLVA, MP3, PRIVATE, TsWriter,
                      adts, frames_of_adts, units_of_video)

need("ffmpeg", "gst-launch-1.0", "pitbox-server", "watch-viewer")

VIDEO, SOUND, ROWS = 0x41, 0x51, 0x42
FPS = 30
SECONDS = 3
RSS_MAX_MB = 200  # more than before
RATE = 6e6  # bytes a second of what is sent at once
ORDINARY = {VIDEO: (H264, b""), ROWS: (PRIVATE, KLVA), SOUND: (AAC, b"")}


def make_media(stack):
    """Whole units of each kind."""
    def encode(codec, form, *more):
        return media.output_of(
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
            f"testsrc2=size=320x240:rate={FPS}:duration=2", "-c:v", codec,
            "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(FPS),
            "-pix_fmt", "yuv420p", *more, "-f", form, "-")

    def sound(rate, channels):
        return list(frames_of_adts(media.output_of(
            "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i",
            f"sine=440:duration=2:sample_rate={rate}", "-ac", str(channels),
            "-c:a", "aac", "-f", "adts", "-")))
    return {
        "h264": units_of_video(encode("libx264", "h264", "-x264-params",
                                      "aud=1"), b"\0\0\0\1\x09"),
        "h265": units_of_video(encode("libx265", "hevc", "-x265-params",
                                      "aud=1:log-level=none"),
                               b"\0\0\0\1\x46"),
        "aac": sound(48000, 2),
        "odd": [sound(44100, 1), sound(48000, 6), sound(8000, 1),
                sound(96000, 2)],
        "klv": some_units(stack),
    }


class Sender:
    """A connection of car1's device that takes any bytes."""

    def __init__(self, stack, name):
        self.began = stack.server.err().count("driver car1: session")
        self.process = stack.start(name, [
            "gst-launch-1.0", "-q", "fdsrc", "blocksize=13160", "!",
            "pitboxsrtsink", "host=127.0.0.1", f"port={stack.srt_port}",
            "reconnect=false", "streamid=#!::r=car1,m=publish,u=car1",
            f"passphrase={stack.keys['car1']}"], stdin=subprocess.PIPE)
        self.ts = TsWriter()

        # What is sent before it is connected is thrown away.
        def connected():
            self.ts.packet(0x1fff, bytes(184))
            assert self.flush(), self.process.err()
            return stack.server.err().count(
                "driver car1: session") > self.began
        stack.wait(connected, "a session", 60)

    def flush(self):
        """Whether somebody takes it still."""
        try:
            self.process.popen.stdin.write(self.ts.take())
            self.process.popen.stdin.flush()
        except OSError:
            return False
        return True

    def close(self):
        try:
            self.process.popen.stdin.close()
        except OSError:
            pass
        self.process.popen.wait(60)


def put(ts, films, i, pids=(VIDEO, ROWS, SOUND), codec="h264"):
    """One picture with its rows and sound."""
    t = 10 + i / FPS
    ts.pcr(pids[0], t)
    ts.pes(pids[0], t + 0.1, films[codec][i % len(films[codec])], 0xe0)
    ts.pes(pids[1], t + 0.1, films["klv"][i % len(films["klv"])], 0xbd)
    ts.pes(pids[2], t + 0.1, films["aac"][i % len(films["aac"])], 0xc0)


# Each writes what belongs to picture I.

def ordinary(ts, films, i, rng):
    ts.tables(ORDINARY)
    put(ts, films, i)


def sound_comes_and_goes(ts, films, i, rng):
    ts.tables({p: s for p, s in ORDINARY.items() if p != SOUND or i // 3 % 2})
    put(ts, films, i)


def codec_flips(ts, films, i, rng):
    late = i // 15 % 2
    ts.tables({**ORDINARY, VIDEO: (H265 if late else H264, b"")})
    put(ts, films, i, codec="h265" if late else "h264")


def pids_change_places(ts, films, i, rng):
    a, b, c = (VIDEO, ROWS, SOUND) if i // 10 % 2 else (ROWS, SOUND, VIDEO)
    ts.tables({a: (H264, b""), b: (PRIVATE, KLVA), c: (AAC, b"")})
    put(ts, films, i, (a, b, c))


def random_tables(ts, films, i, rng):
    """Up to 40 streams beside, none of which is what it is said to be."""
    more = {0x100 + rng.randrange(60): (
        rng.choice([AAC, MP3, AC3, PRIVATE, H264, H265, 0x15, 0x0d, 0x11]),
        rng.choice([b"", KLVA, HEVC, b"\x0a\x04eng\0", rng.randbytes(6)]))
            for _ in range(rng.randrange(40))}
    ts.tables({**ORDINARY, **more}, programme=1 + i // 20 % 3)
    put(ts, films, i)
    for pid in more:
        ts.pes(pid, 10.1 + i / FPS, rng.choice(
            [films["h264"][i % 30], films["aac"][i % 30], rng.randbytes(300)]),
            rng.choice([0xbd, 0xe0, 0xc0, 0xfc]))


def sound_of_all_rates(ts, films, i, rng):
    ordinary(ts, films, i, rng)
    frames = rng.choice(films["odd"])
    ts.pes(SOUND, 10.1 + i / FPS, frames[i % len(frames)], 0xc0)


def sound_of_noise(ts, films, i, rng):
    """Heads that lie, lengths of nothing and of 64 kB, damaged frames."""
    ordinary(ts, films, i, rng)
    broken = bytearray(films["aac"][i % len(films["aac"])])
    broken[rng.randrange(7, len(broken))] ^= 1 << rng.randrange(8)
    ts.pes(SOUND, 10.1 + i / FPS, rng.choice([
        bytes(broken), adts(rng.randbytes(8000)) * 8,
        adts(rng.randbytes(rng.randrange(1, 800)), rng.randrange(16),
             rng.randrange(8), profile=rng.randrange(4)),
        adts(rng.randbytes(200), frame_bytes=rng.choice([0, 1, 7, 8, 8191]))]),
        0xc0)


def damaged(ts, films, i, rng):
    """Pictures, tables and packets with wrong bytes in them."""
    ordinary(ts, films, i, rng)
    for _ in range(rng.choice([0, 2, 6])):
        ts.out[rng.randrange(len(ts.out))] = rng.randrange(256)
    if rng.random() < 0.1:
        at = rng.randrange(len(ts.out))
        del ts.out[at:at + rng.randrange(400)]


def nothing_of_a_picture(ts, films, i, rng):
    """No parameter sets: not even the payloader knows what it is."""
    ts.tables(ORDINARY)
    put(ts, {**films, "h264": [b"\0\0\0\1\x09\x10" + bytes(i % 100)]}, i)


ATTACKS = (sound_comes_and_goes, codec_flips, pids_change_places, random_tables,
           sound_of_all_rates, sound_of_noise, damaged, nothing_of_a_picture)


def play(sender, films, write, until):
    """In real time; gives how many pictures that were."""
    rng = random.Random(write.__name__)
    began = time.monotonic()
    i = 0
    while not until(i) and sender.process.alive():
        write(sender.ts, films, i, rng)
        if not sender.flush():
            break
        i += 1
        time.sleep(max(0, began + i / FPS - time.monotonic()))
    return i


def endless(stack):
    """150 streams whose units never end: the session does, in words."""
    sender = Sender(stack, "endless")
    pids = range(0x100, 0x100 + 150)
    sender.ts.tables({**ORDINARY, **{pid: (AAC, b"") for pid in pids}})
    for pid in (*ORDINARY, *pids):
        sender.ts.pes(pid, 10, adts(bytes(50)), 0xe0)
    block = os.urandom(184 * 8)
    began = time.monotonic()
    sent = 0
    while "without an end" not in stack.server.err():
        for pid in pids:
            sender.ts.more(pid, block)
            sent += len(block)
        if not sender.flush():
            break
        time.sleep(max(0, began + sent / RATE - time.monotonic()))
        assert sent < 40 * RATE, "it is taken for ever"
    stack.server.wait_for("driver car1: .* ends: a unit of more than 16 MB", 60)
    sender.close()
    print(f"endless units: over after {sent / 1e6:.0f} MB", flush=True)


class Viewer:
    def __init__(self, stack, driver, *more):
        self.process = subprocess.Popen(
            ["watch-viewer", *more, f"{stack.url}/whep/{driver}"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(60) == 0


def memory_mb(stack):
    with open(f"/proc/{stack.server.pid}/status", encoding="utf-8") as f:
        return next(int(line.split()[1]) / 1000 for line in f
                    if line.startswith("VmRSS"))


def attack(stack, films, write, watcher):
    """The attack with a viewer of its own, then what anybody sends."""
    sender = Sender(stack, write.__name__)
    viewer = []

    def over(i):
        if i == FPS and not viewer:
            viewer.append(Viewer(stack, "car1", "--all"))
        return i >= SECONDS * FPS
    n = play(sender, films, write, over)
    seen = viewer[0].ask() if viewer else {}
    sender.close()
    for v in viewer:
        v.close()
    samples = watcher.ask()["samples"]
    stack.wait(lambda: watcher.ask()["samples"] > samples + 60,
               f"{write.__name__}: the other driver goes on", 60)
    print(f"{write.__name__:22} {n:3} pictures sent, its viewer saw "
          f"{seen.get('frames')} and {seen.get('sound_packets')} of sound; "
          f"{memory_mb(stack):.0f} MB", flush=True)


def check_ordinary(stack, films):
    """The same device is a driver again."""
    sender = Sender(stack, "ordinary")

    def shown(i):
        if i % FPS:
            return False
        d = stack.driver("car1")
        return d["video"] and d["video"]["fps"] and d["video"]["fps"] > 5 \
            and d["audio"] and d["audio"]["codec"] == "aac"
    n = play(sender, films, ordinary, lambda i: i > 60 * FPS or shown(i))
    assert n <= 60 * FPS and sender.process.alive(), stack.driver("car1")
    sender.close()


def main():
    with Stack() as stack:
        stack.keys = {car: stack.add_driver(car) for car in ("car1", "car2")}
        stack.start_server()
        films = make_media(stack)
        stack.start("other", [
            "gst-launch-1.0", *TELEMETRY.split(), "pitboxsrtsink",
            "host=127.0.0.1", f"port={stack.srt_port}",
            "streamid=#!::r=car2,m=publish,u=car2",
            f"passphrase={stack.keys['car2']}"])
        stack.wait(lambda: stack.state("car2") == "live"
                   and stack.driver("car2")["telemetry"]["rate_hz"] > 10,
                   "the other driver", 60)
        session = stack.driver("car2")["session_id"]
        watcher = Viewer(stack, "car2")
        stack.wait(lambda: watcher.ask()["samples"] > 0, "samples", 60)
        before = memory_mb(stack)
        for write in ATTACKS:
            attack(stack, films, write, watcher)
        endless(stack)
        check_ordinary(stack, films)
        d = stack.driver("car2")
        assert d["session_id"] == session and d["state"] == "live", d
        assert memory_mb(stack) < before + RSS_MAX_MB, (before,
                                                        memory_mb(stack))
        watcher.close()
        log = stack.server.err()
        for word in ("CRITICAL", "Sanitizer", "assertion"):
            assert word not in log, log[-3000:]
        assert stack.server.stop(timeout=60) == 0
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
