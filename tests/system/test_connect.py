#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How soon after an agent has connected its telemetry can be read, time after
time: the first row, the first picture, the session's text. How long each took
is printed; what is asked for is counted in units and rows of the recording, which
has all that came, so that a busy machine makes no difference."""
import glob
import os
import re
import subprocess
import sys

from pitbox import DATA, Stack, need

need("gst-launch-1.0", "klv-dump", "pitbox-agent", "pitbox-server",
     "pitbox-sim")

# Units that nothing can be made of before the first key unit: without one of its
# own a connection waits for the next, up to 120 units later.
UNITS = 30
# The text is some 100 kB at a real race: it comes beside the rows, in pieces.
TEXT_ROWS = 300
# Dead, not slow.
PATIENCE_MS = 15000
TIMES = 6


def start_figures(stack, mode, seen):
    """The figures of a session not in `seen` once it has all of them."""
    d = stack.driver("car1")
    start, session = d["start"], d["session_id"]
    if session in seen or start is None or any(
            v is None for k, v in start.items()
            if k != "picture_ms" or mode == "video"):
        return None
    seen.add(session)
    return {"session": session, **start}


def times(stack, mode, n):
    seen = set()
    figures = []
    for i in range(n):
        agent = stack.start_agent("car1", "--mode", mode, "--width", "640",
                                  "--height", "360", "--latency-ms", "30",
                                  name=f"agent-{mode}-{i}")
        agent.wait_for("streaming: ")
        figures.append(stack.wait(lambda: start_figures(stack, mode, seen),
                                  "row, picture and text", 40))
        agent.stop()
        stack.wait(lambda: stack.get("/api/v1/sessions/"
                                     + figures[-1]["session"])["ended_utc_ms"],
                   "the session's end")
        figures[-1].update(counted(stack, mode, figures[-1]["session"]))
    return figures


# A demuxer of which one pad leads nowhere may end before it makes the other.
PICTURE = ("d.", "!", "video/x-h264", "!", "fakesink", "async=false", "sync=false")


def counted(stack, mode, session):
    """Units before the first key unit and rows before the text, as recorded."""
    path, klv = stack.path("first.ts"), stack.path("first.klv")
    with open(path, "wb") as out:
        for name in sorted(glob.glob(os.path.join(
                stack.data, "recordings", "car1", session, "*.ts"))):
            with open(name, "rb") as part:
                out.write(part.read())
    subprocess.run(
        ["gst-launch-1.0", "-q", "filesrc", f"location={path}", "!", "tsdemux",
         "name=d", "d.", "!", "meta/x-klv,parsed=true", "!", "filesink",
         f"location={klv}", *(PICTURE if mode == "video" else ())],
        check=True, timeout=60)
    dump = subprocess.run(["klv-dump", "--units", klv], check=True,
                          capture_output=True, text=True, timeout=60).stdout
    early = re.search(r"^# rejected: .*need key (\d+)", dump, re.M)
    before, text, _ = dump.partition("# session text ")
    assert text, f"{session}: the text is not in the recording"
    return {"early_units": int(early.group(1)) if early else 0,
            "text_rows": len(re.findall(r"^(?:key|delta) ", before, re.M))}


def check(name, figures):
    for key in ("row_ms", "picture_ms", "session_text_ms", "early_units",
                "text_rows"):
        print(f"{name}: {key} {[f[key] for f in figures]}")
    for f in figures:
        assert f["row_ms"] < PATIENCE_MS, f"{name}: first row {f}"
        assert f["early_units"] <= UNITS, f"{name}: no key unit at first: {f}"
        assert f["text_rows"] <= TEXT_ROWS, f"{name}: session text {f}"


def synthetic():
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        check("video", times(stack, "video", TIMES))
        check("telemetry", times(stack, "telemetry", TIMES))
        print("ok rows and session text soon after connecting")


def recordings():
    folder = os.path.join(DATA, "ibt")
    if not DATA or not os.path.isdir(folder):
        print("SKIP: PITBOX_TEST_DATA is not set: no real recordings")
        return
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".ibt"):
            continue
        with Stack() as stack:
            stack.add_driver("car1")
            stack.start_server()
            stack.start_sim("car1", "--ibt", os.path.join(folder, name),
                            "--loop")
            check(name, times(stack, "video", 3))
    print("ok the same with real recordings")


synthetic()
recordings()
sys.exit(0)
