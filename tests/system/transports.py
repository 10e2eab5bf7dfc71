# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ways a stream comes to the server, as ./run matrix tries them. Another
way is another class in TRANSPORTS: of an agent alone a Transport, of an agent
beside an encoder that is not ours a Beside."""
import os
import shutil
import socket
import threading
import urllib.parse

import rtmp
from control import give_token
from link import Links
from publishers import free_port, start_ffmpeg

HERE = os.path.dirname(os.path.abspath(__file__))

# A picture that costs little: what is tried is its way.
PICTURE = ("--mode", "video", "--width", "320", "--height", "180",
           "--framerate", "30", "--bitrate-kbps", "600", "--encoder",
           "x264enc")


# What an agent that is killed had read and its disk had not taken yet: it
# writes once a second, and may be late on a machine with other work.
UNWRITTEN_ROWS = 120


def http_port(stack):
    return urllib.parse.urlsplit(stack.url).port


class Transport:
    """One driver's agent behind a network of its own. A subclass says which
    ports the network is in front of and what the agent is told."""

    name = ""
    has_picture = False
    letter = "a"  # of the token; another one of each driver of a server
    encoder = None  # that stands beside the agent

    @staticmethod
    def lacks():
        """What this machine does not have for it, in words; None: nothing."""
        return None

    def prepare(self, stack, driver):
        """Before the server starts."""
        cred = give_token(stack, driver, self.letter)
        self.token = cred["Authorization"].split()[1]

    def server_args(self):
        return ()

    def link(self, stack, **network):
        """All that the driver's PC has of a network."""
        raise NotImplementedError

    def start(self, stack, driver, link):
        """What is there beside the agent, and outlives it."""

    def start_agent(self, stack, driver, link, name):
        raise NotImplementedError

    def stop(self):
        """What start() began."""

    def may_lose(self, fault, spools):
        """How many rows may be missing in the end; None: nothing is promised.
        SPOOLS: what was not stored waits on the PC's disk."""
        if not spools:
            return 0 if fault.is_repairable else None
        return 0 if fault.agent_lives else UNWRITTEN_ROWS


class Srt(Transport):
    """A paired agent. Its stream goes by SRT, and what did not get through
    within SRT's latency follows by the WebSocket beside it."""

    name = "srt"
    arguments = ("--mode", "telemetry", "--transport", "srt")

    def link(self, stack, **network):
        """An address with the server's own ports: the agent asks for the
        port of SRT by HTTP, and the host is the one that it knows."""
        links = Links(own_address=True)
        links.add("srt", stack.srt_port, same_port=True, **network)
        links.add("websocket", http_port(stack), tcp=True, same_port=True,
                  **network)
        return links

    def write_pairing(self, stack, driver, link):
        """What pairing leaves behind; the environment of who has it."""
        home = stack.path("paired-" + driver)
        os.makedirs(os.path.join(home, "pitbox"), exist_ok=True)
        path = os.path.join(home, "pitbox", "pairing")
        with open(stack.key_file(driver), encoding="utf-8") as f:
            passphrase = f.read().strip()
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                  "w", encoding="utf-8") as f:
            f.write(f"[pairing]\nurl=http://{link.address}:"
                    f"{link.port('websocket')}\ncertificate=\n"
                    f"srt={link.address}:{link.port('srt')}\n"
                    f"driver={driver}\ndevice={driver}\n"
                    f"token={self.token}\npassphrase={passphrase}\n")
        return {"XDG_CONFIG_HOME": home}

    def start_agent(self, stack, driver, link, name):
        return stack.start(name, [
            "pitbox-agent", "--shm-name", stack.shm(driver), "--source",
            "scene", *self.arguments],
            env=self.write_pairing(stack, driver, link))


class SrtVideo(Srt):
    name = "srt-video"
    has_picture = True
    arguments = PICTURE


class WebSocket(Transport):
    """Acknowledged: what was not is sent again, and what is old by then
    follows from the disk."""

    name = "websocket"

    def prepare(self, stack, driver):
        super().prepare(stack, driver)
        with open(stack.path("token-" + driver), "w", encoding="utf-8") as f:
            f.write(self.token + "\n")

    def link(self, stack, **network):
        links = Links()
        links.add("websocket", http_port(stack), tcp=True, **network)
        return links

    def start_agent(self, stack, driver, link, name):
        return stack.start(name, [
            "pitbox-agent", "--server",
            f"http://{link.address}:{link.port('websocket')}",
            "--driver", driver, "--token-file",
            stack.path("token-" + driver), "--shm-name", stack.shm(driver),
            "--mode", "telemetry", "--transport", "websocket"])


class Encoder:
    """A publisher that is not ours, started again half a second after it has
    ended, as people set theirs."""

    def __init__(self, start):
        self.start = start  # of try N; returns a pitbox.Process
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        tries = 0
        while not self.stopping.is_set():
            tries += 1
            process = self.start(tries)
            while process.alive() and not self.stopping.wait(0.1):
                pass
            process.stop()
            self.stopping.wait(0.5)

    def stop(self):
        self.stopping.set()
        self.thread.join()


class Beside(WebSocket):
    """Rows by the agent's WebSocket, the picture by an encoder that knows
    nothing of them: one session of two connections."""

    has_picture = True

    def prepare(self, stack, driver):
        super().prepare(stack, driver)
        self.key = stack.add_driver(driver, self.device(driver))

    @staticmethod
    def device(driver):
        return driver + "-camera"

    def start_encoder(self, stack, driver, link, name):
        """Returns the publisher's process."""
        raise NotImplementedError

    def start(self, stack, driver, link):
        self.encoder = Encoder(lambda n: self.start_encoder(
            stack, driver, link, f"encoder-{n}"))

    def stop(self):
        if self.encoder:
            self.encoder.stop()
        self.encoder = None


class Rtmp(Beside):
    """ffmpeg through nginx's RTMP module."""

    name = "rtmp"

    lacks = staticmethod(rtmp.lacks)

    def prepare(self, stack, driver):
        super().prepare(stack, driver)
        self.front = rtmp.Front(stack)

    def server_args(self):
        return ("--rtmp-front", self.front.url)

    def link(self, stack, **network):
        links = super().link(stack, **network)
        links.add("rtmp", self.front.port, tcp=True, **network)
        return links

    def start(self, stack, driver, link):
        self.front.start()
        super().start(stack, driver, link)

    def start_encoder(self, stack, driver, link, name):
        # A network that takes nothing for so long is gone.
        return start_ffmpeg(
            stack, name, f"rtmp://127.0.0.1:{link.port('rtmp')}/live/"
            f"{self.device(driver)}?key={self.key}", "flv", sound=False,
            more=("-rw_timeout", "2000000"))


class Whip(Beside):
    """A page in Chromium, by WebRTC's UDP. What the server says of where it is
    the page takes for the address of its network."""

    name = "whip"

    @staticmethod
    def lacks():
        for program in ("node", "chromium"):
            if shutil.which(program) is None:
                return f"{program} is not installed"
        if not os.path.isdir(os.path.join(HERE, "node_modules")):
            return "playwright-core is not here: npm ci in tests/system"
        return None

    def prepare(self, stack, driver):
        super().prepare(stack, driver)
        self.rtp_port = free_port(socket.SOCK_DGRAM)

    def server_args(self):
        return ("--webrtc-port", str(self.rtp_port))

    def link(self, stack, **network):
        links = Links(own_address=True)
        links.add("websocket", http_port(stack), tcp=True, same_port=True,
                  **network)
        links.add("whip", self.rtp_port, same_port=True, **network)
        return links

    def start_encoder(self, stack, driver, link, name):
        return stack.start(name, [
            "node", os.path.join(HERE, "browser", "whip-encoder.mjs"),
            f"http://{link.address}:{link.port('websocket')}", driver,
            self.key, "127.0.0.1", link.address])


TRANSPORTS = {t.name: t for t in (SrtVideo, Srt, WebSocket, Rtmp, Whip)}
