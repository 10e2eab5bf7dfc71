#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples on files run as they stand in pipelines/examples/, and what they
make is what they say: looked at with ffprobe, ffmpeg and ibt-dump. With names
as arguments only those are run.
"""
import json
import os
import re
import signal
import struct
import subprocess
import time

import media
from examples import FOLDER, Running, example, file_of, main, run
from pitbox import need

need("gst-launch-1.0", "pitbox-sim", "ibt-dump", "klv-dump", "ffmpeg",
     "ffprobe")

ROWS = 240


def gst(line):
    subprocess.run("gst-launch-1.0 -q " + line, shell=True, check=True,
                   timeout=60)


def json_lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def ibt_rows(fields="all", path="lap.ibt"):
    """{tick: row} as ibt-dump reads them, which knows no GStreamer."""
    out = media.output_of("ibt-dump", "--json", "--fields", fields, path)
    rows = [json.loads(line) for line in out.splitlines()]
    return {row["SessionTick"]: row for row in rows}


def near(a, b, limit):
    return abs(a - b) <= limit


def same_times(path, codec="klv"):
    """As many KLV packets as pictures, each with its picture's PTS."""
    seen = media.packets(path)
    pictures = [p[0] for p in seen["h264"]]
    units = [p[0] for p in seen[codec]]
    assert pictures and units == pictures, \
        f"{path}: {len(pictures)} pictures, {len(units)} KLV packets"
    return seen


def same(a, b):
    """Equal, where one of them may be a float of 32 bits in fewer digits."""
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b or (isinstance(a, float)
                      and struct.pack("f", a) == struct.pack("f", b))


def film(path, codec, count, seconds, size, plain=False):
    s = media.streams(path)[codec]
    assert s["packets"] == count, f"{path}: {s['packets']} pictures"
    assert (s["width"], s["height"]) == size, f"{path}: {s}"
    assert near(media.duration(path), seconds, 0.05), media.duration(path)
    media.keep(path, count // 2)
    for number in () if plain else (1, count // 2, count - 1):
        spread = media.spread(media.pixels(path, number, size=(64, 36)))
        assert spread > 4, f"{path}: picture {number} is of one colour"


def make_inputs():
    """lap.ibt: 4 s; laps.ibt: three laps; video.mp4: 4 s of one colour;
    plain.ts: the rows of lap.ibt with pictures of one colour; lap.ts: with
    their scene, by the example."""
    for argv in (["--duration", "4", "--write-ibt", "lap.ibt"],
                 ["--track", "tinplate", "--duration", "70", "--write-ibt",
                  "laps.ibt", "--truth", "laps.json"]):
        subprocess.run(["pitbox-sim", "--quiet", *argv], check=True, timeout=60)
    colour = ("videotestsrc pattern=solid-color foreground-color=0xff306048 "
              "num-buffers=%d ! video/x-raw,format=I420,width=1280,height=720,"
              "framerate=%d/1 ! x264enc tune=zerolatency speed-preset=superfast "
              "! h264parse config-interval=-1 ! ")
    gst(colour % (120, 30)
        + "mp4mux name=mux ! filesink location=video.mp4 audiotestsrc "
        "num-buffers=172 samplesperbuffer=1024 ! audio/x-raw,rate=44100 "
        "! avenc_aac ! mux.")
    gst(colour % (120, 30) + "pace.video_sink filesrc location=lap.ibt "
        "! ibtparse ! telemetryenc ! pace.telemetry_sink telemetrypace "
        "name=pace pace.video_src ! mux.sink_65 pace.telemetry_src "
        "! mux.sink_66 mpegtsmux name=mux ! filesink location=plain.ts")
    run("ibt-to-ts", IBT="lap.ibt")


@example
def ibt_to_json():
    run("ibt-to-json", IBT="lap.ibt")
    rows, truth = json_lines("rows.jsonl"), ibt_rows()
    assert [r["tick"] for r in rows] == list(range(1, ROWS, 6)), rows[-1]
    for r in rows:
        t = truth[r["tick"]]
        assert near(r["Speed"], t["Speed"] * 3.6, 1e-3), (r, t["Speed"])
        for name in ("Lap", "LapDistPct", "Gear", "RPM", "Throttle", "Brake"):
            assert same(r[name], t[name]), (name, r, t[name])


@example
def lap_times():
    said = run("lap-times", IBT="laps.ibt")
    with open("laps.json", encoding="utf-8") as f:
        truth = json.load(f)
    seat, = [c["car_idx"] for c in truth["cars"] if c["seat"] == 0]
    want = [(lap["lap"], lap["time_s"]) for lap in truth["laps"]
            if lap["car_idx"] == seat and lap["time_s"] > 0]
    got = [(int(m[0]), float(m[1]))
           for m in re.findall(r"^lap (\d+): ([\d.]+) s$", said, re.M)]
    assert len(got) == len(want) == 3, (got, want)
    for (lap, time), (true_lap, true_time) in zip(got, want):
        assert lap == true_lap and near(time, true_time, 1e-3), (got, want)


@example
def ibt_to_mp4():
    run("ibt-to-mp4", IBT="lap.ibt")
    film("scene.mp4", "h264", ROWS, 4, (1280, 720))
    assert media.ticks("scene.mp4", 1280, 720) == list(range(1, ROWS + 1))
    # Ctrl-C early: what there is of it must play all the same.
    os.unlink("scene.mp4")
    with Running("ibt-to-mp4", IBT="laps.ibt"):
        end = time.monotonic() + 30
        while not os.path.exists("scene.mp4") \
                or os.path.getsize("scene.mp4") < 50000:
            assert time.monotonic() < end, "nothing is written"
            time.sleep(0.05)
    ticks = media.ticks("scene.mp4", 1280, 720)
    assert ticks and ticks == list(range(1, len(ticks) + 1)), ticks[:10]


@example
def ibt_to_ts():
    film("lap.ts", "h264", ROWS, 4, (1280, 720))
    assert len(same_times("lap.ts")["klv"]) == ROWS
    assert media.ticks("lap.ts", 1280, 720) == list(range(1, ROWS + 1))


@example
def look_with_ffprobe():
    # What stands before a colon is a protocol to ffmpeg.
    os.link("lap.ts", "12:30 lap.ts")
    said = run("look-with-ffprobe", TS="12:30 lap.ts")
    counts = dict(re.findall(
        r"codec_name=(\w+)\n(?:.*\n)*?nb_read_packets=(\d+)", said))
    assert counts == {"h264": "240", "klv": "240"}, counts
    times = {"0": [], "1": []}
    for stream, pts in re.findall(r"^packet,(\d),(\d+)", said, re.M):
        times[stream].append(pts)
    assert len(times["0"]) == ROWS and times["0"] == times["1"], times


@example
def remux_with_ffmpeg():
    run("remux-with-ffmpeg", TS="lap.ts")
    seen, truth = same_times("cut.nut", "data"), ibt_rows("SessionTick,Speed,Gear")
    assert len(seen["h264"]) == ROWS - 60 and seen["h264"][0][2], \
        f"{len(seen['h264'])} pictures, the first {seen['h264'][0]}"
    s = media.streams("cut.ts")
    assert s["h264"]["packets"] == s["klv"]["packets"] == ROWS - 60, s
    rows = json_lines("cut.jsonl")
    first = rows[0]["tick"]
    assert [r["tick"] for r in rows] == list(range(first, ROWS + 1))
    # A key unit comes within a picture of the key frame.
    assert first <= 62, first
    for r in rows:
        t = truth[r["tick"]]
        assert same(r["Speed"], t["Speed"]) and r["Gear"] == t["Gear"], (r, t)


@example
def hud_over_video():
    run("hud-over-video", IBT="lap.ibt", VIDEO="video.mp4", OFFSET="1000000000")
    film("hud.mp4", "h264", 120, 4, (1280, 720), plain=True)
    bar = (370, 80, 560, 614)
    # At 2 s of the film the row of 1 s; before 1 s there is none.
    media.looks_like("hud-over-video", "hud.mp4", 60, bar, (185, 40), 110)
    before = media.pixels("hud.mp4", 15, bar, (185, 40))
    assert media.spread(before) < 2, "a display before the telemetry began"


@example
def hud_over_recording():
    run("hud-over-recording", TS="plain.ts")
    film("hud-recording.mp4", "h264", 120, 4, (1280, 720))
    media.looks_like("hud-over-recording", "hud-recording.mp4", 60,
                     (480, 160, 500, 530), (240, 80), 110)


@example
def hud_with_alpha():
    run("hud-with-alpha", IBT="lap.ibt")
    s = media.streams("hud-alpha.mov")["png"]
    assert (s["packets"], s["pix_fmt"]) == (120, "rgba"), s
    assert near(media.duration("hud-alpha.mov"), 4, 0.05)
    alpha = media.pixels("hud-alpha.mov", 60, size=(320, 180), fmt="rgba")[3::4]
    shown = [i for i, a in enumerate(alpha) if a]
    assert len(shown) > 2000, f"{len(shown)} pixels are to be seen"
    assert all(i % 320 > 160 and i // 320 > 90 for i in shown), \
        "something outside the lower right corner"
    media.looks_like("hud-with-alpha", "hud-alpha.mov", 60,
                     (300, 130, 960, 560), (300, 130), 110)


@example
def hud_keyed():
    run("hud-keyed", WORLD="video.mp4", IBT="lap.ibt")
    film("keyed.mp4", "h264", 120, 4, (1280, 720))
    media.looks_like("hud-keyed", "keyed.mp4", 60, (370, 80, 560, 614),
                     (185, 40), 110)
    above = (1280, 500, 0, 0)
    world = media.pixels("video.mp4", 60, above, (64, 25))
    assert media.distance(
        media.pixels("keyed.mp4", 60, above, (64, 25)), world) < 6, \
        "the world feed is not to be seen"


@example
def subtitles():
    run("subtitles", IBT="lap.ibt")
    with open("lap.vtt", encoding="utf-8") as f:
        head, *cues = f.read().strip().split("\n\n")
    truth = ibt_rows("SessionTick,Speed,Gear")
    assert head == "WEBVTT" and len(cues) == 16, (head, len(cues))
    until = 0
    for number, cue in enumerate(cues):
        times, text = cue.split("\n")
        start, end = [float(t.split(":")[2]) for t in times.split(" --> ")]
        assert near(start, until, 2e-3) and end > start, times
        until = end
        t = truth[1 + number * 15]
        gear = {-1: "R", 0: "N"}.get(t["Gear"], str(t["Gear"]))
        want = f"{t['Speed'] * 3.6:.0f} km/h  {gear}  "
        assert text.startswith(want), (text, want)
    s = media.streams("lap.mkv")
    assert (s["h264"]["packets"], s["subrip"]["packets"]) == (120, 16), s
    text = media.output_of("ffmpeg", "-v", "error", "-i", "lap.mkv", "-map",
                           "0:s", "-f", "srt", "-").decode()
    assert len(re.findall(r"^Driver 07  \d+ mph  [N1-6]$", text, re.M)) == 16, \
        text


@example
def telemetry_only():
    run("telemetry-only", IBT="lap.ibt")
    assert media.streams("rows.ts")["klv"]["packets"] == ROWS
    rows, truth = json_lines("rows-again.jsonl"), ibt_rows()
    assert len(rows) == ROWS, len(rows)
    for n, r in enumerate(rows):
        t = truth[n + 1]
        time = (r["pts_ns"] - rows[0]["pts_ns"]) / 1e9
        assert near(time, n / 60, 1e-3), (n, time)
        wrong = [k for k in t if k != "row" and not same(r[k], t[k])]
        assert len(t) > 250 and not wrong, [(k, r[k], t[k]) for k in wrong]
    with open("units.csv", encoding="utf-8") as f:
        values = [line.split(",") for line in f if line[0].isdigit()]
    assert len(values) == ROWS and all(
        same(float(v[1]), truth[n + 1]["Speed"]) and int(v[2])
        == truth[n + 1]["Gear"] for n, v in enumerate(values)), values[:3]


@example
def rows_on_pictures():
    try:
        said = run("rows-on-pictures", TS="plain.ts")
    except AssertionError as e:
        if "No module named 'gi'" in str(e):
            return "PyGObject (python3-gi) is not installed"
        if "Namespace GstPitbox not available" in str(e):
            return "GstPitbox-1.0.typelib was not built"
        raise
    truth = ibt_rows("SessionTick,Speed,Gear")
    rows = re.findall(r"^([\d.]+) s  tick (\d+)  (\d+) km/h  gear (-?\d+)$",
                      said, re.M)
    assert [int(r[1]) for r in rows] == list(range(1, ROWS, 2)), rows[-1]
    for n, (time, tick, speed, gear) in enumerate(rows):
        t = truth[int(tick)]
        assert near(float(time) - float(rows[0][0]), n / 30, 2e-3), rows[n]
        assert (int(speed), int(gear)) == (round(t["Speed"] * 3.6), t["Gear"])
    return None


def check_index():
    """Each example has a check, a line in the index, and says which variables it
    needs; the index explains them."""
    with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as f:
        index = f.read()
    checks = set()
    for test in ("test_examples.py", "test_examples_live.py", "test_obs.py"):
        with open(os.path.join(os.path.dirname(__file__), test),
                  encoding="utf-8") as f:
            text = f.read()
        checks |= {name.replace("_", "-") for name in re.findall(
            r"^@example\ndef (\w+)", text, re.M)}
        checks |= set(re.findall(r'example\(stack, "([\w-]+)\.sh"', text))
    files = sorted(f for f in os.listdir(FOLDER) if f != "README.md")
    assert {f.rsplit(".", 1)[0] for f in files} == checks, \
        "each example needs a check, and each check an example"
    for name in files:
        with open(os.path.join(FOLDER, name), encoding="utf-8") as f:
            text = f.read()
        assert f"]({name})" in index, f"the index does not name {name}"
        assert os.access(os.path.join(FOLDER, name), os.X_OK), name
        said = "".join(line for line in text.splitlines()
                       if line.startswith("#"))
        used = set(re.findall(r"\$\{?([A-Z][A-Z_0-9]+)", text))
        used |= set(re.findall(r'environ\["([A-Z_0-9]+)"\]', text))
        for v in used:
            assert f"`${v}`" in index, f"the index does not explain ${v}"
            assert f"${v}" in said, f"{name} does not say that it needs ${v}"


def ends(name, seconds=30):
    """How an example fares with a file that is something else."""
    with subprocess.Popen([file_of(name)], start_new_session=True,
                          env={**os.environ, "IBT": "junk", "TS": "junk"},
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as child:
        try:
            said = child.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGTERM)
            said = child.communicate()[1]
            # gst-launch-1.0 of 1.24 and 1.26 waits for ever after an error that
            # comes before its main loop runs: g_main_loop_quit() is lost.
            assert "ERROR: from element" in said, f"{name} hangs: {said}"
            print(f"{name}: gst-launch-1.0 has told the error and stays")
        return child.returncode


def check_junk():
    """A file that is something else ends an example with an error."""
    with open("junk", "wb") as f:
        f.write(bytes(range(256)) * 400)
    for name in ("ibt-to-json", "telemetry-only", "subtitles",
                 "remux-with-ffmpeg", "look-with-ffprobe", "rows-on-pictures"):
        assert ends(name) != 0, f"{name} takes anything"


def prepare(_stack):
    check_index()
    check_junk()
    make_inputs()


if __name__ == "__main__":
    main(prepare)
