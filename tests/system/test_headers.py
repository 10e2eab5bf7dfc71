#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each kind of answer says to a browser, whoever wrote it: routes, files,
refusals before there is a request, upgrades. With TLS, and without."""
import base64
import json
import os
import socket
import ssl
import subprocess
import sys
import time

from pitbox import Stack, need
from test_hostile_http import OFFER
from test_tls import make_certificate

need("openssl")

EVIL = "Origin: https://evil.example"
PASSWORD = "a long password"


class Client:
    def __init__(self, stack):
        self.port = int(stack.url.rsplit(":", 1)[1])
        self.host = stack.url.split("//")[1]
        self.origin = "Origin: " + stack.url
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE
        self.tls = stack.url.startswith("https")

    def send(self, data, tls=True):
        """Status, header lines and body of what comes back."""
        s = socket.create_connection(("127.0.0.1", self.port), 20)
        if self.tls and tls:
            s = self.context.wrap_socket(s)
        answer = b""
        with s:
            try:
                s.sendall(data)
                while b" 101 " not in answer[:20]:
                    part = s.recv(65536)
                    if not part:
                        break
                    answer += part
            except ConnectionError:
                pass
        first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
        body = answer.partition(b"\r\n\r\n")[2]
        return int(first.split()[1]), [l.split(": ", 1) for l in lines], body

    def ask(self, method, path, *lines, body=None, kind="application/json"):
        more = list(lines)
        if body is not None:
            more += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
        return self.send("\r\n".join([
            f"{method} {path} HTTP/1.1", "Host: " + self.host, *more, "",
            ""]).encode() + (body or b""))


def check(name, status, headers, wanted, hsts):
    def get(key):
        values = [v for k, v in headers if k.lower() == key.lower()]
        assert len(values) < 2 or key == "Set-Cookie", (name, headers)
        return values[0] if values else None
    assert status == wanted, (name, status, wanted, headers)
    assert get("X-Content-Type-Options") == "nosniff", (name, headers)
    assert get("Referrer-Policy") == "no-referrer", (name, headers)
    assert get("Cross-Origin-Resource-Policy") == "same-origin", (name, headers)
    policy = get("Content-Security-Policy") or ""
    assert "frame-ancestors 'none'" in policy, (name, headers)
    assert "default-src 'self'" in policy and "unsafe" not in policy, policy
    assert not any(k.lower().startswith("access-control") for k, _ in headers), (
        name, headers)
    assert (get("Strict-Transport-Security") == "max-age=31536000") == hsts, (
        name, headers)
    assert get("Server") in (None, "pitbox-server"), (name, headers)
    if status == 101:
        return
    assert get("Cache-Control") or not 200 <= status < 300 or status == 204 \
        or name in ("health", "metrics"), (name, headers)
    if status >= 400:
        assert get("Content-Type") == "application/problem+json", (name, headers)
    for cookie in (v for k, v in headers if k.lower() == "set-cookie"):
        assert "; HttpOnly" in cookie and "; SameSite=Strict" in cookie, cookie
        assert ("; Secure" in cookie) == hsts, cookie
        assert cookie.startswith("__Host-") == hsts, cookie
        assert "Domain" not in cookie, cookie
        assert not hsts or "; Path=/;" in cookie, cookie


def upgrade(*lines, version=13):
    return ["Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Version: {version}", "Sec-WebSocket-Key: "
            + base64.b64encode(b"x" * 16).decode(), *lines]


def answers(client, cookie, key):
    """A name, what is answered, and the status that is due."""
    ask = client.ask
    login = json.dumps({"login": "admin", "password": "wrong wrong"}).encode()
    protocol = "Sec-WebSocket-Protocol: pitbox-control.1"
    yield "page", ask("GET", "/", EVIL), 200
    yield "script", ask("GET", "/assets/x.js", EVIL), 200
    yield "head of a page", ask("HEAD", "/"), 200
    yield "health", ask("GET", "/healthz", EVIL), 200
    yield "metrics", ask("GET", "/metrics", key), 200
    yield "openapi", ask("GET", "/api/v1/openapi.json", EVIL), 200
    yield "drivers", ask("GET", "/api/v1/drivers", key, EVIL), 200
    for path, more in (("/", ()), ("/api/v1/drivers", (key,))):
        tag = next(v for k, v in ask("GET", path, *more)[1] if k == "ETag")
        yield "unchanged", ask("GET", path, *more, "If-None-Match: " + tag), 304
    yield "me", ask("GET", "/api/v1/auth/me", cookie, EVIL), 200
    yield "made", ask("POST", "/api/v1/keys", cookie, client.origin, body=(
        b'{"name":"x","scopes":["read_live"],"expires_utc_ms":null}')), 201
    yield "refreshed", ask("POST", "/api/v1/auth/logout", cookie,
                           client.origin, body=b"{}"), 204
    yield "nobody", ask("GET", "/api/v1/drivers", EVIL), 401
    yield "wrong key", ask("GET", "/api/v1/drivers",
                           "Authorization: Bearer pbk_x"), 401
    yield "wrong login", ask("POST", "/api/v1/auth/login", body=login), 401
    yield "foreign page", ask("POST", "/api/v1/auth/login", EVIL,
                              body=login), 403
    yield "forbidden", ask("GET", "/api/v1/people", key), 403
    yield "no driver", ask("GET", "/api/v1/drivers/none", key), 404
    yield "no address", ask("GET", "/api/v1/none", EVIL), 404
    yield "no file", ask("GET", "/none.html", EVIL), 404
    yield "method", ask("DELETE", "/healthz", EVIL), 405
    yield "page's method", ask("POST", "/", EVIL, body=b""), 405
    yield "preflight", ask("OPTIONS", "/api/v1/drivers", EVIL,
                           "Access-Control-Request-Method: POST"), 405
    yield "preflight of all", ask("OPTIONS", "*", EVIL), 405
    yield "no JSON", ask("POST", "/api/v1/auth/login", body=b"["), 400
    yield "no type", ask("POST", "/api/v1/auth/login", body=login,
                         kind="text/plain"), 415
    yield "packed", ask("POST", "/api/v1/auth/login", "Content-Encoding: gzip",
                        body=login), 415
    yield "long path", ask("GET", "/" + "a" * 2000), 414
    yield "large body", ask("POST", "/api/v1/auth/login",
                            "Content-Length: 99999"), 413
    yield "large head", ask("GET", "/", "X: " + "a" * 40000), 431
    yield "no request", client.send(b"nonsense\r\n\r\n"), 400
    yield "two lengths", ask("POST", "/", "Content-Length: 1",
                             "Content-Length: 2"), 400
    yield "WHEP, nobody", ask("POST", "/whep/car07", EVIL, body=OFFER,
                              kind="application/sdp"), 401
    yield "WHEP, foreign page", ask("POST", "/whep/car07", EVIL, key, body=OFFER,
                                    kind="application/sdp"), 403
    yield "WHEP, not live", ask("POST", "/whep/car07", key, body=OFFER,
                                kind="application/sdp"), 409
    yield "WHEP, no driver", ask("POST", "/whep/none", key, body=OFFER,
                                 kind="application/sdp"), 404
    yield "WHEP, options", ask("OPTIONS", "/whep/car07", key), 204
    yield "WHEP, preflight", ask("OPTIONS", "/whep/car07", EVIL, key), 403
    yield "WHEP, method", ask("PATCH", "/whep/car07", key, body=b""), 405
    yield "WHIP, nobody", ask("POST", "/whip/car07", body=OFFER,
                              kind="application/sdp"), 401
    yield "WHIP, foreign page", ask("POST", "/whip/car07", EVIL, key, body=OFFER,
                                    kind="application/sdp"), 403
    yield "WHIP, may not", ask("POST", "/whip/car07", key, body=OFFER,
                               kind="application/sdp"), 403
    yield "WHIP, options", ask("OPTIONS", "/whip/car07"), 401
    yield "WHIP, method", ask("PATCH", "/whip/car07", key, body=b""), 405
    yield "socket, no upgrade", ask("GET", "/api/v1/control", key), 426
    yield "socket, nobody", ask("GET", "/api/v1/control",
                                *upgrade(protocol)), 401
    yield "socket, foreign page", ask("GET", "/api/v1/control", key, EVIL,
                                      *upgrade(protocol)), 403
    yield "socket, protocol", ask("GET", "/api/v1/control", key,
                                  *upgrade()), 400
    yield "socket, handshake", ask("GET", "/api/v1/control", key,
                                   *upgrade(protocol, version=8)), 400
    yield "socket", ask("GET", "/api/v1/control", key,
                        *upgrade(protocol)), 101
    for _ in range(30):
        answer = ask("POST", "/api/v1/pairing", body=b'{"device":"rig"}')
        if answer[0] == 429:
            break
    yield "too often", answer, 429


def log_in(client, hsts):
    status, headers, body = client.ask(
        "POST", "/api/v1/auth/login", body=json.dumps(
            {"login": "admin", "password": PASSWORD}).encode())
    check("login", status, headers, 200, hsts)
    cookies = [v.split(";")[0] for k, v in headers if k == "Set-Cookie"]
    assert len(cookies) == 2, headers
    return cookies


def names_are_bound(client, cookies):
    """A cookie that a neighbour's subdomain, or HTTP, could have set is none."""
    plain = "Cookie: " + "; ".join(c.removeprefix("__Host-") for c in cookies)
    assert client.ask("GET", "/api/v1/auth/me", plain)[0] == 401
    assert client.ask("POST", "/api/v1/auth/refresh", plain, client.origin,
                      body=b"{}")[0] == 401
    _, headers, _ = client.ask("POST", "/api/v1/auth/refresh", "Cookie: "
                               + "; ".join(cookies), client.origin, body=b"{}")
    assert len([k for k, _ in headers if k == "Set-Cookie"]) == 2, headers


def main():
    for tls in (True, False):
        with Stack() as stack:
            pem, key_file, _ = make_certificate(stack, "one")
            os.makedirs(stack.path("page/assets"))
            for name in ("index.html", "assets/x.js"):
                with open(stack.path("page/" + name), "w", encoding="utf-8") as f:
                    f.write("<!doctype html>")
            os.environ["PITBOX_DASHBOARD"] = stack.path("page")
            with open(stack.path("password"), "w", encoding="utf-8") as f:
                f.write(PASSWORD + "\n")
            stack.add_driver("car07", "pc1")
            stack.start_server(
                "--admin-password-file", stack.path("password"),
                *(("--tls-certificate", pem, "--tls-key", key_file) if tls
                  else ()))
            key = subprocess.run(
                ["pitbox-server", "--data-dir", stack.data, "key", "add", "k",
                 "--scope", "read_live", "--print-passphrase"], check=True,
                timeout=30, capture_output=True, text=True).stdout.strip()
            client = Client(stack)
            silent = socket.create_connection(("127.0.0.1", client.port), 60)
            began = time.monotonic()
            key = "Authorization: Bearer " + key
            stack.wait(lambda: client.ask("GET", "/api/v1/drivers", key)[0]
                       == 200, "the key")
            if tls:
                names_are_bound(client, log_in(client, True))
            cookie = "Cookie: " + "; ".join(log_in(client, tls))
            n = 0
            for name, (status, headers, _), wanted in answers(
                    client, cookie, key):
                check(name, status, headers, wanted, tls)
                n += 1
            if tls:
                # Not HSTS: a browser does not hear it without TLS (RFC 6797).
                status, headers, _ = client.send(b"GET / HTTP/1.1\r\n\r\n",
                                                 tls=False)
                check("no TLS", status, headers, 400, False)
            # Of the handshake, or of the request.
            assert silent.recv(1) == b""
            silent.close()
            seconds = time.monotonic() - began
            assert (4 if tls else 14) < seconds, seconds
            print(f"{n} kinds of answers{' with TLS' if tls else ''}; silence "
                  f"ends after {seconds:.0f} s or less")
            assert stack.server.stop() == 0


if __name__ == "__main__":
    sys.exit(main())
