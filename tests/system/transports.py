# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways a stream comes to the server, as ./run matrix tries them. Another
way is another class in TRANSPORTS."""
import urllib.parse

from control import give_token
from link import Link

# A picture that costs little: what is tried is its way.
PICTURE = ("--mode", "video", "--width", "320", "--height", "180",
           "--framerate", "30", "--bitrate-kbps", "600", "--encoder",
           "x264enc")


# What an agent that is killed had read and its disk had not taken yet.
UNWRITTEN_ROWS = 60


class Transport:
    """One driver's agent behind one Link. A subclass says which port the link
    is in front of and what the agent is told."""

    name = ""
    has_picture = False
    tcp = False

    def prepare(self, stack, driver):
        """Before the server starts."""

    def port(self, stack):
        return stack.srt_port

    def link(self, stack, **options):
        return Link(self.port(stack), tcp=self.tcp, **options)

    def arguments(self, stack, driver):
        """Behind --server and the key."""
        raise NotImplementedError

    def start_agent(self, stack, driver, link, name):
        return stack.start_agent(driver, *self.arguments(stack, driver),
                                 port=link.port, name=name)

    def may_lose(self, fault, spools):
        """How many rows may be missing in the end; None: nothing is promised.
        SPOOLS: what was not stored waits on the PC's disk."""
        raise NotImplementedError


class Srt(Transport):
    """Retransmits within its latency; what is later than that is gone, and so
    is what the agent reads while it is not connected."""

    name = "srt"

    def arguments(self, stack, driver):
        return ("--mode", "telemetry", "--transport", "srt")

    def may_lose(self, fault, spools):
        return 0 if fault.is_repairable else None


class SrtVideo(Srt):
    name = "srt-video"
    has_picture = True

    def arguments(self, stack, driver):
        return PICTURE


class WebSocket(Transport):
    """Acknowledged: what was not is sent again, up to two minutes of it."""

    name = "websocket"
    tcp = True
    window_s = 120
    letter = "a"  # of the token; another one of each driver of a server

    def prepare(self, stack, driver):
        cred = give_token(stack, driver, self.letter)
        with open(stack.path("token-" + driver), "w", encoding="utf-8") as f:
            f.write(cred["Authorization"].split()[1] + "\n")

    def port(self, stack):
        return urllib.parse.urlsplit(stack.url).port

    def arguments(self, stack, driver):
        return ("--mode", "telemetry", "--transport", "websocket")

    def start_agent(self, stack, driver, link, name):
        return stack.start(name, [
            "pitbox-agent", "--server", f"http://127.0.0.1:{link.port}",
            "--driver", driver, "--token-file",
            stack.path("token-" + driver), "--shm-name", stack.shm(driver),
            *self.arguments(stack, driver)])

    def may_lose(self, fault, spools):
        if not fault.agent_lives:
            return UNWRITTEN_ROWS if spools else None
        return 0 if spools or fault.seconds < self.window_s else None


TRANSPORTS = {t.name: t for t in (SrtVideo(), Srt(), WebSocket())}
