# SPDX-License-Identifier: LGPL-2.1-or-later
"""What can happen to a stream, as ./run matrix plays it. Another fault is
another class in make_faults()."""

# Rows in good order before and after what happens.
CALM_ROWS = 120


class Fault:
    """Plays itself on a matrix.Cell. `network` goes to the cell's Link."""

    name = ""
    network = {}
    seconds = 0
    agent_lives = True
    # SRT's retransmissions are enough.
    is_repairable = True

    def __init__(self, seconds=None):
        if seconds is not None:
            self.seconds = seconds

    def play(self, cell):
        """Ends when there is nothing in the way any more; what recovers is
        measured from then on. Here: nothing but a while of it."""
        cell.pass_rows(self.seconds * 60)

    @property
    def recovers(self):
        """Whether there is something to come back from."""
        return not self.is_repairable


class Good(Fault):
    name = "good"
    seconds = 8


class Loss(Fault):
    name = "loss-2"
    network = {"loss_pct": 2}
    seconds = 12


class FarLoss(Fault):
    name = "rtt-50-loss-5"
    network = {"delay_ms": 25, "loss_pct": 5}
    seconds = 12


class Far(Fault):
    name = "rtt-200"
    network = {"delay_ms": 100}
    seconds = 12


class Half(Fault):
    """Half of what the stream takes."""

    name = "half-rate"
    seconds = 10
    is_repairable = False

    def play(self, cell):
        cell.halve()
        cell.sleep(self.seconds)
        cell.link.rate(0)


class Cable(Fault):
    name = "cable-out"
    seconds = 30
    is_repairable = False

    def play(self, cell):
        cell.link.cut()
        cell.sleep(self.seconds)
        cell.link.join()


class Outage(Cable):
    name = "outage"
    seconds = 150


class OutageRestart(Outage):
    """The agent is started anew in the middle of it."""

    name = "outage-agent"
    agent_lives = False

    def play(self, cell):
        cell.link.cut()
        cell.sleep(self.seconds / 2)
        cell.kill_agent()
        cell.start_agent()
        cell.sleep(self.seconds / 2)
        cell.link.join()


class ServerKill(Fault):
    name = "server-kill"
    is_repairable = False

    def play(self, cell):
        cell.kill_server()
        cell.start_server()


class AgentKill(Fault):
    name = "agent-kill"
    agent_lives = False
    is_repairable = False

    def play(self, cell):
        cell.kill_agent()
        cell.start_agent()


class Rebind(Fault):
    name = "nat-rebind"
    is_repairable = False

    def play(self, cell):
        cell.link.rebind()


def make_faults(cable_s=30, outage_s=150):
    return {f.name: f for f in (
        Good(), Loss(), FarLoss(), Far(), Half(), Cable(cable_s),
        Outage(outage_s), OutageRestart(outage_s), ServerKill(), AgentKill(),
        Rebind())}
