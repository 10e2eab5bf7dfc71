#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pitbox-server against real SRT publishers: it records, answers, refuses in
words, ends a broken stream alone, and loses nothing but the last second when
it is killed."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from openapi import Document
from pitbox import Stack, need

need("gst-launch-1.0", "ffprobe")

TELEMETRY = ("telemetrytestsrc is-live=true ! telemetryenc ! mux. "
             "mpegtsmux name=mux alignment=0 ! ")
BOTH = ("telemetrytestsrc is-live=true ! tee name=t ! queue ! telemetryenc ! mux. "
        "t. ! queue ! telemetryscene ! video/x-raw,width=320,height=180 ! "
        "videoconvert ! x264enc tune=zerolatency speed-preset=ultrafast "
        "bitrate=500 key-int-max=60 ! h264parse ! "
        "mpegtsmux name=mux alignment=0 ! ")


def publish(stack, name, graph, driver, device, key, *more):
    """gst-launch as a driver; pitboxsrtsink says on the bus why it is refused."""
    return stack.start(name, [
        "gst-launch-1.0", "-e", "-m", *graph.split(),
        "pitboxsrtsink", "host=127.0.0.1", f"port={stack.srt_port}",
        f"streamid=#!::r={driver},m=publish,u={device}",
        f"passphrase={key}", *more])


def probe(path):
    """Streams and packet times as ffprobe reads them; fails on any error."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries",
         "packet=codec_type,pts_time:stream=codec_type,codec_name",
         "-of", "csv=p=0", path], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def segment_files(stack, driver, session):
    folder = os.path.join(stack.data, "recordings", driver, session)
    return [os.path.join(folder, f) for f in sorted(os.listdir(folder))]


def request(stack, method, path, body=None, headers=None):
    r = urllib.request.Request(stack.url + path, data=body, method=method,
                               headers=headers or {})
    try:
        with urllib.request.urlopen(r, timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as e:
        return e.code, dict(e.headers), e.read()


def test_refusals(stack, good):
    """Wrong passphrase and unknown device: words on both sides, and the stream
    that runs goes on."""
    before = stack.get("/api/v1/drivers/car07/live")["tick"]
    wrong = publish(stack, "wrong", TELEMETRY, "car08", "pc2", "x" * 20,
                    "reconnect=false")
    unknown = publish(stack, "unknown", TELEMETRY, "car07", "nobody", "x" * 20,
                      "reconnect=false")
    wrong.wait_for(r"ERROR.*passphrase")
    unknown.wait_for(r"ERROR.*does not know this device")
    stack.server.wait_for(r"device nobody\) is refused: ")
    stack.server.wait_for(r"device pc2\) is refused: .*passphrase")
    for p in (wrong, unknown):
        p.kill()
    assert good.alive()
    stack.wait(lambda: stack.get("/api/v1/drivers/car07/live")["tick"]
               > before + 30, "the good stream goes on")


def test_garbage(stack, key):
    """What is no TS ends its own session, with a reason; others go on."""
    path = stack.path("garbage")
    with open(path, "wb") as f:
        f.write(bytes((i * 7 + i // 256) & 0x3f for i in range(2_000_000)))
    # Paced like a stream, so that the server sees all of it.
    p = publish(stack, "garbage",
                f"filesrc location={path} blocksize=1316 ! "
                "identity sleep-time=2000 !",
                "car08", "pc2", key, "reconnect=false")
    stack.server.wait_for(r"driver car08: .* ends: the bytes are not MPEG-TS", 30)
    p.stop(signal.SIGKILL)
    assert stack.state("car07") == "live"
    reason = stack.wait(
        lambda: stack.get("/api/v1/sessions?driver=car08")["sessions"][0]["end_reason"],
        "the session's end")
    assert "not MPEG-TS" in reason, reason


def test_http(stack):
    """Statuses, headers, limits."""
    assert stack.get("/healthz")["status"] == "ok"
    for path in ("/api/v1/nothing", "/api/v1/drivers/nobody", "/nothing",
                 "/api/v1/drivers/", "/../etc/passwd", "/%2e%2e/x",
                 "/api/v1/drivers/car07/laps/99/trace", "/whep/nobody",
                 "/api/v1/sessions/nothing"):
        status, _, body = request(stack, "GET", path)
        assert status == 404, f"{path}: {status}"
        problem = json.loads(body)
        assert problem["status"] == status and problem["detail"], f"{path}: {body}"
    assert request(stack, "GET", "/api/v1/sessions?limit=0")[0] == 400
    assert request(stack, "GET", "/api/v1/drivers/car07/laps/x/trace")[0] == 400
    assert request(stack, "POST", "/api/v1/drivers", b"")[0] == 405
    assert request(stack, "POST", "/whep/car07", b"x" * 100_000)[0] == 413
    assert request(stack, "GET", "/healthz", headers={"Host": "evil.example"})[0] == 403
    status, headers, _ = request(stack, "GET", "/api/v1/drivers")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["Content-Type"] == "application/json"
    metrics = stack.get("/metrics")
    for name in ("pitbox_driver_live", "pitbox_rows_total",
                 "pitbox_received_bits_per_second", "process_open_fds"):
        assert re.search(rf"^{name}\b", metrics, re.M), f"no {name}"
    assert re.search(r'pitbox_driver_live{driver="car07"} 1', metrics), metrics


def test_openapi(stack):
    """Every address that can be read answers as the document says, for what is
    there and for what is not."""
    doc = Document(request(stack, "GET", "/api/v1/openapi.json")[2])
    session = stack.driver("car07")["session_id"]
    values = {"driver": "car07", "session": session, "lap": "1"}
    n = 0
    for path, methods in doc.doc["paths"].items():
        if "get" not in methods:
            continue
        for there in (True, False):
            url = path
            for name, value in values.items():
                url = url.replace("{" + name + "}", value if there else "0")
            status, headers, body = request(stack, "GET", url)
            # Nobody has an account here, no device asks, nor one that wants
            # to be; and this is no WebSocket.
            want = {"/api/v1/auth/logins": 403, "/api/v1/device/self": 403,
                    "/api/v1/control": 426, "/api/v1/units": 426,
                    "/api/v1/pairing": 401}.get(path, 200)
            assert there is False or "{lap}" in path or status == want, (url, status)
            doc.check_answer(path, "get", status, headers["Content-Type"], body)
            n += 1
    for query in ("limit=0", "limit=x", "before_utc_ms=-1", "driver=car07&limit=1"):
        status, headers, body = request(stack, "GET", "/api/v1/sessions?" + query)
        doc.check_answer("/api/v1/sessions", "get", status,
                         headers["Content-Type"], body)
    print(f"openapi: {n} addresses answer as it says")


def test_no_leaking_sockets(stack):
    """Replies end their connection: nothing stays in CLOSE_WAIT."""
    def fds():
        return len(os.listdir(f"/proc/{stack.server.pid}/fd"))
    before = fds()
    for _ in range(30):
        with socket.create_connection(
                ("127.0.0.1", int(stack.url.rsplit(":", 1)[1]))) as s:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while s.recv(4096):
                pass
    stack.wait(lambda: fds() <= before + 3, "sockets are closed")


def test_endless_requests(stack):
    """Clients that never end their request do not pile up, and nobody else
    waits for them: the newest is answered, the oldest are let go."""
    port = int(stack.url.rsplit(":", 1)[1])
    sockets = [socket.create_connection(("127.0.0.1", port), timeout=30)
               for _ in range(400)]
    for s in sockets:
        s.sendall(b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Length: 60000\r\n\r\nx")
    assert stack.get("/healthz")["status"] == "ok"

    def open_fds():
        return len(os.listdir(f"/proc/{stack.server.pid}/fd"))
    stack.wait(lambda: open_fds() < 330, "the oldest are let go", 5)
    stack.wait(lambda: open_fds() < 100, "silent ones end", 25)
    for s in sockets:
        s.close()


ODD_REQUESTS = (
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: 9999999999\r\n\r\n", 413),
    (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: 65537\r\n\r\n", 413),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: 99999999999999999999999\r\n\r\n", 413),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: -5\r\n\r\nabc", 400),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: +5\r\n\r\nabcde", 400),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: abc\r\n\r\nabc", 400),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", 400),
    (b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"GET /healthz\r\n\r\n", 400),
    (b"\x00\x01\x02 hello\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET /api/v1/drivers/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET /assets/..%2f..%2fetc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
     400),
    (b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    (b"OPTIONS /api/v1/drivers HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    (b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 33000
     + b"\r\n\r\n", 431),
    (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 30000
     + b"\r\n", 431),
    (b"GET /" + b"a" * 33000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
    (b"a" * 500000, 431),
    (b"PUT /api/v1/drivers HTTP/1.1\r\nHost: localhost\r\n"
     b"Content-Length: 0\r\n\r\n", 405),
    (b"GET /healthz HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
)


def test_odd_requests(stack):
    """What is no request is told so at once, in our own words; HEAD has no
    body; heads without end are cut off."""
    port = int(stack.url.rsplit(":", 1)[1])

    def ask(data):
        with socket.create_connection(("127.0.0.1", port), timeout=12) as s:
            s.sendall(data)
            answer = b""
            while True:
                part = s.recv(65536)
                if not part:
                    return answer
                answer += part

    for data, wanted in ODD_REQUESTS:
        began = time.monotonic()
        head, _, body = ask(data).partition(b"\r\n\r\n")
        assert head.split()[1:2] == [str(wanted).encode()], (data[:90], head)
        problem = json.loads(body)
        assert b"application/problem+json" in head, (data[:90], head)
        # What SoupServer cannot read it answers by itself, before it is known
        # which of the two it is: a version that it does not speak has 505.
        assert problem["status"] == (400 if wanted == 505 else wanted), (
            data[:90], body)
        assert problem["detail"], (data[:90], body)
        # At once, and not when its 15 s for a request are over.
        assert time.monotonic() - began < 10, f"{data[:90]} took long"
    head, _, body = ask(b"HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        ).partition(b"\r\n\r\n")
    assert b" 200 " in head and body == b"", (head, body)
    # A head just below the limit is read.
    assert b" 200 " in ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: "
                           + b"a" * 32700 + b"\r\n\r\n")[:20]
    assert stack.get("/healthz")["status"] == "ok"


def test_chunked_limit(stack):
    """A body without a length is cut off at the limit, too."""
    with socket.create_connection(
            ("127.0.0.1", int(stack.url.rsplit(":", 1)[1])), timeout=10) as s:
        s.sendall(b"POST /whep/car07 HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Type: application/sdp\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(400):
                s.sendall(b"2000\r\n" + b"x" * 0x2000 + b"\r\n")
        except OSError:
            return
        s.sendall(b"0\r\n\r\n")
        answer = s.recv(4096)
        assert b" 413 " in answer or answer == b"", answer


def test_reconnect(stack, key):
    """The same device again: the same driver, a new session, no gap for the
    page; the old session says why it ended."""
    first = stack.driver("car07")["session_id"]
    second = publish(stack, "again", BOTH, "car07", "pc1", key)
    stack.wait(lambda: stack.driver("car07")["session_id"] not in (None, first),
               "the new session")
    old = stack.wait(
        lambda: (s := stack.get(f"/api/v1/sessions/{first}"))["ended_utc_ms"] and s,
        "the old session's end")
    assert old["end_reason"], old
    return second


def test_kill(stack, key):
    """kill -9 while it records: file, index and ffprobe have all but the last
    second; a restart goes on."""
    session = stack.driver("car07")["session_id"]
    stack.wait(lambda: (d := stack.driver("car07"))["session_id"] == session
               and d["recording"]["seconds"] > 13, "13 s recorded", 40)
    alive_utc_ms = stack.get("/api/v1/time")["utc_us"] / 1000
    stack.server.kill()

    stack.start_server(name="server2")
    stack.server.wait_for(r"still open")
    info = stack.get(f"/api/v1/sessions/{session}")
    assert "while it was recording" in info["end_reason"], info
    lag_ms = alive_utc_ms - info["segments"][-1]["end_utc_ms"]
    # Within a second, plus what a busy machine's sender is late by itself.
    assert lag_ms < 3000, f"the index ends {lag_ms} ms before the kill"
    assert len(info["segments"]) >= 2, info
    files = segment_files(stack, "car07", session)
    assert len(files) == len(info["segments"])
    seconds = 0
    for path, segment in zip(files, info["segments"]):
        assert os.path.getsize(path) == segment["bytes"], (path, segment)
        lines = probe(path)
        assert any(l.startswith("h264,video") for l in lines), lines[-5:]
        times = [float(l.split(",")[1]) for l in lines
                 if l.startswith("video,") and l.split(",")[1] != "N/A"]
        data = [l for l in lines if l.startswith("data,")]
        assert len(data) > 30 * (times[-1] - times[0]), "telemetry is missing"
        seconds += times[-1] - times[0]
        indexed = (segment["end_pts"] - segment["start_pts"]) / 90000
        assert abs(times[-1] - times[0] - indexed) < 0.3, (times[-1] - times[0], indexed)
    print(f"kill -9: {len(files)} segments, {seconds:.1f} s readable, index "
          f"ends {lag_ms:.0f} ms before the kill")

    # The publisher of before comes back by itself.
    stack.wait(lambda: stack.state("car07") == "live", "the driver is back", 30)
    assert stack.driver("car07")["session_id"] != session


def test_stop(stack):
    """SIGTERM closes the recordings."""
    session = stack.driver("car07")["session_id"]
    assert stack.server.stop() == 0
    stack.start_server(name="server3")
    assert "still open" not in stack.server.err()
    info = stack.get(f"/api/v1/sessions/{session}")
    assert info["ended_utc_ms"] and all(s["closed"] for s in info["segments"]), info


def test_bind(stack):
    """No open port without accounts and without TLS or a word that it may be
    so; with an account, nothing without it."""
    def refused(folder, *options):
        done = subprocess.run(
            ["pitbox-server", "--data-dir", stack.path(folder), "--bind",
             "0.0.0.0", "--http-port", "0", "--srt-port", "0", *options],
            capture_output=True, text=True, timeout=20)
        assert done.returncode == 1, done
        return done.stderr
    password = stack.path("password")
    with open(password, "w", encoding="utf-8") as f:
        f.write("correct horse battery\n")
    assert "--admin-password-file" in refused("other")
    assert "--admin-password-file" in refused("other", "--insecure-lan")
    assert "--insecure-lan" in refused("other", "--admin-password-file",
                                       password)
    with Stack() as other:
        other.start_server("--admin-password-file", password)
        assert request(other, "GET", "/healthz")[0] == 200
        viewers = socket.socket(type=socket.SOCK_DGRAM)
        viewers.bind(("127.0.0.1", 0))
        ports = {"--http-port": other.url.rsplit(":", 1)[1],
                 "--srt-port": str(other.srt_port),
                 "--webrtc-port": str(viewers.getsockname()[1])}
        for taken in ports:
            done = subprocess.run(
                ["pitbox-server", "--data-dir", stack.path("taken"),
                 *(w for o, n in ports.items()
                   for w in (o, n if o == taken else "0"))],
                capture_output=True, text=True, timeout=20)
            assert done.returncode == 1, done
            for word in (taken, "127.0.0.1", ports[taken]):
                assert word in done.stderr, (word, done)
        viewers.close()
        for path in ("/metrics", "/api/v1/drivers", "/api/v1/auth/me"):
            status, headers, _ = request(other, "GET", path)
            assert status == 401 and "Bearer" in headers["WWW-Authenticate"]
        assert request(other, "POST", "/whep/x", b"")[0] == 401

        def log_in(word):
            return request(other, "POST", "/api/v1/auth/login", json.dumps(
                {"login": "admin", "password": word}).encode(),
                {"Content-Type": "application/json"})
        assert log_in("correct horse batterz")[0] == 401
        status, headers, _ = log_in("correct horse battery")
        assert status == 200
        cookie = headers["Set-Cookie"].split(";")[0]
        assert request(other, "GET", "/api/v1/drivers",
                       headers={"Cookie": cookie})[0] == 200
        assert "battery" not in other.server.err()
        # A restart with the same file ends nobody's login.
        other.server.stop()
        other.start_server("--admin-password-file", password, name="again")
        assert request(other, "GET", "/api/v1/drivers",
                       headers={"Cookie": cookie})[0] == 200


def test_device_commands(stack, keys):
    """A device added or removed beside the running server counts at once."""
    new = stack.add_driver("car09", "pc3")
    stack.wait(lambda: stack.state("car09") is not None, "the new driver", 10)
    p = publish(stack, "car09", TELEMETRY, "car09", "pc3", new)
    stack.wait(lambda: stack.state("car09") == "live", "the new driver live")
    driver = stack.driver("car09")
    assert driver["mode"] == "telemetry" and driver["video"] is None, driver
    subprocess.run(["pitbox-server", "--data-dir", stack.data, "device",
                    "remove", "pc3"], check=True)
    stack.wait(lambda: stack.state("car09") != "live", "the device is out", 10)
    p.stop(signal.SIGKILL)
    for key in keys + [new]:
        assert key not in stack.server.err(), "a passphrase is in the log"


def main():
    with Stack() as stack:
        key1 = stack.add_driver("car07", "pc1")
        key2 = stack.add_driver("car08", "pc2")
        stack.start_server()
        # Would take its place back in test_reconnect.
        car07 = publish(stack, "car07", BOTH, "car07", "pc1", key1,
                        "reconnect=false")
        stack.wait(lambda: stack.state("car07") == "live", "car07 is live", 30)
        stack.wait(lambda: stack.driver("car07")["video"], "car07's picture", 20)
        stack.wait(lambda: stack.driver("car07")["telemetry"]["rate_hz"] > 50,
                   "car07's rows")
        info = stack.get("/api/v1/drivers/car07/session-info")
        assert info["player_car_idx"] is not None and info["drivers"], info
        live = stack.get("/api/v1/drivers/car07/live")
        assert live["values"]["speed_mps"] >= 0 and "gear" in live["values"]
        race = stack.driver("car07")["race"]
        assert race["lap"] >= 0 and race["on_pit_road"] in (True, False), race
        schema = stack.get("/api/v1/drivers/car07/schema")
        assert schema["schema_id"] == live["schema_id"]
        test_refusals(stack, car07)
        test_garbage(stack, key2)
        test_http(stack)
        test_openapi(stack)
        test_no_leaking_sockets(stack)
        test_endless_requests(stack)
        test_chunked_limit(stack)
        test_odd_requests(stack)
        test_device_commands(stack, [key1, key2])
        again = test_reconnect(stack, key1)
        car07.stop(signal.SIGKILL)
        test_kill(stack, key1)
        test_stop(stack)
        again.stop(signal.SIGKILL)
        test_bind(stack)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
