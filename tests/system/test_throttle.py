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
    for n in range(3000):
        status, headers, _ = attempt()
        if status == 429:
            return n, headers
        assert status == wrong, status
    raise AssertionError("nothing is throttled")


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
    assert stack.server.stop() == 0
    print("throttled: logins after 23, links after 600, codes after 20; the account is not "
          "locked")
