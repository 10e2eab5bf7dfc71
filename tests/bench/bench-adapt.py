#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A picture of at most 3 Mbit/s over a link of 4, 2 and 4 Mbit/s with 300 ms of
queue: that follows the network, beside one that does not. Real agent, real
server, SRT with 200 ms and a round trip of 20 ms. PITBOX_BENCH_SECONDS sets the
length of each of the three (default 20)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "system"))
from bottleneck import Run  # noqa: E402

SECONDS = float(os.environ.get("PITBOX_BENCH_SECONDS", "20"))
PHASES = ((4000, SECONDS), (2000, SECONDS), (4000, SECONDS))
PICTURE = ("--mode", "video", "--width", "640", "--height", "360",
           "--framerate", "60", "--bitrate-kbps", "3000")
NAMES = ("4 Mbit/s", "2 Mbit/s", "4 again")


def mean(values):
    return sum(values) / len(values) if values else 0


def rows_of(run):
    """(what, figure, how it is printed); less is better but for the last."""
    rows = [("breaks in the stream", run.breaks, "%.0f"),
            ("datagrams lost in the link", run.lost, "%.0f")]
    for name, phase in zip(NAMES, run.phases):
        rows += [(f"{name}: queue p50, ms", phase.delays[0], "%.0f"),
                 (f"{name}: queue p95, ms", phase.delays[1], "%.0f"),
                 (f"{name}: queue at most, ms", phase.delays[2], "%.0f")]
    empty = run.phases[1].empty_after_s()
    rows += [("2 Mbit/s: queue empty after, s",
              SECONDS if empty is None else empty, "%.1f")]
    rows += [(f"{name}: encoder, kbit/s", mean(phase.bitrates()), "%.0f")
             for name, phase in zip(NAMES, run.phases)]
    rows += [("arrived whole, kbit/s", run.arrived_kbps, "%.0f")]
    return rows


print(f"{SECONDS:.0f} s each of 4, 2 and 4 Mbit/s")
FOLLOWS = Run(PHASES, *PICTURE, "--adapt", "medium")
STAYS = Run(PHASES, *PICTURE, "--adapt", "off")
print(f"{'':<34}{'follows':>9}{'stays':>9}{'ratio':>9}")
for (what, mine, form), (_, other, _) in zip(rows_of(FOLLOWS),
                                             rows_of(STAYS)):
    ratio = f"{mine / other:9.3f}" if other else f"{'-':>9}"
    print(f"{what:<34}{form % mine:>9}{form % other:>9}{ratio}")
for name, phase in zip(NAMES, FOLLOWS.phases):
    steps = phase.steps()
    print(f"{name}: picture " + ", ".join(
        f"{s} {100 * steps.count(s) / len(steps):.0f} %"
        for s in dict.fromkeys(steps)))
