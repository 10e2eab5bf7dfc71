#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients of the HTTP port that mean ill: one byte a second on many sockets,
pipelines without end, odd bodies, offers that never connect, readers that do not
read. Others are answered meanwhile, the driver stays live, and nothing is left
behind."""
import json
import os
import random
import socket
import statistics
import sys
import threading
import time

from pitbox import Stack, need

need("gst-launch-1.0")

TELEMETRY = ("telemetrytestsrc is-live=true ! telemetryenc ! "
             "mpegtsmux alignment=0 ! ")
OFFER = """v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:Xy12
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 0A:1B:2C:3D:4E:5F:60:71:82:93:A4:B5:C6:D7:E8:F9:\
00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF
a=setup:actpass
a=mid:0
a=sctp-port:5000
""".replace("\n", "\r\n").encode()


def port(stack):
    return int(stack.url.rsplit(":", 1)[1])


def connect(stack, timeout=10):
    return socket.create_connection(("127.0.0.1", port(stack)), timeout)


def head(method, path, *more):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *more, "", ""]
    return "\r\n".join(lines).encode()


def ask(stack, data, timeout=10):
    """All that comes back; b"" where the connection was cut."""
    answer = b""
    with connect(stack, timeout) as s:
        try:
            s.sendall(data)
            while True:
                part = s.recv(65536)
                if not part:
                    return answer
                answer += part
        except ConnectionError:
            return answer


def post(stack, body, *more, path="/whep/car07", kind="application/sdp"):
    return ask(stack, head("POST", path, f"Content-Type: {kind}",
                           f"Content-Length: {len(body)}", *more) + body)


def status(answer):
    return int(answer.split()[1]) if answer[:5] == b"HTTP/" else 0


def count_files(stack):
    return len(os.listdir(f"/proc/{stack.server.pid}/fd"))


def rss_mb(stack):
    with open(f"/proc/{stack.server.pid}/statm", encoding="utf-8") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def others(stack, seconds, bound_s):
    """What everybody else notices meanwhile."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        live = stack.get("/api/v1/drivers/car07/live")
        times.append(time.monotonic() - began)
        assert live["age_ms"] < 2000, live
        time.sleep(0.02)
    assert stack.state("car07") == "live"
    assert max(times) < bound_s, f"{max(times):.3f} s for an answer"
    return (f"{len(times)} answers, median "
            f"{1000 * statistics.median(times):.1f} ms, "
            f"longest {1000 * max(times):.0f} ms")


def send_byte(sockets):
    """One to each; who has been cut off leaves the list."""
    for s in list(sockets):
        try:
            s.send(b"x")
        except OSError:
            s.close()
            sockets.remove(s)


def drip(stack, stop):
    """Half of them never end a head, half a body: a byte a second each."""
    sockets = []
    while not stop.is_set():
        while len(sockets) < 400:
            s = connect(stack)
            s.sendall(head("POST", "/whep/car07", "Content-Length: 60000")
                      if len(sockets) % 2 else b"GET / HTTP/1.1\r\n")
            sockets.append(s)
        send_byte(sockets)
        stop.wait(1)
    for s in sockets:
        s.close()


def pipeline(stack, stop):
    """Thousands of requests in one go, and more than a head behind them."""
    block = (head("GET", "/api/v1/drivers") * 500
             + head("POST", "/whep/car07", "Content-Type: application/sdp",
                    f"Content-Length: {len(OFFER)}") + OFFER) * 4
    while not stop.is_set():
        try:
            ask(stack, block)
        except OSError:
            pass


def no_reader(stack, stop):
    """Asks for what is large and reads none of it."""
    sockets = []
    while not stop.is_set():
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        try:
            s.connect(("127.0.0.1", port(stack)))
            s.sendall(head("GET", "/api/v1/openapi.json"))
        except OSError:
            s.close()
            continue
        sockets.append(s)
        if len(sockets) > 300:
            sockets.pop(0).close()
        time.sleep(0.005)
    for s in sockets:
        s.close()


def under(stack, attack, n=1, seconds=5, bound_s=2.0):
    stop = threading.Event()
    threads = [threading.Thread(target=attack, args=(stack, stop))
               for _ in range(n)]
    for t in threads:
        t.start()
    try:
        print(f"{attack.__name__}: {others(stack, seconds, bound_s)}; "
              f"{count_files(stack)} descriptors, {rss_mb(stack):.0f} MB")
    finally:
        stop.set()
        for t in threads:
            t.join()


ODD_BODIES = (
    (b"", 400), (b"\0", 400), (b"\r\n" * 30000, 400), (b"\xff" * 60000, 400),
    (b"v=0\r\n" * 12000, 400), (OFFER[:-30], 400),
    (OFFER.replace(b"\r\n", b"\n"), 201), (OFFER.replace(b"v=0", b"v=9"), 400),
    (OFFER.replace(b"sha-256 ", b"sha-256 " + b"AA:" * 20000), 400),
    (OFFER.replace(b"Xy12", b"x" * 50000), 400),
    (OFFER.replace(b"Xy12", b"../\0/"), 400),
    (OFFER.replace(b"sctp-port:5000", b"sctp-port:99999999999999999999"), 400),
    (OFFER + b"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" * 900, 400),
    (OFFER + b"a=candidate:" + b"9 " * 20000 + b"\r\n", 201),
)


def test_odd_bodies(stack):
    """Refused in words, or taken while there is a place."""
    taken, refused = (201, 503), (400, 406)
    for body, wanted in ODD_BODIES:
        answer = post(stack, body)
        assert status(answer) in (taken if wanted == 201 else refused), (
            body[:60], answer[:300])
        if status(answer) != 201:
            text = answer.partition(b"\r\n\r\n")[2]
            assert json.loads(text)["detail"], answer
    rand = random.Random(7)
    for _ in range(300):
        body = bytearray(OFFER)
        for _ in range(rand.randrange(1, 6)):
            body[rand.randrange(len(body))] = rand.randrange(256)
        assert status(post(stack, bytes(body))) in taken + refused, body
    for kind, wanted in (("application/sdp; charset=utf-8", taken),
                         ("text/plain", (415,)), ("application/sdpx", (415,)),
                         ("", (415,)), (";;;===", (415,))):
        assert status(post(stack, OFFER, kind=kind)) in wanted, kind
    assert status(post(stack, OFFER, path="/whep/car07/x")) == 405
    # Not of use to anybody: whatever is said, it is said, or cut.
    for more in ("Content-Encoding: gzip", "Expect: 100-continue",
                 "Transfer-Encoding: gzip", "Keep-Alive: max=1000"):
        post(stack, OFFER, more)


def test_resets(stack):
    """Whoever asks and is gone at once leaves nothing behind, not a word."""
    for path in ("/healthz", "/api/v1/drivers/car07/rows") * 200:
        s = socket.create_connection(("127.0.0.1", port(stack)), 10)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     b"\1\0\0\0\0\0\0\0")
        s.sendall(head("GET", path))
        s.close()


def test_upgrades(stack):
    """There is no WebSocket here, whatever is asked for."""
    for path in ("/", "/api/v1/drivers", "/whep/car07"):
        for upgrade in ("websocket", "h2c", "websocket, h2c", "x" * 9000):
            answer = ask(stack, head(
                "GET", path, "Connection: Upgrade", f"Upgrade: {upgrade}",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13") + b"\x81\xfe" + b"x" * 5000)
            assert status(answer) != 101, (path, upgrade, answer[:200])


def test_offers_that_never_connect(stack):
    """They hold a place only as long as nobody else wants it."""
    stack.wait(lambda: b"\npitbox_whep_viewers 0" in
               ask(stack, head("GET", "/metrics")), "no viewers", 30)
    first = post(stack, OFFER)
    assert status(first) == 201, first
    while status(post(stack, OFFER)) == 201:
        pass
    stack.wait(lambda: status(post(stack, OFFER)) == 201, "a place", 3)
    where = next(l for l in first.decode().splitlines()
                 if l.startswith("Location: ")).split()[1]
    assert status(ask(stack, head("DELETE", where))) == 404, where


def test_share(stack):
    """One address does not take the others' places, however many it wants."""
    with socket.create_connection(("127.0.0.1", port(stack)), 10,
                                  ("127.0.0.2", 0)) as first:
        first.sendall(b"GET /healthz HTTP/1.1\r\n")
        idle = [socket.create_connection(("127.0.0.1", port(stack)), 10,
                                         ("127.0.0.9", 0)) for _ in range(300)]
        # The last of them has been accepted, so all before it were.
        idle[-1].sendall(head("GET", "/healthz"))
        assert idle[-1].recv(12) == b"HTTP/1.1 200"
        first.sendall(b"Host: localhost\r\n\r\n")
        assert first.recv(12) == b"HTTP/1.1 200"
        for s in idle:
            s.close()


def main():
    with Stack() as stack:
        key = stack.add_driver("car07", "pc1")
        stack.start_server("--max-viewers", "8")
        stack.start("publisher", [
            "gst-launch-1.0", *TELEMETRY.split(), "pitboxsrtsink",
            "host=127.0.0.1", f"port={stack.srt_port}",
            "streamid=#!::r=car07,m=publish,u=pc1", f"passphrase={key}"])
        stack.wait(lambda: stack.state("car07") == "live", "car07 is live", 30)
        stack.wait(lambda: stack.driver("car07")["telemetry"]["rate_hz"] > 50,
                   "rows")
        files, before = count_files(stack), rss_mb(stack)
        print(f"alone: {others(stack, 2, 2)}; {files} descriptors, "
              f"{before:.0f} MB")
        under(stack, drip, seconds=6)
        under(stack, pipeline, n=4)
        under(stack, no_reader)
        test_share(stack)
        test_resets(stack)
        test_upgrades(stack)
        test_odd_bodies(stack)
        test_offers_that_never_connect(stack)
        stack.wait(lambda: count_files(stack) <= files + 5,
                   "all descriptors are given back", 25)
        after = rss_mb(stack)
        print(f"{before:.0f} MB before, {after:.0f} MB after")
        assert after < before + 64, after
        log = stack.server.err()
        for word in ("CRITICAL", "error:", "Sanitizer", "assertion"):
            assert word not in log, log[-3000:]
        assert len(log.splitlines()) < 50, log[-3000:]
        assert stack.server.stop(timeout=30) == 0
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
