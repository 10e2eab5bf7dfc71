#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Telemetry over WebSocket: every row is stored once, whatever breaks; who has
a driver's place; what ends a connection, and nothing else."""
import collections
import glob
import json
import os
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

import websocket
from pitbox import Stack, need
from test_control import give_token
from websocket import BINARY, Closed, Refused, WebSocket

need("gst-launch-1.0", "klv-dump", "pitbox-agent", "pitbox-server",
     "pitbox-sim")

PATH = "/api/v1/units"
PROTOCOL = "pitbox-units.1"
KLV_PID = 0x42
REPLACED, WITHDRAWN, BAD = 4001, 4003, 4007


class Relay:
    """A TCP port in front of another one, whose connections can be cut off or
    kept waiting."""

    def __init__(self, port):
        self.to = port
        self.pairs = []
        self.held = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                here, _ = self.listener.accept()
            except OSError:
                return
            if self.held.is_set():
                here.close()
                continue
            try:
                there = socket.create_connection(("127.0.0.1", self.to), 5)
            except OSError:
                here.close()
                continue
            self.pairs.append((here, there))
            for a, b in ((here, there), (there, here)):
                threading.Thread(target=self._pump, args=(a, b),
                                 daemon=True).start()

    @staticmethod
    def _pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        for s in (a, b):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        """As a router that forgets: a reset each way."""
        for pair in self.pairs:
            for s in pair:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
                try:
                    s.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                s.close()
        self.pairs = []

    def hold(self):
        """Nobody gets through until release()."""
        self.held.set()
        self.cut()

    def release(self):
        self.held.clear()

    def close(self):
        self.listener.close()
        self.cut()


def port_of(stack):
    return urllib.parse.urlsplit(stack.url).port


def token_file(stack, cred):
    path = stack.path("token")
    with open(path, "w", encoding="utf-8") as f:
        f.write(cred["Authorization"].split()[1] + "\n")
    return path


def send(stack, port, rows, name="sender"):
    return stack.start(name, [
        "gst-launch-1.0", "-m", "telemetrytestsrc", "is-live=true",
        f"num-buffers={rows}", "!", "telemetryenc", "rows-per-unit=2", "!",
        "pitboxwssink", f"location=ws://127.0.0.1:{port}",
        f"token-file={stack.path('token')}"])


def units_of(path):
    """The telemetry of a segment, without a demultiplexer's opinions."""
    out = bytearray()
    with open(path, "rb") as f:
        data = f.read()
    for at in range(0, len(data) - 187, 188):
        p = data[at:at + 188]
        if (p[1] & 31) << 8 | p[2] != KLV_PID or not p[3] & 16:
            continue
        body = 5 + p[4] if p[3] & 32 else 4
        if p[1] & 64:
            body += 9 + p[body + 8]
        out += p[body:]
    return bytes(out)


def stored_ticks(stack, driver):
    """How often each tick is in the recordings of the driver."""
    ticks = collections.Counter()
    folders = os.path.join(stack.data, "recordings", driver, "*")
    for folder in sorted(glob.glob(folders)):
        units = b"".join(units_of(p) for p in sorted(
            glob.glob(os.path.join(folder, "*.ts"))))
        if not units:
            continue
        klv = stack.path("stored.klv")
        with open(klv, "wb") as f:
            f.write(units)
        dump = subprocess.run(["klv-dump", "--units", klv], check=True,
                              capture_output=True, text=True).stdout
        ticks.update(int(t) for t in re.findall(r"\btick (\d+)", dump))
    return ticks


def check_stored(stack, driver, rows):
    stack.wait(lambda: sum(stored_ticks(stack, driver).values()) >= rows,
               f"{rows} rows on disk", 60)
    ticks = stored_ticks(stack, driver)
    twice = [t for t, n in ticks.items() if n != 1]
    assert not twice, f"{len(twice)} rows are stored twice: {twice[:9]}"
    first = min(ticks)
    lost = set(range(first, first + rows)) - set(ticks)
    assert not lost and len(ticks) == rows, f"lost: {sorted(lost)[:9]}"


def test_nothing_is_lost_or_stored_twice(stack):
    """Connections are cut, the server is killed, and every row is there once."""
    rows = 900
    token_file(stack, stack.cred)
    port = port_of(stack)
    relay = Relay(port)
    sender = send(stack, relay.port, rows)
    stack.wait(lambda: stack.state("car1") == "live", "live")
    device, = [d for d in stack.get("/api/v1/devices")["items"]
               if d["name"] == "car1"]
    assert device["transport"] == "websocket" and device["online"], device
    assert stack.driver("car1")["link"]["transport"] == "websocket"
    for n in range(2, 4):
        relay.cut()
        stack.wait(lambda: len(re.findall("session .* begins",
                                          stack.server.err())) >= n,
                   "another session")
    stack.server.kill()
    stack.start_server("--http-port", str(port), name="server-2")
    stack.server.wait_for("session .* begins")
    assert sender.popen.wait(60) == 0, sender.out() + sender.err()
    relay.close()
    check_stored(stack, "car1", rows)
    metrics = stack.get("/metrics")
    missing, = re.findall(r"^pitbox_units_missing_rows_total (\d+)", metrics,
                          re.M)
    assert missing == "0", missing


def status_of(stack):
    with open(stack.path("status"), encoding="utf-8") as f:
        return json.load(f)


def write_pairing(stack, url):
    """What pairing leaves behind."""
    home = stack.path("home")
    os.makedirs(os.path.join(home, "pitbox"), exist_ok=True)
    path = os.path.join(home, "pitbox", "pairing")
    token = stack.cred["Authorization"].split()[1]
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
              encoding="utf-8") as f:
        f.write(f"[pairing]\nurl={url}\ncertificate=\n"
                f"srt=127.0.0.1:{stack.srt_port}\ndriver=car1\ndevice=car1\n"
                f"token={token}\npassphrase={stack.keys['car1']}\n")
    return {"XDG_CONFIG_HOME": home}


def test_agent(stack):
    """A paired agent takes WebSocket, SRT while that is blocked, and says so."""
    relay = Relay(port_of(stack))
    env = write_pairing(stack, f"http://127.0.0.1:{relay.port}")
    stack.start_sim("car1")
    agent = stack.start("agent", [
        "pitbox-agent", "--mode", "telemetry", "--shm-name", stack.shm("car1"),
        "--status-file", stack.path("status")], env=env)
    agent.wait_for("streaming: telemetry to http.* by WebSocket", 30)
    stack.wait(lambda: status_of(stack)["transport"] == "websocket", "status")
    before = status_of(stack)["codec"]["rows"]
    stack.wait(lambda: (status_of(stack)["link"] or {}).get(
        "acknowledged_rows", 0)
               > before + 60, "rows are acknowledged")
    # A cut is mended within the same run, and nothing is lost.
    relay.cut()
    agent.wait_for("backing-off: http")
    stack.wait(lambda: status_of(stack)["state"] == "streaming"
               and status_of(stack)["link"]["connections"] == 2, "it is back")
    assert status_of(stack)["link"]["dropped_rows"] == 0
    relay.close()
    agent.wait_for(r"streaming: telemetry to 127\.0\.0\.1:\d+$", 40)
    now = stack.wait(lambda: (s := status_of(stack))["transport"] == "srt" and s,
                     "status")
    assert now["transport_reason"] == "WebSocket did not come about", now
    stack.wait(lambda: (stack.driver("car1")["link"] or {}).get("transport")
               == "srt", "by SRT")
    assert agent.stop() == 0
    secret = stack.cred["Authorization"].split()[1]
    assert secret not in agent.err() + agent.out()


def connect(stack, cred, path=PATH, protocol=PROTOCOL):
    return WebSocket(stack.url, path, cred, protocol)


def refusal(stack, cred, path=PATH, protocol=PROTOCOL):
    try:
        connect(stack, cred, path, protocol)
    except Refused as e:
        return e.status, e.code
    raise AssertionError("it was let in")


def wait_closed(socket_):
    try:
        while True:
            socket_.receive_frame()
    except Closed as e:
        return e.code, e.reason


def some_units(stack, rows=12, each=1, run=7, fields="*"):
    """A key unit and what follows, each with its first row and its time."""
    path = stack.path("some.klv")
    subprocess.run(
        ["gst-launch-1.0", "-q", "telemetrytestsrc", f"num-buffers={rows}", "!",
         "telemetryenc", f"run-id={run}", f"rows-per-unit={each}",
         f"fields={fields}", "!", "filesink",
         f"location={path}"],
        check=True)
    with open(path, "rb") as f:
        data = f.read()
    units = []
    while data:
        n, head = data[16], 17
        if n & 128:
            n, head = (int.from_bytes(data[17:17 + (n & 127)], "big"),
                       17 + (n & 127))
        units.append(data[:head + n])
        data = data[head + n:]
    return units


def message(sequence, unit, run=7, kind=1, pts=0):
    return struct.pack("<BBHIIIQ", kind, 0, 0, run, sequence, 0, pts) + unit


def next_answer(ws):
    while True:
        opcode, data = ws.receive_frame()
        if opcode == websocket.PING:
            ws.send_frame(websocket.PONG, data)
        elif opcode == BINARY:
            return struct.unpack("<BBHII", data)


def test_acknowledgements(stack):
    """What is on disk is acknowledged; what comes again is not stored again."""
    units = some_units(stack)
    ws = connect(stack, stack.key, PATH + "?driver=car2")
    assert next_answer(ws) == (1, 0, 0, 0, 0)
    for i in range(6):
        ws.send_frame(BINARY, message(i, units[i], pts=i * 16666667))
    while next_answer(ws)[4] != 6:
        pass
    # Rows that came before, and the next one.
    for i in range(7):
        ws.send_frame(BINARY, message(i, units[i], pts=i * 16666667))
    while next_answer(ws)[4] != 7:
        pass
    other = connect(stack, stack.key, PATH + "?driver=car2")
    assert next_answer(other) == (1, 1, 0, 7, 7)
    assert wait_closed(ws)[0] == REPLACED
    # A delta unit says nothing to whoever begins here.
    other.send_frame(BINARY, message(7, units[7]))
    assert wait_closed(other)[0] == BAD
    check_stored(stack, "car2", 7)


def test_bad_messages(stack):
    """Each ends its own connection, with a code and words."""
    units = some_units(stack)
    damaged = bytearray(units[0])
    damaged[-9] ^= 1
    for data, code in (
            (b"", BAD), (b"x" * 24, BAD), (message(0, b""), BAD),
            (message(0, bytes(damaged)), BAD), (message(1, units[0]), BAD),
            (message(0, units[0], run=8), BAD),
            (message(0, units[0], kind=2), BAD),
            (message(0, units[0], pts=1 << 63), BAD),
            (message(0, units[0] + units[2]), BAD),
            (message(0, units[0] + b"\0"), BAD),
            (message(1, units[1]), BAD)):
        ws = connect(stack, stack.key, PATH + "?driver=car3")
        ws.send_frame(BINARY, data)
        assert wait_closed(ws)[0] == code, (data[:40], code)
        stack.server.wait_for("session .* ends: ")
    # Too long: by then the rest of it is on its way, and may be reset.
    ws = connect(stack, stack.key, PATH + "?driver=car3")
    ws.send_frame(BINARY, b"x" * 60025)
    assert wait_closed(ws)[0] in (1009, None)
    ws = connect(stack, stack.key, PATH + "?driver=car3")
    ws.send({"type": "hello"})
    assert wait_closed(ws)[0] == 1003
    stack.server.wait_for("ends: a message of units is not valid: ")


def test_refusals(stack):
    assert refusal(stack, stack.cred, protocol="pitbox-units.9") == (
        400, "wrong_protocol")
    assert refusal(stack, stack.cred, protocol=None) == (400, "wrong_protocol")
    assert refusal(stack, stack.key) == (400, "driver_needed")
    assert refusal(stack, stack.key, PATH + "?driver=nobody") == (
        404, "unknown_driver")
    assert refusal(stack, stack.cred, PATH + "?driver=car2") == (
        404, "unknown_driver")
    assert refusal(stack, {"Authorization": "Bearer pbd_x"}) == (
        401, "bad_token")
    assert refusal(stack, stack.live_key, PATH + "?driver=car1") == (
        403, "forbidden")


def test_place(stack):
    """Senders that fight for a place come to rest, as at the SRT port."""
    sockets = []
    for _ in range(6):
        sockets.append(connect(stack, stack.key, PATH + "?driver=car4"))
        next_answer(sockets[-1])
    assert refusal(stack, stack.key, PATH + "?driver=car4") == (
        409, "contested")
    contest = stack.driver("car4")["contest"]
    assert contest and contest["device"], contest
    for ws in sockets[:-1]:
        assert wait_closed(ws)[0] == REPLACED
    # By SRT, too: who has the place keeps it.
    srt = stack.start("srt", [
        "gst-launch-1.0", "-m", "telemetrytestsrc", "is-live=true", "!",
        "telemetryenc", "!", "telemetrytsmux", "!", "pitboxsrtsink",
        f"port={stack.srt_port}", "streamid=#!::r=car4,m=publish,u=car4",
        f"passphrase={stack.passphrase}"])
    stack.server.wait_for("ends: another sender publishes")
    assert stack.driver("car4")["link"]["transport"] == "websocket"
    sockets[-1].sock.close()
    stack.wait(lambda: (stack.driver("car4")["link"] or {}).get("transport")
               == "srt", "the place is free", 40)
    srt.stop()


def test_a_flood(stack):
    """Who sends more than may come is cut off, and does not come back at once;
    others do."""
    units = some_units(stack)
    ws = connect(stack, stack.flood_key, PATH + "?driver=car3")
    ws.send_frame(BINARY, message(0, units[0]))
    again = message(1, units[1])
    try:
        for _ in range(200000):  # until it is over; however slowly that goes
            ws.send_frame(BINARY, again)
    except OSError:
        pass
    stack.server.wait_for("ends: more than 1000 telemetry units a second", 60)
    assert refusal(stack, stack.flood_key, PATH + "?driver=car3") == (
        429, "held")
    connect(stack, stack.key, PATH + "?driver=car3").close()


def test_a_flood_of_rows(stack):
    """A unit holds many: who sends more rows than may come is cut off, too."""
    units = some_units(stack, 60000, 100, run=9, fields="Lap,Speed")
    ws = connect(stack, stack.rows_key, PATH + "?driver=car3")
    try:
        for i, unit in enumerate(units):
            ws.send_frame(BINARY, message(100 * i, unit, run=9, pts=i * 10**9))
    except OSError:
        pass
    stack.server.wait_for("ends: more than 1000 rows a second", 60)
    assert refusal(stack, stack.rows_key, PATH + "?driver=car3") == (
        429, "held")


def test_withdrawal(stack):
    """Removing a device ends its stream within a second."""
    ws = connect(stack, stack.cred)
    next_answer(ws)
    began = time.monotonic()
    subprocess.run(["pitbox-server", "--data-dir", stack.data, "device",
                    "remove", "car1"], check=True, capture_output=True)
    code, words = wait_closed(ws)
    seconds = time.monotonic() - began
    assert code == WITHDRAWN and "withdrawn" in words, (code, words)
    print(f"withdrawn after {seconds:.1f} s, the command included")
    assert refusal(stack, stack.cred) == (401, "bad_token")


def add_key(stack, scopes):
    out = subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, "key", "add", scopes,
         "--scope", scopes], check=True, capture_output=True, text=True).stdout
    return {"Authorization": "Bearer " + re.search(r"pbk_\S+", out).group(0)}


def main():
    with Stack() as stack:
        stack.keys = {"car1": stack.add_driver("car1")}
        for car in ("car2", "car3"):
            stack.add_driver(car)
        stack.passphrase = stack.add_driver("car4")
        stack.cred = give_token(stack, "car1")
        stack.key = add_key(stack, "publish")
        stack.flood_key = add_key(stack, "publish")
        stack.rows_key = add_key(stack, "publish")
        stack.live_key = add_key(stack, "read_live")
        stack.start_server()
        for test in (test_nothing_is_lost_or_stored_twice, test_agent,
                     test_acknowledgements, test_bad_messages, test_refusals,
                     test_place, test_a_flood, test_a_flood_of_rows,
                     test_withdrawal):
            began = time.monotonic()
            test(stack)
            print(f"ok {test.__name__} ({time.monotonic() - began:.1f} s)",
                  flush=True)


if __name__ == "__main__":
    sys.exit(main())
