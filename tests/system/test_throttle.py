#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Guessing is throttled, by address and by account, and whose account it is
still gets in from an address of its own."""
import http.client
import json

from pitbox import Stack

PASSWORD = "a long password"


def post(stack, path, body, source):
    c = http.client.HTTPConnection(
        "127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=30,
        source_address=(source, 0))
    c.request("POST", "/api/v1/auth/" + path, json.dumps(body),
              {"Content-Type": "application/json"})
    r = c.getresponse()
    r.read()
    c.close()
    return r.status, r.headers


def login(stack, source, name="admin", password="wrong wrong"):
    return post(stack, "login", {"login": name, "password": password}, source)


def until_refused(attempt, wrong):
    """How many tries were looked at, and the headers of the refusal."""
    for n in range(3000):
        status, headers = attempt()
        if status == 429:
            return n, headers
        assert status == wrong, status
    raise AssertionError("nothing is throttled")


with Stack() as stack:
    with open(stack.path("password"), "w", encoding="utf-8") as f:
        f.write(PASSWORD + "\n")
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
        lambda: post(stack, "share", {"token": "pbs_x"}, "127.0.0.4"), 401)
    assert n >= 600, n
    assert login(stack, "127.0.0.4", "admin", PASSWORD)[0] == 200
    assert stack.server.stop() == 0
    print("throttled: logins after 23, links after 600; the account is not "
          "locked")
