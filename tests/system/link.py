# SPDX-License-Identifier: LGPL-2.1-or-later
"""A network between an agent and its server: tests/lib/lossproxy, told what to
do while it runs."""
import itertools
import os
import subprocess

# Each asks for an address of this machine that nobody else has.
_numbers = itertools.count(1)


class Link:
    """UDP, or with tcp=True TCP, in front of a port of this machine."""

    def __init__(self, to_port, rate_kbps=0, queue_ms=300, delay_ms=10,
                 loss_pct=0, tcp=False, seed=1, address="127.0.0.1",
                 listen_port=0):
        argv = ["lossproxy", "--address", address, "--listen",
                str(listen_port), "--to", f"127.0.0.1:{to_port}", "--rate",
                str(rate_kbps), "--queue", str(queue_ms), "--delay",
                str(delay_ms), "--loss", str(loss_pct), "--loss-back",
                str(loss_pct), "--seed", str(seed)]
        self.popen = subprocess.Popen(
            argv + (["--tcp"] if tcp else []), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.popen.stdout.readline())

    def _say(self, line):
        self.popen.stdin.write(line + "\n")
        self.popen.stdin.flush()

    def rate(self, kbps):
        """Of the way in; 0: no limit."""
        self._say(f"rate {kbps}")

    def loss(self, percent):
        """Each way. By TCP a loss holds up what is behind it."""
        self._say(f"loss {percent}")

    def cut(self):
        """The cable is pulled: nothing moves, and nobody is told."""
        self._say("cut")

    def join(self):
        self._say("join")

    def rebind(self):
        """A router forgets who is behind it."""
        self._say("rebind")

    def queue(self):
        """What a datagram would wait for the rate now, ms."""
        self._say("queue")
        return int(self.popen.stdout.readline().split()[1])

    def delays(self):
        """p50, p95 and longest wait since the last call, ms; lost so far."""
        self._say("delays")
        words = self.popen.stdout.readline().split()
        return [int(w) for w in words[1:4]], int(words[5])

    def stop(self):
        self.popen.terminate()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()


class Links:
    """All that one PC has of a network: one Link for each port of the server
    that it uses, and what happens to one of them happens to all."""

    def __init__(self, own_address=False):
        pid, n = os.getpid(), next(_numbers)
        self.address = (f"127.{1 + (pid >> 8) % 250}.{pid % 256}.{1 + n % 250}"
                        if own_address else "127.0.0.1")
        self.links = {}

    def add(self, name, to_port, same_port=False, **options):
        """same_port: found at that very port, of an address of its own."""
        self.links[name] = Link(
            to_port, address=self.address,
            listen_port=to_port if same_port else 0, **options)

    def port(self, name):
        return self.links[name].port

    def rate(self, kbps, name=None):
        """Of NAME alone, or of each."""
        for link in [self.links[name]] if name else self.links.values():
            link.rate(kbps)

    def cut(self):
        for link in self.links.values():
            link.cut()

    def join(self):
        for link in self.links.values():
            link.join()

    def rebind(self):
        for link in self.links.values():
            link.rebind()

    def stop(self):
        for link in self.links.values():
            link.stop()
