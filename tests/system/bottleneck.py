# SPDX-License-Identifier: LGPL-2.1-or-later
"""An agent behind a link whose rate changes: what arrives, and what it waited
for on its way. For a test and for a bench."""
import glob
import json
import os
import time

from link import Link
from pitbox import Stack

TS_PACKET = 188
# Those of pipelines/agent-video.launch; the recorder writes tables of its own.
PIDS = (65, 66)


def read_recording(stack, driver):
    """Breaks in the counters of picture and rows, bytes of both, sessions."""
    last, breaks, size = {}, 0, 0
    pattern = os.path.join(stack.data, "recordings", driver, "*", "*.ts")
    for path in sorted(glob.glob(pattern)):
        with open(path, "rb") as f:
            data = f.read()
        for at in range(0, len(data) - TS_PACKET + 1, TS_PACKET):
            pid = (data[at + 1] & 0x1F) << 8 | data[at + 2]
            if pid not in PIDS or data[at + 3] & 0x10 == 0:
                continue
            counter = data[at + 3] & 0x0F
            size += TS_PACKET
            # A connection, and with it a session, counts anew.
            key = (os.path.dirname(path), pid)
            if key in last and counter != (last[key] + 1) & 0x0F:
                breaks += 1
            last[key] = counter
    return breaks, size, len({os.path.dirname(p) for p in glob.glob(pattern)})


def status(stack):
    with open(stack.path("status"), encoding="utf-8") as f:
        return json.load(f)


class Phase:
    """What one rate of the link was like."""

    def __init__(self, rate_kbps, seconds):
        self.rate_kbps, self.seconds = rate_kbps, seconds
        self.seconds_so_far = 0
        self.statuses = []
        self.queues = []  # (after so many s, ms)
        self.delays, self.lost = (0, 0, 0), 0

    def bitrates(self):
        """Of the encoder, one a look."""
        return [s["bitrate_kbps"] for s in self.statuses
                if s.get("bitrate_kbps")]

    def steps(self):
        return [s["adapt"]["step"] for s in self.statuses if s.get("adapt")]

    def empty_after_s(self, full_ms=60, empty_ms=20):
        """When the queue was gone that the rate had brought; None: never."""
        was_full = False
        for after_s, ms in self.queues:
            was_full = was_full or ms > full_ms
            if was_full and ms < empty_ms:
                return after_s
        return None if was_full else 0


class Run:
    """One agent over one link, from its first second to its last."""

    def __init__(self, phases, *agent_args, queue_ms=300, until=None):
        self.phases = [Phase(*p) for p in phases]
        with Stack() as stack:
            stack.add_driver("car1")
            stack.start_server()
            stack.start_sim("car1")
            link = Link(stack.srt_port, self.phases[0].rate_kbps, queue_ms)
            try:
                agent = stack.start_agent(
                    "car1", "--encoder", "x264enc", "--latency-ms", "200",
                    "--status-file", stack.path("status"), *agent_args,
                    port=link.port)
                stack.wait(lambda: stack.state("car1") == "live", "live", 30)
                link.delays()
                for i, phase in enumerate(self.phases):
                    self._go(stack, link, phase, until[i] if until else None)
                self.log = agent.err()
                assert agent.alive(), self.log[-2000:]
                agent.stop()
                stack.wait(lambda: stack.state("car1") != "live", "end", 30)
            finally:
                link.stop()
            stack.server.stop()
            self.breaks, self.bytes, self.n_sessions = read_recording(
                stack, "car1")
        self.lost = self.phases[-1].lost
        self.arrived_kbps = self.bytes * 8 / 1000 / sum(
            p.seconds for p in self.phases)

    @staticmethod
    def _go(stack, link, phase, until):
        link.rate(phase.rate_kbps)
        begin = time.monotonic()
        while phase.seconds_so_far < phase.seconds:
            time.sleep(0.1)
            phase.seconds_so_far = time.monotonic() - begin
            phase.queues.append((phase.seconds_so_far, link.queue()))
            phase.statuses.append(status(stack))
            if until and until(phase):
                break
        phase.seconds = phase.seconds_so_far
        phase.delays, phase.lost = link.delays()
