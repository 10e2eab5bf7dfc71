#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The picture follows the network: one link of 4, 1.5 and 4 Mbit/s, once with
and once without. What is measured depends on the machine; that one is far
better than the other does not. Figures: ./run bench adapt."""
import os

from bottleneck import Link, Run, status
from pitbox import Stack, need

need("pitbox-agent", "pitbox-server", "pitbox-sim", "lossproxy")

NARROW_KBPS = 1500
PICTURE = ("--mode", "video", "--width", "640", "--height", "360",
           "--framerate", "30", "--bitrate-kbps", "3000")


def is_narrow_enough(phase):
    """Below the link, and the queue gone: nothing more to see."""
    return phase.bitrates() and phase.bitrates()[-1] < NARROW_KBPS \
        and phase.seconds_so_far > 6


def is_back(phase):
    return phase.bitrates() and phase.bitrates()[-1] > NARROW_KBPS + 200


def latency_follows_the_way():
    os.environ.pop("PITBOX_LATENCY_MS", None)  # the other tests' own
    with Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        link = Link(stack.srt_port, 0, 300, delay_ms=40)
        try:
            agent = stack.start_agent(
                "car1", "--mode", "telemetry", "--status-file",
                stack.path("status"), port=link.port)
            agent.wait_for(r"a round trip takes \d+ ms: the stream begins anew "
                           r"with a latency of \d+ ms", 40)
            stack.wait(lambda: stack.state("car1") == "live", "live again", 30)
            stack.wait(lambda: status(stack)["link"].get("latency_ms", 0)
                       >= 320, "four round trips", 30)
            assert agent.err().count("begins anew") == 1, agent.err()
            agent.stop()
        finally:
            link.stop()
    print("ok the latency follows the way")


def picture_follows():
    phases = ((4000, 5), (NARROW_KBPS, 8), (4000, 30))
    follows = Run(phases, *PICTURE, "--adapt", "medium",
                  until=(None, is_narrow_enough, is_back))
    stays = Run(phases[:2], *PICTURE, "--adapt", "off")
    narrow, wide = follows.phases[1], follows.phases[2]
    print(f"breaks {follows.breaks} against {stays.breaks}; datagrams lost "
          f"{follows.lost} against {stays.lost}; bitrate "
          f"{min(narrow.bitrates())} to {wide.bitrates()[-1]} kbit/s")
    assert min(narrow.bitrates()) < NARROW_KBPS, narrow.bitrates()
    assert wide.bitrates()[-1] > NARROW_KBPS, wide.bitrates()
    assert stays.breaks > 20, "the link was never too narrow"
    assert follows.breaks < 0.5 * stays.breaks
    assert follows.lost < 0.5 * stays.lost
    # All of it in one session: nothing began anew.
    assert follows.n_sessions == 1, follows.n_sessions
    assert "network: picture" in follows.log, follows.log[-2000:]
    print("ok the picture follows the network")


picture_follows()
latency_follows_the_way()
