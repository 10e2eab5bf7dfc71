#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Behind nginx and Caddy with the files of server/examples: page, login, WHEP,
WebSocket, answers that take long. Whose address counts, and that a client's word
on it does not."""
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

from pitbox import Stack, need, skip
from test_hostile_http import OFFER, TELEMETRY
from test_tls import make_certificate

EXAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "..", "..", "server", "examples")
PASSWORD = "a long password"
UPSTREAM = "127.0.0.1:8080"

# Debian has it in a folder that is not in everybody's PATH.
os.environ["PATH"] += ":/usr/sbin"
need("gst-launch-1.0", "openssl")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def example(name, *changes):
    """An example with other addresses; each of them must stand in it."""
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as f:
        text = f.read()
    for pattern, new in changes:
        text, n = re.subn(pattern, new, text)
        assert n, f"{name}: no {pattern}"
    return text


def start_nginx(stack, name, upstream, pem, key):
    port, folder = free_port(), stack.path(name)
    os.makedirs(folder)
    text = example("nginx.conf", (r"listen 443 ssl;",
                                  f"listen 127.0.0.1:{port} ssl;"),
                   (r"ssl_certificate  .*;", f"ssl_certificate {pem};"),
                   (r"ssl_certificate_key .*;", f"ssl_certificate_key {key};"),
                   (UPSTREAM, upstream))
    temp = "".join(f"  {kind}_temp_path {folder}/{kind};\n" for kind in (
        "client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    conf = os.path.join(folder, "nginx.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.write(f"daemon off;\npid {folder}/pid;\nworker_processes 1;\n"
                f"error_log {folder}/error.log;\nevents {{}}\nhttp {{\n"
                f"  access_log off;\n{temp}{text}}}\n")
    if os.getuid() == 0:
        # Its worker runs as another user, and must get to its files.
        os.chmod(stack.folder, 0o711)
        with open(conf, "r+", encoding="utf-8") as f:
            rest = f.read()
            f.seek(0)
            f.write("user root;\n" + rest)
    stack.start(name, ["nginx", "-e", os.path.join(folder, "error.log"), "-p",
                       folder, "-c", conf])
    return port


def start_caddy(stack, name, upstream, pem, key):
    port, folder = free_port(), stack.path(name)
    os.makedirs(folder)
    text = example("Caddyfile", (
        r"pitbox\.example \{", f"https://127.0.0.1:{port} {{\n\ttls {pem} {key}"),
        (UPSTREAM, upstream))
    conf = os.path.join(folder, "Caddyfile")
    with open(conf, "w", encoding="utf-8") as f:
        f.write("{\n\tadmin off\n\tauto_https disable_redirects\n"
                f"\tstorage file_system {folder}/storage\n}}\n" + text)
    stack.start(name, ["caddy", "run", "--config", conf, "--adapter",
                       "caddyfile"], {"HOME": folder, "XDG_DATA_HOME": folder,
                                      "XDG_CONFIG_HOME": folder})
    return port


PROXIES = {"nginx": start_nginx, "caddy": start_caddy}


def connect(port, cafile=None, source="127.0.0.1"):
    s = socket.create_connection(("127.0.0.1", port), 20, (source, 0))
    if cafile:
        s = ssl.create_default_context(cafile=cafile).wrap_socket(
            s, server_hostname="127.0.0.1")
    return s


class Client:
    """Requests from one address, by HTTPS where there is a certificate."""

    def __init__(self, port, cafile=None, source="127.0.0.1"):
        self.at, self.cafile, self.source = port, cafile, source
        scheme = "https" if cafile else "http"
        self.origin = f"{scheme}://127.0.0.1:{port}"

    def call(self, method, path, body=None, kind="application/json", **headers):
        c = http.client.HTTPConnection("127.0.0.1", self.at)
        c.sock = connect(self.at, self.cafile, self.source)
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        if body is not None:
            headers["Content-Type"] = kind
        c.request(method, path, body, headers)
        r = c.getresponse()
        data = r.read()
        c.close()
        return r.status, r.headers, data

    def login(self, password=PASSWORD, **headers):
        return self.call("POST", "/api/v1/auth/login", json.dumps(
            {"login": "admin", "password": password}), **headers)

    def tries(self, headers):
        """How many wrong passwords are looked at."""
        for n in range(60):
            status = self.login("wrong wrong", **headers(n))[0]
            if status == 429:
                return n
            assert status == 401, status
        raise AssertionError("nothing is throttled")


def start_server(stack, *more):
    stack.start_server("--bind", "0.0.0.0", "--trusted-proxy", "127.0.0.1",
                       "--admin-password-file", stack.path("password"),
                       "--dashboard", stack.path("page"), *more)
    return int(stack.url.rsplit(":", 1)[1])


def through(stack, name, client):
    """What a browser does."""
    def reached():
        try:
            return client.call("GET", "/healthz")[0] == 200
        except OSError:
            return False
    stack.wait(reached, f"{name} answers", 30)
    status, headers, body = client.call("GET", "/")
    assert (status, body) == (200, b"<!doctype html><p>PitBox"), (status, body)
    assert headers["Strict-Transport-Security"] == "max-age=31536000", headers
    status, headers, body = client.login(Origin=client.origin)
    assert status == 200, (status, body)
    me = json.loads(body)
    assert me["kind"] == "person" and not me["open"], me
    assert not me["insecure_lan"], me
    cookies = headers.get_all("Set-Cookie")
    assert len(cookies) == 2 and all("; Secure" in c for c in cookies), cookies
    cookie = "; ".join(c.split(";")[0] for c in cookies)
    assert client.call("GET", "/api/v1/drivers", Cookie=cookie)[0] == 200
    assert client.call("GET", "/api/v1/drivers")[0] == 401
    # A page of ours without TLS is none of ours here; a foreign one never is.
    for origin in (client.origin.replace("https", "http"), "https://evil.example"):
        status, _, body = client.login(Origin=origin)
        assert json.loads(body)["code"] == "wrong_origin", (status, body)
    status, headers, body = client.call(
        "POST", "/whep/car07", OFFER, "application/sdp", Cookie=cookie,
        Origin=client.origin)
    assert status == 201 and b"a=candidate" in body, (status, body)
    assert client.call("DELETE", headers["Location"], Cookie=cookie,
                       Origin=client.origin)[0] == 200
    status, _, body = client.call(
        "POST", "/api/v1/invitations", '{"role":"viewer","hours":1}',
        Cookie=cookie, Origin=client.origin)
    assert json.loads(body)["url"].startswith(client.origin + "/"), body
    return cookie


def audited(client, cookie, wanted, **said):
    """Addresses in the log, once the one that is wanted has been written."""
    end = time.monotonic() + 20
    while True:
        status, _, body = client.call("GET", "/api/v1/audit?limit=200",
                                      Cookie=cookie, **said)
        addresses = {row["address"] for row in json.loads(body)["items"]}
        if wanted in addresses:
            return addresses
        assert time.monotonic() < end, (wanted, addresses)


def echo(listener, heads, go_on):
    """A stand-in for what upgrades, and for what answers bit by bit."""
    while True:
        try:
            s, _ = listener.accept()
        except OSError:
            return
        with s, s.makefile("rb") as f:
            lines = list(iter(f.readline, b"\r\n"))
            heads.append(b"".join(lines).decode().lower())
            if b"GET /socket" in lines[0]:
                s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: "
                          b"websocket\r\nConnection: Upgrade\r\n\r\n")
                s.sendall(f.read(4))
                continue
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"
                      b"Connection: close\r\n\r\none, ")
            if go_on.wait(30):
                s.sendall(b"two.")


def upgrades(stack, name, pem, key):
    """WebSocket comes through both ways, and an answer's first part before its
    second one is there."""
    heads = []
    go_on = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=echo, args=(listener, heads, go_on),
                         daemon=True).start()
        port = PROXIES[name](stack, name + "-upgrade", "127.0.0.1:%d"
                             % listener.getsockname()[1], pem, key)

        def begin():
            try:
                return connect(port, pem)
            except OSError:
                return None
        with stack.wait(begin, "the proxy", 30) as s, s.makefile("rb") as f:
            s.sendall(f"GET /socket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                      "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                      "Sec-WebSocket-Version: 13\r\nForwarded: for=1.2.3.4\r\n"
                      "X-Forwarded-For: 1.2.3.4\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                      .encode())
            answer = list(iter(f.readline, b"\r\n"))
            assert b" 101 " in answer[0], answer
            s.sendall(b"ping")
            assert f.read(4) == b"ping"
        with connect(port, pem) as s, s.makefile("rb") as f:
            s.sendall(f"GET /slow HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"
                      .encode())
            answer = list(iter(f.readline, b"\r\n"))
            assert b" 200 " in answer[0], answer
            assert f.read(5) == b"one, "
            go_on.set()
            assert f.read(4) == b"two."
    first = heads[0]
    assert "upgrade: websocket" in first, first
    assert f"host: 127.0.0.1:{port}" in first, first
    assert "x-forwarded-proto: https" in first, first
    assert "x-forwarded-for: 127.0.0.1\r" in first, first
    assert "forwarded: for=" not in first, first


def wait_live(stack, client):
    cookie = client.login()[1]["Set-Cookie"].split(";")[0]

    def live():
        drivers = json.loads(client.call("GET", "/api/v1/drivers",
                                         Cookie=cookie)[2])["drivers"]
        telemetry = drivers and drivers[0]["telemetry"]
        return telemetry and telemetry["rate_hz"] > 50
    stack.wait(live, "rows of car07", 60)


def behind(name):
    with Stack() as stack:
        prepare(stack)
        car = stack.add_driver("car07", "pc1")
        pem, key, _ = make_certificate(stack, "site")
        port = start_server(stack)
        stack.start("publisher", [
            "gst-launch-1.0", *TELEMETRY.split(), "pitboxsrtsink",
            "host=127.0.0.1", f"port={stack.srt_port}",
            "streamid=#!::r=car07,m=publish,u=pc1", f"passphrase={car}"])
        site = PROXIES[name](stack, name, f"127.0.0.1:{port}", pem, key)
        client = Client(site, pem)
        wait_live(stack, Client(port))
        cookie = through(stack, name, client)
        # Wrong ones of one client are not those of another one behind the same
        # proxy, whatever they say of themselves.
        n = Client(site, pem, "127.0.0.2").tries(
            lambda n: {"X_Forwarded_For": f"198.51.100.{n}",
                       "Forwarded": f"for=198.51.100.{n};proto=https"})
        assert 15 <= n < 40, n
        assert Client(site, pem, "127.0.0.3").login()[0] == 200
        addresses = audited(client, cookie, "127.0.0.3")
        assert not any(a.startswith("198.") for a in addresses), addresses
        upgrades(stack, name, pem, key)
        assert stack.server.stop() == 0
    print(f"{name}: page, login, WHEP, WebSocket; {n} guesses of one address")


def prepare(stack):
    os.makedirs(stack.path("page"))
    with open(stack.path("page/index.html"), "w", encoding="utf-8") as f:
        f.write("<!doctype html><p>PitBox")
    with open(stack.path("password"), "w", encoding="utf-8") as f:
        f.write(PASSWORD + "\n")


def direct():
    """Who is no proxy is taken at its own address, and who comes to the proxy
    without TLS is sent away."""
    with Stack() as stack:
        prepare(stack)
        port = start_server(stack)
        proxy = Client(port)
        stranger = Client(port, source="127.0.0.5")
        # 127.0.0.5 is no proxy: another word at each try helps nothing.
        n = stranger.tries(lambda n: {"X_Forwarded_For": f"198.51.100.{n}",
                                      "X_Forwarded_Proto": "https"})
        assert 20 <= n < 40, n
        said = {"X_Forwarded_For": "198.51.100.77", "X_Forwarded_Proto": "https"}
        status, headers, _ = proxy.login(**said)
        assert status == 200 and "; Secure" in headers["Set-Cookie"], headers
        cookie = headers["Set-Cookie"].split(";")[0]
        assert cookie.startswith("__Host-pitbox_access="), cookie
        audited(proxy, cookie, "198.51.100.77", **said)
        # A cookie of TLS is none where there is no TLS.
        assert proxy.call("GET", "/api/v1/audit", Cookie=cookie)[0] == 401
        status, headers, _ = Client(port, source="127.0.0.6").login(**said)
        assert status == 200 and "; Secure" not in headers["Set-Cookie"], headers
        audited(proxy, cookie, "127.0.0.6", **said)
        # To the proxy by http: nothing but its own question whether we live.
        for said in ({"X_Forwarded_For": "198.51.100.7",
                      "X_Forwarded_Proto": "http"},
                     {"X_Forwarded_For": "198.51.100.7"},
                     {"Forwarded": "for=198.51.100.7;proto=http"}):
            status, _, body = proxy.call("GET", "/", **said)
            assert json.loads(body)["code"] == "https_needed", (status, body)
            assert proxy.login(**said)[0] == 403
            assert proxy.call("GET", "/healthz", **said)[0] == 200
        assert stack.server.stop() == 0
    with Stack() as stack:
        # Behind a proxy 127.0.0.1 is the whole world.
        stack.start_server("--trusted-proxy", "127.0.0.1")
        assert stack.get("/api/v1/drivers", expect=401)["code"] == "login_needed"
        assert "create the first account" in stack.server.err()
        assert stack.server.stop() == 0
        done = subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, "--trusted-proxy",
             "10.0.0.0/33"], capture_output=True, text=True, timeout=20,
            check=False)
        assert done.returncode == 1 and "--trusted-proxy" in done.stderr, done
    print("direct: a stranger's word does not count; TLS is asked for")


if __name__ == "__main__":
    direct()
    missing = [name for name in PROXIES if not shutil.which(name)]
    for found in PROXIES:
        if found not in missing:
            behind(found)
    if missing:
        skip(", ".join(missing) + " not installed")
    sys.exit(0)
