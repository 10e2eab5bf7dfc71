#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the driver's PC pays: CPU and memory of pitbox-agent, thread by thread,
beside what the machine charges for waking up 60 times a second and for a stock
chain of the same shape. PITBOX_BENCH_SECONDS sets the length of each (default
20; 600 shows whether memory is flat)."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))
from pitbox import Stack  # noqa: E402
from control import give_token  # noqa: E402
from procs import Threads, bare_waker, rss_kb, slope  # noqa: E402

os.environ["PITBOX_GOVERNOR"] = "on"  # as it comes

SECONDS = float(os.environ.get("PITBOX_BENCH_SECONDS", "20"))
START_UP = 3  # is not the steady state
RSS_EVERY = 10

# One live buffer of 320 bytes a 60th of a second, about a row's, labelled as
# telemetry: the stock multiplexer and sink with nothing of ours before them.
STOCK = ("audiotestsrc is-live=true samplesperbuffer=160 wave=silence"
         " ! audio/x-raw,format=S16LE,rate=9600,channels=1"
         " ! capssetter caps=meta/x-klv,parsed=true replace=true join=false"
         " ! mpegtsmux alignment=7 ! srtsink"
         " sync=false uri=srt://127.0.0.1:%d?mode=caller")


def watch(label, pid, detail=True):
    """Measure one process for SECONDS and print it."""
    before, begin = Threads(pid), time.monotonic()
    memory = [(0.0, rss_kb(pid))]
    while time.monotonic() < begin + SECONDS:
        left = begin + SECONDS - time.monotonic()
        time.sleep(max(0, min(RSS_EVERY, SECONDS / 4, left)))
        memory.append((time.monotonic() - begin, rss_kb(pid)))
    rows = Threads(pid).since(before)
    total = sum(p for _, p, _ in rows)
    print(f"{label:<26}{total:6.2f} % of a core, {len(rows)} threads, "
          f"{memory[0][1] / 1024:.1f} MB at the start, "
          f"{memory[-1][1] / 1024:.1f} MB at the end "
          f"({slope(memory):+.0f} kB/min)")
    for name, percent, wakes in rows if detail else []:
        if percent >= 0.01:
            print(f"    {name:<22}{percent:6.2f} %  {wakes:6.1f} wake-ups/s")
    sys.stdout.flush()
    return total


def stock():
    port = 20000 + os.getpid() % 20000
    listener = subprocess.Popen(
        ["gst-launch-1.0", "-q", "srtsrc",
         f"uri=srt://127.0.0.1:{port}?mode=listener", "!", "fakesink",
         "sync=false"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    chain = None
    try:
        # A caller gives up at once where nobody listens yet.
        for _ in range(10):
            chain = subprocess.Popen(
                ["gst-launch-1.0", "-q"] + (STOCK % port).split(),
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(START_UP)
            if chain.poll() is None:
                break
        if chain.poll() is not None:
            print("stock chain: did not start")
            return
        watch("stock chain, 60 buffers/s", chain.pid)
        if chain.poll() is not None:
            print("    it ended meanwhile: no figure")
    finally:
        for p in (chain, listener):
            p.terminate()
            p.wait()


def agent(label, mode, *args):
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        sim = stack.start_sim("car1")
        process = stack.start_agent("car1", "--mode", mode, *args)
        stack.wait(lambda: stack.state("car1") == "live", "driver live")
        time.sleep(START_UP)
        before = Threads(sim.pid)
        watch(label, process.pid)
        rows = Threads(sim.pid).since(before)
        print(f"    the simulator that feeds it: "
              f"{sum(p for _, p, _ in rows):.2f} %")


def agent_by_websocket(label, *args):
    with Stack() as stack:
        stack.add_driver("car1")
        cred = give_token(stack, "car1")
        token = stack.path("token")
        with open(token, "w", encoding="utf-8") as f:
            f.write(cred["Authorization"].split()[1] + "\n")
        stack.start_server()
        stack.start_sim("car1")
        process = stack.start("agent", [
            "pitbox-agent", "--server", stack.url, "--token-file", token,
            "--driver", "car1", "--shm-name", stack.shm("car1"), "--mode",
            "telemetry", *args])
        stack.wait(lambda: stack.state("car1") == "live", "driver live")
        time.sleep(START_UP)
        watch(label, process.pid)


print(f"{SECONDS:.0f} s each; target in telemetry mode: < 1 %, < 40 MB, flat")
print(f"{'bare 60 Hz waker (Python)':<26}{bare_waker(min(SECONDS, 10)):6.2f} "
      "% of a core")
stock()
agent_by_websocket("WebSocket, 2 rows a unit", "--rows-per-unit", "2")
agent_by_websocket("WebSocket, 1 row a unit", "--rows-per-unit", "1")
agent("telemetry, 2 rows a unit", "telemetry", "--rows-per-unit", "2")
agent("telemetry, 1 row a unit", "telemetry", "--rows-per-unit", "1")
agent("video 1280 x 720", "video", "--width", "1280", "--height", "720",
      "--governor", "off")
