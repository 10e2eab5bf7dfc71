#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A viewer's telemetry and a page's control channel while the ports are under
attack: each kind for some seconds, by processes of their own. The streams go on,
memory stays bounded, and how long the viewer and the page had to wait at most is
printed."""
import gzip
import json
import multiprocessing
import os
import random
import re
import resource
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.request
import zlib

from pitbox import Stack, need
from test_control import HELLO, PROTOCOL, connect
from test_hostile_http import (OFFER, TELEMETRY, count_files, head, send_byte,
                               status)
from test_tls import client_hello
from websocket import PING, TEXT, Closed, Refused, WebSocket

need("gst-launch-1.0", "watch-viewer", "openssl")

SECONDS = 4
RSS_MAX_MB = 200  # more than before
SOCKETS = 10000
fork = multiprocessing.get_context("fork")


class Target:
    """Where an attack goes: picklable, and all it is told."""

    def __init__(self, stack, keys):
        self.url = stack.url
        self.port = int(stack.url.rsplit(":", 1)[1])
        self.srt_port = stack.srt_port
        self.keys = keys

    def connect(self, last=1, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout,
                                        (f"127.0.0.{last}", 0))

    def ask(self, data, last=1):
        """The status; 0 where the connection was cut without a word."""
        try:
            with self.connect(last) as s:
                s.sendall(data)
                return status(s.recv(4096))
        except OSError:
            return 0


# Attacks. Each gives how often it did what it does, and fails where the answer
# was not the one that is due.

def nothing(target, stop):
    stop.wait()
    return 0


def slow_loris(target, stop):
    """A byte a second on 1,000 sockets of ten addresses: heads and bodies."""
    sockets, n = [], 0
    while not stop.is_set():
        while len(sockets) < 1000 and not stop.is_set():
            n += 1
            s = target.connect(30 + n % 10)
            s.sendall(head("POST", "/api/v1/auth/login", "Content-Length: 60000")
                      if n % 2 else b"GET / HTTP/1.1\r\n")
            sockets.append(s)
        send_byte(sockets)
        stop.wait(1)
    return n


def idle(target, stop):
    """As many sockets as may be held, all at once."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = SOCKETS if hard == resource.RLIM_INFINITY \
        else min(SOCKETS, hard - 200)
    sockets = [target.connect(40 + n % 50) for n in range(most)]
    stop.wait()
    return len(sockets)


def giant_heads(target, stop):
    n = 0
    while not stop.is_set():
        size = (33 << 10, 200 << 10, 4 << 20)[n % 3]
        code = target.ask(b"GET / HTTP/1.1\r\nX: " + b"a" * size, 100 + n % 4)
        # Cut while it goes on sending, where that is more than is read away.
        assert code in (431, 0), code
        n += code == 431
    return n


def deep_json(target, stop):
    bodies = [b"[" * 60000, b'{"a":' * 12000, b"[" * 30000 + b"]" * 30000,
              b'{"login":' + b"[" * 17 + b"]" * 17 + b"}"]
    n = 0
    while not stop.is_set():
        body = bodies[n % len(bodies)]
        code = target.ask(head(
            "POST", "/api/v1/auth/login", "Content-Type: application/json",
            f"Content-Length: {len(body)}") + body, 110)
        assert code == 400, code
        n += 1
    return n


def bombs(target, stop):
    """60 kB that would be 60 MB: as a body, and as a message."""
    plain = b"0" * 60_000_000
    packed = {"gzip": gzip.compress(plain), "deflate": zlib.compress(plain)}
    squeeze = zlib.compressobj(wbits=-15)
    message = squeeze.compress(plain[:10_000_000])
    message += squeeze.flush(zlib.Z_SYNC_FLUSH)
    n = 0
    while not stop.is_set():
        for coding, body in packed.items():
            for extra, wanted in ((["Content-Encoding: " + coding], 415),
                                  ([], 400)):
                code = target.ask(head(
                    "POST", "/api/v1/auth/login",
                    "Content-Type: application/json",
                    f"Content-Length: {len(body)}", *extra) + body, 111)
                assert code == wanted, (coding, extra, code)
                n += 1
        try:
            ws = WebSocket(target.url, "/api/v1/control", {
                **target.keys[1], "Sec-WebSocket-Extensions":
                "permessage-deflate; client_max_window_bits"}, PROTOCOL)
        except Refused as e:
            assert e.status == 429 and n > 100, e
            stop.wait(0.2)
            continue
        assert not any("xtensions" in line for line in ws.head), ws.head
        ws.send(HELLO)
        # RSV1: it is compressed all the same.
        ws.sock.sendall(b"\xc1\xfe" + struct.pack(">H", len(message))
                        + b"\0\0\0\0" + message)
        code, _ = ws.closes()
        assert code in (1002, 1009, None), code
        ws.close()
    return n


def websocket_flood(target, stop):
    """Messages, pings and pieces without end, on all sockets that one may have;
    who is thrown out comes back."""
    kinds = ((TEXT, True), (PING, True), (TEXT, False))
    n = [0]

    def one(opcode, fin):
        while not stop.is_set():
            try:
                ws = WebSocket(target.url, "/api/v1/control", target.keys[2],
                               PROTOCOL)
                ws.send(HELLO)
                first = True
                while not stop.is_set():
                    ws.send_frame(opcode if first or fin else 0,
                                  b'{"type":"clock_request","t1_us":1}'
                                  if opcode == TEXT else b"x" * 100, fin)
                    first = False
                    n[0] += 1
            except (OSError, Closed):
                pass
            except Refused as e:
                # No room yet, or too often: one more will not help.
                assert e.status in (429, 503), e
                stop.wait(0.2)
    threads = [threading.Thread(target=one, args=kinds[i % 3])
               for i in range(15)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return n[0]


def viewers(target):
    request = urllib.request.Request(target.url + "/metrics",
                                     headers=target.keys[4])
    with urllib.request.urlopen(request, timeout=20) as r:
        return int(re.search(rb"\npitbox_whep_viewers (\d+)", r.read()).group(1))


def hung_offers(target, stop):
    """As many viewers as there may be, none of which ever connects; one key
    gets half of the places, however often it asks."""
    def offer(key):
        lines = [f"{k}: {v}" for k, v in key.items()]
        code = target.ask(head(
            "POST", "/whep/car07", "Content-Type: application/sdp",
            f"Content-Length: {len(OFFER)}", *lines) + OFFER, 120)
        assert code in (201, 503, 429), code
        return code == 201
    taken = sum(offer(target.keys[3]) for _ in range(60))
    # And the one of who watches.
    assert 50 <= viewers(target) <= 51, viewers(target)
    while not stop.is_set():
        for key in target.keys[3:]:
            taken += offer(key)
    assert taken >= 99, taken
    return taken


def malformed_tls(target, stop):
    rng = random.Random(4)
    hello = client_hello()
    n = 0
    while not stop.is_set():
        data = bytearray(hello)
        if n % 4 == 0:
            data = bytearray(rng.randbytes(rng.randint(6, 600)))
        elif n % 4 == 1:
            for _ in range(8):
                data[rng.randrange(5, len(data))] = rng.randrange(256)
        elif n % 4 == 2:
            data = bytearray(b"\x16\x03\x01\xff\xff") + rng.randbytes(2000)
        try:
            with target.connect(130 + n % 20) as s:
                s.sendall(data)
                if n % 4 < 3:
                    s.shutdown(socket.SHUT_WR)
                    s.recv(4096)
        except OSError:
            pass  # cut off meanwhile
        n += 1
    return n


def tls_handshakes(target, stop):
    """Whole ones, which cost the server most; nothing after them."""
    c = ssl_context()
    n = 0
    while not stop.is_set():
        try:
            with c.wrap_socket(target.connect(150 + n % 20)):
                n += 1
        except OSError:
            pass
    return n


def srt_packet(kind, version, extension, cookie, sock, more=b""):
    """A handshake by hand (libsrt, docs/dev/handshake.md)."""
    return struct.pack(">16I", 0x80000000, 0, 0, 0, version, extension, 1234,
                       1500, 8192, kind & 0xffffffff, sock, cookie,
                       0x0100007f, 0, 0, 0) + more


def wrong_passphrases(target, stop):
    """Handshakes for a device that there is, with a key that nobody has: the
    first make the server derive one, then it does not even read them."""
    text = b"#!::r=car07,m=publish,u=pc1".ljust(28, b"\0")
    sid = b"".join(text[i:i + 4][::-1] for i in range(0, len(text), 4))
    km = struct.pack(">BHBIBBBBHBB", 0x12, 0x2029, 1, 0, 2, 0, 2, 0, 0, 4, 4) \
        + os.urandom(16 + 24)
    more = struct.pack(">HHIII", 1, 3, 0x010501, 0xbf, 200 << 16 | 200) \
        + struct.pack(">HH", 3, len(km) // 4) + km \
        + struct.pack(">HH", 5, len(sid) // 4) + sid
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.160", 0))
    s.connect(("127.0.0.1", target.srt_port))
    s.settimeout(0.2)
    codes = {}
    n = 0
    while not stop.is_set():
        n += 1
        try:
            s.send(srt_packet(1, 4, 2, 0, n))
            cookie = struct.unpack(">I", s.recv(2048)[44:48])[0]
            s.send(srt_packet(-1, 5, 2 << 16 | 7, cookie, n, more))
            kind = struct.unpack(">I", s.recv(2048)[36:40])[0]
            codes[kind - 1000] = codes.get(kind - 1000, 0) + 1
        except TimeoutError:
            codes["no answer"] = codes.get("no answer", 0) + 1
    # A slow machine has given some of them back.
    assert 15 <= codes[10] <= 60 and 50 < codes[1429] < 300, codes
    assert codes["no answer"] > 0, codes
    return n


ATTACKS = (nothing, slow_loris, idle, giant_heads, deep_json, bombs,
           websocket_flood, hung_offers, wrong_passphrases)
ATTACKS_TLS = (nothing, malformed_tls, tls_handshakes)


def ssl_context():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Page:
    """Asks for the time on the control channel, and how long that takes."""

    def __init__(self, stack, cred):
        self.ws = connect(stack, cred, context=ssl_context())
        self.longest = 0
        self.error = None
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while not self.stop.wait(0.11):
                sent = time.monotonic_ns() // 1000
                self.ws.send({"type": "clock_request", "t1_us": sent})
                self.ws.receive("clock_reply")
                self.longest = max(self.longest,
                                   time.monotonic_ns() // 1000 - sent)
        except Exception as e:  # told at the end
            self.error = e

    def take(self):
        ms, self.longest = self.longest / 1000, 0
        assert self.error is None, self.error
        return ms

    def close(self):
        self.stop.set()
        self.thread.join()
        self.ws.close()


class Viewer:
    """watch-viewer, and what it said since the last mark()."""

    def __init__(self, stack, cred):
        self.samples = self.longest = 0
        lines = [part for pair in cred.items() for part in pair]
        self.process = subprocess.Popen(
            ["watch-viewer", stack.url + "/whep/car07", *lines], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        stack.wait(lambda: self.ask() > 60, "samples", 40)

    def mark(self):
        self.ask()
        self.began, self.longest = self.samples, 0

    def ask(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        self.samples, self.missing = said["samples"], said["missing"]
        self.longest = max(self.longest, said["longest_ms"])
        return self.samples

    def seen(self):
        return self.ask() - self.began

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


def memory_mb(stack, field):
    with open(f"/proc/{stack.server.pid}/status", encoding="utf-8") as f:
        return next(int(line.split()[1]) / 1000 for line in f
                    if line.startswith(field))


def at_work(attack, target, stop, results):
    os.nice(10)  # it would run on other machines
    try:
        results.put((attack(target, stop), None))
    except BaseException as e:
        results.put((0, repr(e)))


def under(stack, attack, target, page, viewer):
    """What viewer and page see while it runs."""
    stop, results = fork.Event(), fork.Queue()
    process = fork.Process(target=at_work, args=(attack, target, stop, results))
    viewer.mark()
    page.take()
    process.start()
    try:
        stop.wait(SECONDS)  # what is measured
        # However busy the machine is, the stream has gone on.
        stack.wait(lambda: viewer.seen() >= 60, "samples go on", 60)
        reply_ms = page.take()
    finally:
        stop.set()
    n, error = results.get(timeout=60)
    process.join()
    assert error is None, f"{attack.__name__}: {error}"
    print(f"{attack.__name__:17} {n:7} | viewer: {viewer.seen():4} samples, "
          f"longest without {viewer.longest:6.1f} ms | page: longest answer "
          f"{reply_ms:6.1f} ms | {memory_mb(stack, 'VmRSS'):3.0f} MB, "
          f"{count_files(stack)} descriptors", flush=True)


def too_many_units(stack, target, page, viewer, key):
    """A device that sends rows as fast as it can, and wants to come back."""
    publish(stack, "car08", "pc2", key, live=False)
    stack.server.wait_for("ends: more than 1000 telemetry units", 60)
    stack.server.wait_for(
        r"device pc2\) is refused: this device has sent more", 60)
    between = stack.server.err().split("ends: more than 1000", 1)[1]
    between = between.split("has sent more", 1)[0]
    assert "begins (device pc2)" not in between, between

    def unit_flood(target, stop):
        stop.wait()
        return 0
    under(stack, unit_flood, target, page, viewer)
    stack.processes[-1].stop()


def publish(stack, driver, device, key, live=True):
    stack.start("publisher-" + driver, [
        "gst-launch-1.0",
        *TELEMETRY.replace("true", str(live).lower()).split(), "pitboxsrtsink",
        "host=127.0.0.1", f"port={stack.srt_port}",
        f"streamid=#!::r={driver},m=publish,u={device}", f"passphrase={key}"])


def add_key(stack, name):
    return {"Authorization": "Bearer " + subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, "key", "add", name,
         "--scope", "read_live", "--print-passphrase"], check=True, timeout=30,
        capture_output=True, text=True).stdout.strip()}


def is_live(target, key):
    """Whether the last key of the administrator's is known, and rows come."""
    request = urllib.request.Request(
        target.url + "/api/v1/drivers/car07", headers=key)
    try:
        with urllib.request.urlopen(request, timeout=20,
                                    context=ssl_context()) as r:
            telemetry = json.loads(r.read())["telemetry"]
            return telemetry and telemetry["rate_hz"] > 50
    except OSError:
        return False


def run(attacks, *args):
    with Stack() as stack:
        with open(stack.path("password"), "w", encoding="utf-8") as f:
            f.write("a long password\n")
        first, second = (stack.add_driver(driver, device) for driver, device in (
            ("car07", "pc1"), ("car08", "pc2")))
        stack.start_server("--admin-password-file", stack.path("password"),
                           *args)
        # The first of the viewer and the page, the others of those who attack.
        keys = [add_key(stack, f"k{i}") for i in range(5)]
        target = Target(stack, keys)
        publish(stack, "car07", "pc1", first)
        stack.wait(lambda: is_live(target, keys[-1]), "rows", 60)
        viewer = Viewer(stack, keys[0])
        page = Page(stack, keys[0])
        before = memory_mb(stack, "VmRSS")
        for attack in attacks:
            under(stack, attack, target, page, viewer)
        if not args:
            too_many_units(stack, target, page, viewer, second)
        viewer.mark()
        peak = memory_mb(stack, "VmHWM")
        print(f"{before:.0f} MB before, {peak:.0f} MB at most; "
              f"{viewer.missing} of {viewer.samples} samples missing")
        assert peak < before + RSS_MAX_MB, peak
        page.close()
        viewer.close()
        log = stack.server.err()
        for word in ("CRITICAL", "error:", "Sanitizer", "assertion"):
            assert word not in log, log[-3000:]
        assert stack.server.stop(timeout=30) == 0


if __name__ == "__main__":
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < SOCKETS + 200:
        print(f"{hard} descriptors may be had: not {SOCKETS} idle sockets")
    run(ATTACKS)
    run(ATTACKS_TLS, "--tls-self-signed")
    sys.exit(0)
