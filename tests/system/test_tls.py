#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""HTTPS in the process: versions, certificates that change under load, clients
that never finish a handshake or send no TLS at all, and what the network may
see of a server."""
import hashlib
import json
import os
import random
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.request
import warnings

from pitbox import Stack, need

need("openssl", "curl")


def make_certificate(stack, name):
    """Files of a fresh certificate for 127.0.0.1, and its fingerprint."""
    pem, key = stack.path(name + ".pem"), stack.path(name + ".key")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
         "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", key, "-out", pem], check=True, capture_output=True)
    return pem, key, fingerprint(pem)


def fingerprint(pem):
    with open(pem, encoding="utf-8") as f:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(f.read())).hexdigest()


def install(stack, files, into):
    for source, target in zip(files[:2], into[:2]):
        with open(source, "rb") as f:
            data = f.read()
        with open(stack.path("new"), "wb") as f:
            f.write(data)
        os.replace(stack.path("new"), target)


def port(stack):
    return int(stack.url.rsplit(":", 1)[1])


def context(cafile=None):
    c = ssl.create_default_context(cafile=cafile)
    if not cafile:
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
    return c


def connect(stack, timeout=10):
    return socket.create_connection(("127.0.0.1", port(stack)), timeout)


def shown(stack):
    """Fingerprint of the certificate that a new connection gets."""
    with context().wrap_socket(connect(stack)) as s:
        return hashlib.sha256(s.getpeercert(True)).hexdigest()


def read_all(s):
    data = b""
    try:
        while True:
            part = s.recv(65536)
            if not part:
                return data
            data += part
    except ConnectionError:
        return data


def ask(stack, path="/healthz", c=None):
    with (c or context()).wrap_socket(
            connect(stack), server_hostname="127.0.0.1") as s:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head, _, body = read_all(s).partition(b"\r\n\r\n")
    return head.decode(), body


def versions(stack, pem):
    # Python warns of the versions that are to be refused.
    warnings.simplefilter("ignore", DeprecationWarning)
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        c = context()
        c.set_ciphers("ALL:@SECLEVEL=0")
        c.minimum_version = ssl.TLSVersion.TLSv1
        c.maximum_version = version
        try:
            ask(stack, c=c)
        except ssl.SSLError as e:
            assert "PROTOCOL_VERSION" in e.reason, e
        else:
            raise AssertionError(f"{version} was taken")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        c = context(pem)
        c.minimum_version = c.maximum_version = version
        head, body = ask(stack, c=c)
        assert head.startswith("HTTP/1.1 200"), head
        assert "Strict-Transport-Security: max-age=31536000" in head, head
        assert json.loads(body)["status"] == "ok"
    for option, wanted in (("-tls1_1", False), ("-tls1_2", True),
                           ("-tls1_3", True)):
        done = subprocess.run(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{port(stack)}",
             option, "-cipher", "ALL:@SECLEVEL=0", "-CAfile", pem,
             "-verify_return_error"],
            input=b"", capture_output=True, timeout=20, check=False)
        assert (done.returncode == 0) == wanted, (option, done.stderr)
    # Neither CBC nor a key exchange without forward secrecy.
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{port(stack)}",
         "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:AES128-GCM-SHA256"],
        input=b"", capture_output=True, timeout=20, check=False)
    assert done.returncode != 0, done.stdout
    done = subprocess.run(
        ["curl", "-sS", "--cacert", pem, stack.url + "/healthz"],
        capture_output=True, timeout=20, check=True)
    assert json.loads(done.stdout)["status"] == "ok", done
    print("TLS 1.0 and 1.1 refused, 1.2 and 1.3 taken; curl, openssl, Python")


def large(stack):
    """More than a record, and more than a socket takes at once."""
    head, body = ask(stack, "/api/v1/openapi.json")
    assert f"Content-Length: {len(body)}" in head, head
    json.loads(body)
    with context().wrap_socket(connect(stack)) as s:
        s.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 40000 + b"\r\n\r\n")
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 431"), answer[:200]
    with context().wrap_socket(connect(stack)) as s:
        s.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                  b"Content-Length: 99999999\r\n\r\n")
        answer = read_all(s)
    assert answer.startswith(b"HTTP/1.1 413"), answer[:200]


def plain(stack):
    began = time.monotonic()
    for method in (b"GET", b"POST"):
        with connect(stack) as s:
            s.sendall(method + b" / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = read_all(s)
        assert answer.startswith(b"HTTP/1.1 400"), answer
        assert b"https://" in answer, answer
    assert time.monotonic() - began < 3


def malformed(stack):
    """Each is closed at once, and nothing is left of it."""
    rng = random.Random(4)
    hello = client_hello()
    began = time.monotonic()
    for i in range(150):
        data = bytearray(hello)
        if i % 3 == 0:
            data = bytearray(rng.randbytes(rng.randint(6, 600)))
        elif i % 3 == 1:
            for _ in range(8):
                data[rng.randrange(5, len(data))] = rng.randrange(256)
            data += rng.randbytes(300)
        else:
            data = bytearray(b"\x16\x03\x01\xff\xff") + rng.randbytes(2000)
        with connect(stack) as s:
            try:
                s.sendall(data)
                s.shutdown(socket.SHUT_WR)
                read_all(s)
            except OSError:
                pass  # cut off meanwhile
    seconds = time.monotonic() - began
    assert seconds < 20, seconds
    print(f"150 malformed handshakes ended in {seconds:.1f} s")


def client_hello():
    out = ssl.MemoryBIO()
    try:
        context().wrap_bio(ssl.MemoryBIO(), out).do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def half_open(stack):
    """More of them than a pool of threads has; others notice nothing."""
    hello = client_hello()
    sockets = []
    for i in range(120):
        s = connect(stack)
        s.sendall((b"", hello[:40], hello)[i % 3])
        sockets.append(s)
    opened = time.monotonic()
    times = []
    while time.monotonic() - opened < 2:
        began = time.monotonic()
        ask(stack)
        times.append(time.monotonic() - began)
    # None of them waits for a handshake to be given up.
    assert max(times) < 4, max(times)
    for s in sockets:
        s.settimeout(15)
        read_all(s)
        s.close()
    seconds = time.monotonic() - opened
    assert 3 < seconds < 9, seconds
    print(f"120 half-open handshakes gone after {seconds:.1f} s; "
          f"{len(times)} others answered, longest {1000 * max(times):.0f} ms")


def reload_under_load(stack, files):
    failures, count = [], [0]
    stop = threading.Event()

    def load():
        while not stop.is_set():
            try:
                head, _ = ask(stack)
                assert head.startswith("HTTP/1.1 200"), head
                count[0] += 1
            except (OSError, AssertionError) as e:
                failures.append(repr(e))

    threads = [threading.Thread(target=load) for _ in range(3)]
    for t in threads:
        t.start()
    # Begun with the old certificate, ended after two new ones.
    old = context().wrap_socket(connect(stack, 30))
    old.sendall(b"GET /healthz HTTP/1.1\r\n")
    try:
        for name in ("second", "third"):
            fresh = make_certificate(stack, name)
            install(stack, fresh, files)
            if name == "third":
                stack.server.popen.send_signal(signal.SIGHUP)
            stack.wait(lambda f=fresh: shown(stack) == f[2], name)
        old.sendall(b"Host: 127.0.0.1\r\n\r\n")
        assert read_all(old).startswith(b"HTTP/1.1 200")
    finally:
        stop.set()
        for t in threads:
            t.join()
        old.close()
    assert not failures, failures[:5]
    assert count[0] > 10, count
    # What does not fit is not taken.
    before = shown(stack)
    with open(files[0], "w", encoding="utf-8") as f:
        f.write("nothing")
    stack.server.wait_for("certificate from before stays")
    assert shown(stack) == before
    print(f"2 certificates changed, {count[0]} requests, none lost")


def too_many(stack):
    """Who begins handshakes without end is not heard any more; others are."""
    for n in range(5000):
        with socket.create_connection(("127.0.0.1", port(stack)), 10,
                                      ("127.0.0.9", 0)) as s:
            try:
                s.sendall(b"GET / HTTP/1.1\r\n\r\n")
            except ConnectionError:
                break
            # Told that this is no TLS, while it is heard.
            if not read_all(s):
                break
    assert 400 <= n < 4999, n
    assert ask(stack)[0].startswith("HTTP/1.1 200")
    print(f"{n} handshakes of one address, then none")


def post(url, path, body, cafile):
    request = urllib.request.Request(
        url + path, json.dumps(body).encode(),
        {"Content-Type": "application/json"})
    with urllib.request.urlopen(
            request, timeout=20, context=context(cafile)) as r:
        return r.headers.get_all("Set-Cookie"), json.loads(r.read())


def given():
    with Stack() as stack:
        pem, key, digest = make_certificate(stack, "first")
        files = stack.path("live.pem"), stack.path("live.key")
        install(stack, (pem, key), files)
        stack.start_server("--tls-certificate", files[0], "--tls-key",
                           files[1])
        assert stack.url.startswith("https://"), stack.url
        assert shown(stack) == digest
        versions(stack, pem)
        large(stack)
        plain(stack)
        malformed(stack)
        half_open(stack)
        too_many(stack)
        reload_under_load(stack, files)
        assert stack.server.stop() == 0


def refusals():
    with Stack() as stack:
        pem, key, _ = make_certificate(stack, "one")
        _, other, _ = make_certificate(stack, "two")
        for args, code, words in (
                (("--tls-certificate", pem), 2, "go together"),
                (("--tls-certificate", pem, "--tls-key", key,
                  "--tls-self-signed"), 2, "leave out"),
                (("--tls-certificate", pem, "--tls-key", other), 1, "own key"),
                (("--tls-certificate", key, "--tls-key", key), 1, "PEM"),
                (("--tls-certificate", pem, "--tls-key", pem + ".none"), 1,
                 "No such file"),
                (("--tls-self-signed", "--bind", "0.0.0.0"), 1,
                 "pitbox-server user add")):
            done = subprocess.run(
                ["pitbox-server", "--data-dir", stack.data, "--http-port", "0",
                 "--srt-port", "0", *args], capture_output=True, text=True,
                timeout=20, check=False)
            assert done.returncode == code, (args, done)
            assert words in done.stderr, (args, done.stderr)


def self_signed():
    with Stack() as stack:
        password = stack.path("password")
        with open(password, "w", encoding="utf-8") as f:
            f.write("a long password\n")
        args = ("--tls-self-signed", "--bind", "0.0.0.0", "--insecure-lan",
                "--admin-password-file", password)
        stack.start_server(*args)
        pem = os.path.join(stack.data, "tls-self-signed.crt")
        mode = os.stat(os.path.join(stack.data, "tls-self-signed.key")).st_mode
        assert mode & 0o777 == 0o600, oct(mode)
        printed = stack.server.wait_for("SHA-256 ([0-9A-F:]+)").group(1)
        assert printed.replace(":", "").lower() == shown(stack) \
            == fingerprint(pem)
        cookies, me = post(stack.url, "/api/v1/auth/login",
                           {"login": "admin", "password": "a long password"},
                           pem)
        assert cookies and all("; Secure" in c and "; HttpOnly" in c
                               for c in cookies), cookies
        assert me["insecure_lan"] is False, me
        head, _ = ask(stack)
        assert "Strict-Transport" not in head, head
        assert stack.server.stop() == 0
        # Looked at once, it stays.
        stack.start_server(*args, name="again")
        assert shown(stack) == fingerprint(pem)
        assert printed in stack.server.err()
        assert stack.server.stop() == 0


if __name__ == "__main__":
    refusals()
    given()
    self_signed()
