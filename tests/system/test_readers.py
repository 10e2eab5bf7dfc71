#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Readers of the SRT port that are not ours: ffmpeg, ffprobe and the stock
srtsrc read a driver by the addresses that `pitbox-server reader add` prints."""
import json
import re
import signal
import subprocess
import sys
import time

from pitbox import Stack, need

need("ffmpeg", "ffprobe", "gst-launch-1.0")

PACKET = 188


def server_command(stack, *words):
    return subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, "--srt-port",
         str(stack.srt_port), *words], check=True, capture_output=True,
        text=True).stdout


def add_reader(stack, name, *drivers):
    """The address that is printed, with a driver in the place of DRIVER."""
    out = server_command(stack, "reader", "add", name,
                         *[f"--driver={d}" for d in drivers])
    url = re.search(r"^ +(srt://\S+)$", out, re.M).group(1)
    assert url.startswith(f"srt://127.0.0.1:{stack.srt_port}?"), url
    wait_known(stack, name, url)
    return url


def with_key(url, key):
    return re.sub(r"(passphrase=)[^&]*", lambda m: m.group(1) + key, url)


def wait_known(stack, name, url):
    """A running server looks for new readers once a second. It knows this one
    when it refuses a wrong key for another reason than that."""
    def is_known():
        subprocess.run(["ffmpeg", "-v", "quiet", "-nostdin", "-i",
                        with_key(url, "x" * 16), "-f", "null", "-"], timeout=30)
        return re.search(rf"\(reader {name}\) is refused: "
                         "(?!the server does not know this reader)",
                         stack.server.err())
    stack.wait(is_known, f"reader {name} is known")


def probe(url, seconds):
    """(video, klv) presentation times as ffprobe sees them, sorted."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-read_intervals", f"%+{seconds}",
         "-show_entries", "packet=codec_type,pts_time", "-of", "json", url],
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    packets = json.loads(done.stdout)["packets"]
    times = {"video": [], "data": []}
    for p in packets:
        times[p["codec_type"]].append(float(p["pts_time"]))
    return sorted(times["video"]), sorted(times["data"])


def check_one_unit_a_frame(video, data):
    """Each unit has the time of its frame, and no frame has two. On a busy
    machine a row may be late and go with the next frame, or the frame be left
    out and its row go alone: then no other frame is near."""
    first, last = max(video[0], data[0]), min(video[-1], data[-1])
    v = [t for t in video if first - 0.004 <= t <= last + 0.004]
    d = [t for t in data if first - 0.004 <= t <= last + 0.004]
    assert len(v) > 60, f"{len(v)} of {len(video)} frames in both"
    assert len(set(d)) == len(d), "a frame has two units"
    apart = [min(abs(frame - unit) for frame in v) for unit in d]
    own = [t for t in apart if t <= 0.0001]
    assert all(t > 0.008 for t in apart if t > 0.0001), sorted(apart)[-9:]
    assert len(own) >= len(v) / 2, f"{len(v)} frames, {len(own)} with a unit"
    return len(own)


def test_ffprobe(stack, url):
    video, data = probe(url, 4)
    own = check_one_unit_a_frame(video, data)
    print(f"ffprobe: {len(video)} frames, {len(data)} units, {own} of one time")


def packets_of(path):
    with open(path, "rb") as f:
        data = f.read()
    data = data[:len(data) // PACKET * PACKET]
    return [data[i:i + PACKET] for i in range(0, len(data), PACKET)]


def pid(packet):
    return (packet[1] & 0x1f) << 8 | packet[2]


def recorded(stack, driver):
    """All packets of the driver's recording that are no tables."""
    import glob
    import os
    files = sorted(glob.glob(os.path.join(stack.data, "recordings", driver,
                                          "*", "*.ts")))
    return [p for f in files for p in packets_of(f) if pid(p) not in TABLES]


TABLES = (0, 0x20)
VIDEO = 0x41
KLV = 0x42


def nobody_reads(stack):
    stack.wait(lambda: not stack.driver("car1")["readers"],
               "the reader before has left")


def reads(stack, name, n_bytes):
    """The connection of a reader who has been sent that much."""
    return next((r for r in stack.driver("car1")["readers"]
                 if r["name"] == name and r["bytes"] > n_bytes), None)


def test_bytes(stack, url):
    """Stock srtsrc gets tables, the session string, a key frame, and from there
    on the very bytes that are in the recording."""
    nobody_reads(stack)
    path = stack.path("read.ts")
    p = stack.start("srtsrc", ["gst-launch-1.0", "-e", "srtsrc", f"uri={url}",
                               "!", "filesink", f"location={path}"])
    stack.wait(lambda: stack.driver("car1")["readers"], "the reader is listed")
    reader = stack.wait(lambda: reads(stack, "studio", 600_000), "bytes")
    assert reader["dropped_bytes"] == 0 and reader["jumps"] == 0, reader
    metrics = stack.get("/metrics")
    assert re.search(r'^pitbox_readers{driver="car1"} 1$', metrics, re.M)
    p.stop(signal.SIGINT)
    nobody_reads(stack)
    packets = packets_of(path)
    assert [pid(x) for x in packets[:2]] == [0, 0x20], [pid(x) for x in packets[:9]]
    first = next(i for i, x in enumerate(packets[2:], 2) if pid(x) == VIDEO)
    assert {pid(x) for x in packets[2:first]} == {KLV}, first
    # Random access indicator: the first picture is a key frame.
    assert packets[first][3] & 0x20 and packets[first][5] & 0x40, \
        packets[first][:8].hex()
    mine = [x for x in packets[first:] if pid(x) not in TABLES]
    n = len(mine)
    assert n > 500, n

    def all_recorded():
        theirs = recorded(stack, "car1")
        at = theirs.index(mine[0]) if mine[0] in theirs else len(theirs)
        return len(theirs) >= at + n and theirs[at:at + n]
    assert stack.wait(all_recorded, "it is recorded") == mine, "the bytes differ"
    print(f"srtsrc: {n} packets as recorded")


def first_frame_ms(url):
    """From starting ffmpeg until it has decoded a picture, and its own share:
    the same of a file."""
    def run(source):
        begin = time.monotonic()
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-probesize",
                        "200000", "-analyzeduration", "100000", "-i", source,
                        "-frames:v", "1", "-f", "null", "-"], check=True,
                       timeout=30)
        return (time.monotonic() - begin) * 1e3
    return run(url)


def run_line(stack, name, line, until):
    """gst-launch until it has what it is for; must still run then, and end
    well."""
    p = stack.start(name, ["bash", "-c", "exec " + line])
    stack.wait(lambda: until(p) or not p.alive(), f"{name} reads")
    assert p.alive(), p.err() + p.out()
    assert p.stop(signal.SIGINT) in (0, 1), p.err()
    nobody_reads(stack)
    assert "ERROR" not in p.err() + p.out(), p.err() + p.out()
    return p.out()


def test_pitboxsrc(stack):
    """The printed line, uridecodebin, and rows of the KLV pad, with the key in
    a file; a refusal has words."""
    out = server_command(stack, "reader", "add", "desk", "--driver=car1")
    key = re.search(r"^passphrase +(\S+)$", out, re.M).group(1)
    line = re.search(r"^ +(gst-launch-1.0 pitboxsrc .*)$", out, re.M).group(1)
    wait_known(stack, "desk",
               re.search(r"^ +(srt://\S+)$", out, re.M).group(1))
    path = stack.key_file("desk")
    with open(path, "w", encoding="utf-8") as f:
        f.write(key + "\n")
    line = line.replace("FILE", path)

    def plays(p):
        return ("Setting pipeline to PLAYING" in p.out()
                and reads(stack, "desk", 500_000))
    run_line(stack, "desk-video",
             line.replace("autovideosink", "fakevideosink"), plays)
    uri = f"pitbox://desk@127.0.0.1:{stack.srt_port}/car1"
    run_line(stack, "desk-uri",
             f"gst-launch-1.0 uridecodebin uri='{uri}?key-file={path}' ! "
             "videoconvert ! fakevideosink", plays)
    rows = run_line(stack, "desk-rows",
                    f"gst-launch-1.0 -q pitboxsrc uri={uri} key-file={path} "
                    "name=s s.klv ! queue ! telemetrydec ! "
                    "telemetryjsonenc fields=SessionTick ! fdsink",
                    lambda p: p.out().count("\n") > 100)
    ticks = [json.loads(r)["SessionTick"] for r in rows.splitlines()[:-1]]
    assert len(ticks) >= 100 and ticks == sorted(set(ticks)), len(ticks)
    p = stack.start("desk-refused", [
        "gst-launch-1.0", "pitboxsrc", uri.join(["uri=", "x"]),
        f"key-file={path}", "!", "fakesink"])
    assert p.popen.wait(20) != 0
    assert "is not for this driver" in p.err() + p.out(), p.err()
    print(f"pitboxsrc: {len(ticks)} rows")


def test_five_at_once(stack, url):
    readers = [stack.start(f"five-{i}", [
        "ffmpeg", "-v", "error", "-nostdin", "-i", url, "-map", "0", "-c",
        "copy", "-y", "-f", "mpegts", stack.path(f"five-{i}.ts")])
        for i in range(5)]
    # It writes nothing before it has looked at the stream for some seconds.
    stack.wait(lambda: all(count_bytes(stack.path(f"five-{i}.ts")) > 500_000
                           for i in range(5)), "all write what they read", 60)
    assert len(stack.driver("car1")["readers"]) == 5
    for r in readers:
        # 255 is its way to say that it was interrupted.
        assert r.stop(signal.SIGINT) in (0, 255), r.err()
    for i in range(5):
        done = subprocess.run(
            ["ffprobe", "-v", "error", "-count_packets", "-show_entries",
             "stream=codec_name,nb_read_packets", "-of", "json",
             stack.path(f"five-{i}.ts")], check=True, capture_output=True,
            text=True)
        n = {s["codec_name"]: int(s["nb_read_packets"])
             for s in json.loads(done.stdout)["streams"]}
        assert n["h264"] > 60 and n["klv"] > 60, n
    print("five at once: all have pictures and units")


def refused(stack, name, url, words):
    said = len(stack.server.err())
    p = stack.start(name, ["ffmpeg", "-v", "error", "-nostdin", "-i", url,
                           "-f", "null", "-"])
    assert p.popen.wait(20) != 0, f"{name} got in"
    reader = re.search(r"u=(\w+)", url).group(1)
    stack.wait(lambda: re.search(rf"\(reader {reader}\) is refused: {words}$",
                                 stack.server.err()[said:], re.M),
               f"{name} is refused")


def test_refusals(stack, url):
    """Each of them for its own reason."""
    other = add_reader(stack, "other", "car9").replace("r=car9", "r=car1")
    key = "passphrase="
    refused(stack, "nobody", url.replace("u=studio", "u=nobody"),
            "the server does not know this reader")
    refused(stack, "wrong", with_key(url, "x" * 32),
            "wrong or missing passphrase")
    refused(stack, "none", url[:url.index("&" + key)],
            "wrong or missing passphrase")
    refused(stack, "foreign", other, "this reader's key is not for this driver")
    everything = add_reader(stack, "everything")
    refused(stack, "unknown", everything.replace("DRIVER", "car7"),
            "the server does not know this driver")
    refused(stack, "asleep", everything.replace("DRIVER", "car2"),
            "this driver is not live")
    assert stack.state("car1") == "live"


def test_revoked(stack):
    url = add_reader(stack, "guest", "car1")
    p = stack.start("guest", ["gst-launch-1.0", "srtsrc", f"uri={url}",
                              "auto-reconnect=false", "!", "fakesink"])
    stack.wait(lambda: stack.driver("car1")["readers"], "the guest is in")
    assert "guest" in server_command(stack, "reader", "list")
    server_command(stack, "reader", "remove", "guest")
    begin = time.monotonic()
    stack.server.wait_for(r"reader guest from \S+ ends: its key was revoked")
    print(f"revoked: cut off after {time.monotonic() - begin:.1f} s")
    assert not stack.driver("car1")["readers"]
    refused(stack, "again", url, "this reader's key was revoked")
    if p.alive():
        p.kill()


def count_bytes(path):
    import os
    return os.path.getsize(path) if os.path.exists(path) else 0


def test_restart(stack, url, agent):
    """The reader stays while the agent is replaced, and goes on with a key
    frame behind new tables; when the driver has left for good it is closed."""
    path = stack.path("through.ts")
    p = stack.start("through", ["gst-launch-1.0", "-e", "srtsrc", f"uri={url}",
                                "auto-reconnect=false", "!", "filesink",
                                f"location={path}", "buffer-mode=unbuffered"])
    stack.wait(lambda: count_bytes(path) > 50_000, "bytes")
    agent.kill()
    before = count_bytes(path)
    agent = start_agent(stack, "agent-2")
    stack.wait(lambda: count_bytes(path) > before + 300_000, "bytes of the new one")
    assert len(stack.driver("car1")["readers"]) == 1
    done = subprocess.run(
        ["ffmpeg", "-v", "fatal", "-nostdin", "-i", path, "-map", "0:v",
         "-vsync", "passthrough", "-f", "null", "-progress", "-", "-"],
        check=True, capture_output=True, text=True)
    frames = int(re.findall(r"^frame=(\d+)", done.stdout, re.M)[-1])
    assert frames > 100, frames
    begin = time.monotonic()
    agent.stop()
    stack.server.wait_for(r"reader studio from \S+ ends: the driver has left", 40)
    # 10 s; on a busy machine later, never sooner.
    grace = time.monotonic() - begin
    assert grace > 9, grace
    print(f"restart: {frames} frames over both; closed {grace:.1f} s after the end")
    p.stop(signal.SIGINT)


def start_agent(stack, name):
    return stack.start_agent(
        "car1", "--mode", "video", "--width", "320", "--height", "180",
        "--framerate", "60", "--bitrate-kbps", "900", name=name)


def main():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.add_driver("car2")
        stack.start_server()
        stack.start_sim("car1")
        agent = start_agent(stack, "agent-1")
        stack.wait(lambda: stack.state("car1") == "live"
                   and stack.driver("car1")["video"], "pictures", 30)
        url = add_reader(stack, "studio", "car1")
        test_ffprobe(stack, url)
        test_bytes(stack, url)
        print(f"first picture decoded by ffmpeg: {first_frame_ms(url):.0f} ms "
              "after its start")
        test_pitboxsrc(stack)
        test_five_at_once(stack, url)
        test_refusals(stack, url)
        test_revoked(stack)
        test_restart(stack, url, agent)
        assert stack.server.stop() == 0


if __name__ == "__main__":
    main()
    sys.exit(0)
