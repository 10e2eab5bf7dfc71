#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guessing is throttled, by address and by account, and whose account it is
still gets in from an address of its own."""
import http.client
import json
import subprocess

from pitbox import Stack

PASSWORD = "a long password"


def post(stack, path, body, source, cookie=None):
    c = http.client.HTTPConnection(
        "127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=30,
        source_address=(source, 0))
    headers = {"Content-Type": "application/json"}
    if cookie:
        headers.update(Cookie=cookie, Origin=stack.url)
    c.request("POST", "/api/v1/" + path, json.dumps(body), headers)
    r = c.getresponse()
    r.body = r.read()
    c.close()
    return r.status, r.headers, r.body


def login(stack, source, name="admin", password="wrong wrong"):
    return post(stack, "auth/login", {"login": name, "password": password},
                source)


def cookie_of(stack, source, name):
    status, headers, _ = login(stack, source, name, PASSWORD)
    assert status == 200, status
    return headers.get_all("Set-Cookie")[0].split(";")[0]


def codes(stack):
    """Agents ask by address; who types codes is counted, wherever from."""
    n, _ = until_refused(lambda: post(stack, "pairing", {"device": "rig"},
                                      "127.0.0.6"), 201)
    assert 20 <= n < 30, n
    status, _, body = post(stack, "pairing", {"device": "rig"}, "127.0.0.7")
    assert status == 201, status
    right = {"code": json.loads(body)["code"]}
    eve = cookie_of(stack, "127.0.0.8", "eve")
    n, headers = until_refused(
        lambda: post(stack, "pairing/lookup", {"code": "AAAAAA"}, "127.0.0.8",
                     eve), 404)
    assert 20 <= n < 40, n
    assert 0 < int(headers["Retry-After"]) <= 10, headers
    # Not even the right one any more; somebody else's are not counted there.
    assert post(stack, "pairing/lookup", right, "127.0.0.9", eve)[0] == 429
    admin = cookie_of(stack, "127.0.0.8", "admin")
    for _ in range(30):
        assert post(stack, "pairing/lookup", right, "127.0.0.8",
                    admin)[0] == 200
    assert post(stack, "pairing/approve", {**right, "driver": "car1"},
                "127.0.0.8", admin)[0] == 200
    assert post(stack, "pairing/approve", {**right, "driver": "car1"},
                "127.0.0.8", admin)[0] == 404


def until_refused(attempt, wrong):
    """How many tries were looked at, and the headers of the refusal."""
    for n in range(5000):
        status, headers, _ = attempt()
        if status == 429:
            return n, headers
        assert status == wrong, status
    raise AssertionError("nothing is throttled")


def ask(stack, source, said, path="/api/v1/time"):
    c = http.client.HTTPConnection(
        "127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=30,
        source_address=(source, 0))
    c.request("GET", path, headers=said)
    r = c.getresponse()
    r.body = r.read()
    c.close()
    return r.status, r.headers, r.body


def own_password(stack):
    """Who has got at a login cannot try what its password is."""
    eve = cookie_of(stack, "127.0.0.10", "eve")
    n, headers = until_refused(
        lambda: post(stack, "auth/password", {
            "old": "wrong wrong", "new": "another long one"}, "127.0.0.10",
            eve), 403)
    assert 3 <= n < 40, n
    assert 0 < int(headers["Retry-After"]) <= 200, headers
    # Its owner, from an address of their own.
    eve = cookie_of(stack, "127.0.0.11", "eve")
    assert post(stack, "auth/password", {
        "old": PASSWORD, "new": PASSWORD}, "127.0.0.11", eve)[0] == 204


def add_key(stack, name):
    return {"Authorization": "Bearer " + subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, "key", "add", name,
         "--scope", "read_live", "--print-passphrase"], check=True, timeout=30,
        capture_output=True, text=True).stdout.strip()}


def keys(stack):
    """Wrong keys, and right ones that ask for too much."""
    good, other = add_key(stack, "one"), add_key(stack, "two")
    stack.wait(lambda: ask(stack, "127.0.0.12", other)[0] == 200, "the keys")
    n, _ = until_refused(lambda: ask(stack, "127.0.0.12", {
        "Authorization": "Bearer pbk_abcdefghijkl_x"}), 401)
    assert n >= 1100, n
    assert ask(stack, "127.0.0.12", good)[0] == 200
    n, headers = until_refused(lambda: ask(stack, "127.0.0.13", good), 200)
    assert n >= 998, n
    assert headers["Retry-After"] == "1", headers
    assert ask(stack, "127.0.0.14", good)[0] == 429
    assert ask(stack, "127.0.0.13", other)[0] == 200


def addresses(stack):
    """Requests of one address, as a proxy tells of them."""
    stack.start_server("--trusted-proxy", "127.0.0.1", name="behind")

    def client(n):
        return {"X-Forwarded-For": f"198.51.100.{n}",
                "X-Forwarded-Proto": "https"}
    n, headers = until_refused(
        lambda: ask(stack, "127.0.0.1", client(1), "/healthz"), 200)
    assert n >= 1000, n
    assert headers["Retry-After"] == "1", headers
    assert ask(stack, "127.0.0.1", client(2), "/healthz")[0] == 200
    assert stack.server.stop() == 0


with Stack() as stack:
    with open(stack.path("password"), "w", encoding="utf-8") as f:
        f.write(PASSWORD + "\n")
    subprocess.run(
        ["pitbox-server", "--data-dir", stack.data, "user", "add", "eve",
         "--role", "engineer", "--password-file", stack.path("password")],
        check=True, timeout=30)
    stack.start_server("--admin-password-file", stack.path("password"))
    # The account's 20 and the pair's 3; a slow machine gives some time back.
    for name, source in (("admin", "127.0.0.2"), ("nobody", "127.0.0.5")):
        n, headers = until_refused(
            lambda n=name, s=source: login(stack, s, n), 401)
        assert 23 <= n < 40, n
        assert 0 < int(headers["Retry-After"]) <= 200, headers
    # Right ones do not count, how many there may be.
    for _ in range(5):
        assert login(stack, "127.0.0.3", "admin", PASSWORD)[0] == 200
    n, _ = until_refused(
        lambda: post(stack, "auth/share", {"token": "pbs_x"}, "127.0.0.4"), 401)
    assert n >= 600, n
    assert login(stack, "127.0.0.4", "admin", PASSWORD)[0] == 200
    codes(stack)
    own_password(stack)
    keys(stack)
    assert stack.server.stop() == 0
    addresses(stack)
    print("throttled: logins after 23, links after 600, codes after 20, keys "
          "after 1200, requests after 1000; the account is not locked")
