# SPDX-License-Identifier: LGPL-2.1-or-later
"""OBS Studio without a screen, asked over its WebSocket: what it has, and what a
source looks like.

    with Obs(stack, [media_source("driver", url)]) as obs:
        png = obs.screenshot("driver", 640, 360)

    with Obs(stack, [media_source("film", path)], size=(640, 360),
             target="srt://…") as obs:
        obs.ask("StartStream")
"""
import base64
import json
import os
import socket
import struct
import time

# OBS 30 answers so while it starts.
NOT_READY = 207
START_S = 30

CONFIG = """[General]
FirstRun=true
LastVersion=503316482
EnableAutoUpdates=false
[BasicWindow]
gotrunattention=true
SysTrayEnabled=false
[Basic]
Profile=t
ProfileDir=t
SceneCollection=t
SceneCollectionFile=t
[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AuthRequired=false
AlertsEnabled=false
"""
PROFILE = """[General]
Name=t
[Video]
BaseCX={width}
BaseCY={height}
OutputCX={width}
OutputCY={height}
FPSType=0
FPSCommon={fps}
[Audio]
SampleRate=48000
[Output]
Mode=Simple
[SimpleOutput]
VBitrate=1000
StreamEncoder=x264
Preset=ultrafast
UseAdvanced=true
x264Settings=tune=zerolatency bframes=0 keyint={fps}
ABitrate=128
"""


def media_source(name, url):
    """OBS's "Media Source" on an address or a file."""
    local = "://" not in url
    return {"id": "ffmpeg_source", "versioned_id": "ffmpeg_source",
            "name": name, "settings": {
                "is_local_file": local, "local_file": url if local else "",
                "input": "" if local else url,
                "input_format": "" if local else "mpegts",
                "looping": local, "buffering_mb": 1, "reconnect_delay_sec": 1,
                "hw_decode": False, "restart_on_activate": False,
                "clear_on_media_end": False}}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Socket:
    """The client's half of RFC 6455, as much as obs-websocket needs."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), 10)
        self.sock.settimeout(20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Protocol: obswebsocket.json\r\n\r\n".encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.read(1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise OSError(head.decode())

    def read(self, n):
        data = b""
        while len(data) < n:
            part = self.sock.recv(n - len(data))
            if not part:
                raise OSError("OBS closed the connection")
            data += part
        return data

    def send(self, message):
        data = json.dumps(message).encode()
        mask = os.urandom(4)
        size = struct.pack("!BH", 0xfe, len(data)) if len(data) > 125 \
            else struct.pack("!B", 0x80 | len(data))
        self.sock.sendall(b"\x81" + size + mask + bytes(
            b ^ mask[i % 4] for i, b in enumerate(data)))

    def receive(self):
        data = b""
        while True:
            first, size = self.read(2)
            size &= 0x7f
            if size == 126:
                size, = struct.unpack("!H", self.read(2))
            elif size == 127:
                size, = struct.unpack("!Q", self.read(8))
            part = self.read(size)
            if first & 0x0f not in (0, 1):
                continue
            data += part
            if first & 0x80:
                return json.loads(data)


class Obs:
    def __init__(self, stack, sources, fps=30, size=(1280, 720), target=None):
        self.stack = stack
        self.port = free_port()
        self.home = stack.path("obs")
        self.write(sources, fps, size, target)

    def write(self, sources, fps, size, target):
        base = os.path.join(self.home, ".config", "obs-studio")
        for folder in ("basic/profiles/t", "basic/scenes"):
            os.makedirs(os.path.join(base, folder))
        os.makedirs(os.path.join(self.home, "run"), mode=0o700)
        # OBS 30.x and earlier read global.ini, later ones user.ini too.
        for name in ("global.ini", "user.ini"):
            self.put(os.path.join(base, name), CONFIG.format(port=self.port))
        self.put(os.path.join(base, "basic/profiles/t/basic.ini"),
                 PROFILE.format(fps=fps, width=size[0], height=size[1]))
        if target:
            self.put(os.path.join(base, "basic/profiles/t/service.json"),
                     json.dumps({"type": "rtmp_custom", "settings": {
                         "server": target, "key": "", "use_auth": False,
                         "bwtest": False}}))
        plugin = os.path.join(base, "plugin_config", "obs-websocket")
        os.makedirs(plugin)
        self.put(os.path.join(plugin, "config.json"), json.dumps(
            {"server_enabled": True, "server_port": self.port,
             "auth_required": False, "alerts_enabled": False,
             "first_load": False}))
        items = [{"name": s["name"], "id": n + 1, "visible": True,
                  "pos": {"x": 0, "y": 0}, "scale": {"x": 1, "y": 1}}
                 for n, s in enumerate(sources)]
        self.put(os.path.join(base, "basic/scenes/t.json"), json.dumps(
            {"name": "t", "current_scene": "Scene",
             "current_program_scene": "Scene",
             "scene_order": [{"name": "Scene"}], "groups": [],
             "transitions": [], "current_transition": "Cut",
             "transition_duration": 300, "sources": sources + [
                 {"id": "scene", "name": "Scene",
                  "settings": {"items": items, "id_counter": len(items)}}]}))

    @staticmethod
    def put(path, text):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def __enter__(self):
        screen = self.stack.start("obs-screen", [
            "Xvfb", "-displayfd", "1", "-screen", "0", "1280x800x24",
            "-nolisten", "tcp", "-noreset"])
        display = ":" + screen.wait_for(r"^(\d+)$").group(1)
        self.process = self.stack.start(
            "obs", ["obs", "--multi", "--minimize-to-tray", "--profile", "t",
                    "--collection", "t", "--disable-missing-files-check"],
            {"HOME": self.home, "DISPLAY": display,
             "XDG_CONFIG_HOME": os.path.join(self.home, ".config"),
             "XDG_RUNTIME_DIR": os.path.join(self.home, "run"),
             "XDG_CACHE_HOME": os.path.join(self.home, ".cache"),
             "LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb"})
        self.socket = self.connect()
        return self

    def __exit__(self, *_):
        self.socket.sock.close()
        self.process.stop(timeout=20)

    def connect(self, timeout=60):
        end = time.monotonic() + timeout
        while True:
            try:
                s = Socket(self.port)
                break
            except OSError:
                assert self.process.alive() and time.monotonic() < end, \
                    "OBS opens no WebSocket:\n" + self.process.err()[-3000:]
                time.sleep(0.2)
        s.receive()
        s.send({"op": 1, "d": {"rpcVersion": 1, "eventSubscriptions": 0}})
        s.receive()
        return s

    def ask(self, request, **data):
        end = time.monotonic() + START_S
        while True:
            self.socket.send({"op": 6, "d": {
                "requestType": request, "requestId": request,
                "requestData": data}})
            answer = self.socket.receive()["d"]
            if answer["requestStatus"]["code"] != NOT_READY \
                    or time.monotonic() > end:
                break
            time.sleep(0.1)
        assert answer["requestStatus"]["result"], (request, answer)
        return answer.get("responseData", {})

    def screenshot(self, source, width, height):
        """PNG of a source as OBS shows it now."""
        data = self.ask("GetSourceScreenshot", sourceName=source,
                        imageFormat="png", imageWidth=width,
                        imageHeight=height)["imageData"]
        return base64.b64decode(data.split(",", 1)[1])
