#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the driver's PC pays: CPU and memory of pitbox-agent, beside the
simulator that feeds it. PITBOX_BENCH_SECONDS sets the length (default 20; 600
shows whether memory is flat)."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))
from pitbox import Stack  # noqa: E402

SECONDS = float(os.environ.get("PITBOX_BENCH_SECONDS", "20"))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as f:
        for line in f:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0.0


def threads(pid):
    return len(os.listdir(f"/proc/{pid}/task"))


def measure(mode, *args):
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        sim = stack.start_sim("car1")
        agent = stack.start_agent("car1", "--mode", mode, *args)
        stack.wait(lambda: stack.state("car1") == "live", "driver live")
        time.sleep(3)  # start-up is not the steady state
        a0, s0, t0 = cpu_s(agent.pid), cpu_s(sim.pid), time.monotonic()
        first = rss_mb(agent.pid)
        time.sleep(SECONDS)
        d = time.monotonic() - t0
        a = (cpu_s(agent.pid) - a0) / d * 100
        s = (cpu_s(sim.pid) - s0) / d * 100
        last = rss_mb(agent.pid)
        print(f"{mode:<10} agent {a:5.2f} % of a core, {threads(agent.pid)} "
              f"threads, {last:.1f} MB ({(last - first) / d * 60:+.2f} MB/min); "
              f"simulator {s:.2f} %; agent : simulator {a / max(s, .01):.1f}")


print(f"over {SECONDS:.0f} s; target in telemetry mode: < 1 %, < 40 MB, flat")
measure("telemetry")
measure("video", "--width", "1280", "--height", "720")
