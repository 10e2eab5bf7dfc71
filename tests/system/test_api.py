#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What every address of the API has: ETag and 304, Idempotency-Key, pages of
lists; and that a login nobody has takes as long as one that somebody has."""
import http.client
import json
import os
import socket
import statistics
import subprocess
import time

from pitbox import Stack

PASSWORD = "a long password"


def call(stack, method, path, body=None, source="127.0.0.1", **headers):
    c = http.client.HTTPConnection(
        "127.0.0.1", int(stack.url.rsplit(":", 1)[1]), timeout=60,
        source_address=(source, 0))
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    data = None
    if body is not None:
        data = json.dumps(body)
        headers["Content-Type"] = "application/json"
    c.request(method, path, data, headers)
    r = c.getresponse()
    text = r.read()
    c.close()
    return r.status, r.headers, text


def test_etag(stack, auth):
    for path, cache in (("/api/v1/drivers", "private, no-cache"),
                        ("/api/v1/sessions", "private, no-cache"),
                        ("/api/v1/devices", "no-store"),
                        ("/api/v1/auth/me", "no-store"),
                        ("/api/v1/openapi.json", "no-cache"),
                        ("/", "no-cache")):
        status, headers, text = call(stack, "GET", path, **auth)
        assert status == 200 and headers["Cache-Control"] == cache, (path, headers)
        tag = headers["ETag"]
        if path == "/api/v1/auth/me":
            assert tag is None, tag
            continue
        for said in (tag, "W/" + tag, f'"x", {tag}', "*"):
            status, headers, rest = call(stack, "GET", path, If_None_Match=said,
                                         **auth)
            assert (status, rest) == (304, b""), (path, said, status)
            assert headers["ETag"] == tag, headers
        for said in ('"x"', tag.strip('"'), ""):
            status, _, again = call(stack, "GET", path, If_None_Match=said,
                                    **auth)
            assert (status, again) == (200, text), (path, said, status)
    # Who may not see it is not told that it has not changed.
    status, headers, _ = call(stack, "GET", "/api/v1/drivers")
    assert status == 401 and headers["ETag"] is None, headers
    before = call(stack, "GET", "/api/v1/devices", **auth)[1]["ETag"]
    assert call(stack, "POST", "/api/v1/devices",
                {"name": "car8-pc", "driver": "car8"}, **auth)[0] == 201
    status, headers, _ = call(stack, "GET", "/api/v1/devices",
                              If_None_Match=before, **auth)
    assert status == 200 and headers["ETag"] != before, headers


def items(stack, auth, path):
    return json.loads(call(stack, "GET", path, **auth)[2])["items"]


def test_idempotency(stack, auth, other):
    made = {"name": "grafana", "scopes": ["read_live"]}
    n = len(items(stack, auth, "/api/v1/keys"))
    status, headers, first = call(stack, "POST", "/api/v1/keys", made,
                                  Idempotency_Key="k1", **auth)
    assert status == 201 and headers["Idempotency-Replayed"] is None, first
    status, headers, again = call(stack, "POST", "/api/v1/keys", made,
                                  Idempotency_Key="k1", **auth)
    assert (status, again) == (201, first), again
    assert headers["Idempotency-Replayed"] == "true", headers
    assert headers["Cache-Control"] == "no-store", headers
    assert len(items(stack, auth, "/api/v1/keys")) == n + 1
    for path, body in (("/api/v1/keys", {**made, "name": "other"}),
                       ("/api/v1/invitations", made)):
        status, _, text = call(stack, "POST", path, body, Idempotency_Key="k1",
                               **auth)
        assert status == 422, text
        assert json.loads(text)["code"] == "key_reused", text
    # Another's k1 is another one; without a key each is done.
    for headers in ({**other, "Idempotency_Key": "k1"}, auth, auth):
        status, _, text = call(stack, "POST", "/api/v1/keys", made, **headers)
        assert status == 201 and text != first, text
    assert len(items(stack, auth, "/api/v1/keys")) == n + 4
    # What was refused was not done, and may be tried again.
    assert call(stack, "POST", "/api/v1/keys", {"name": ""},
                Idempotency_Key="k2", **auth)[0] == 400
    assert call(stack, "POST", "/api/v1/keys", made, Idempotency_Key="k2",
                **auth)[0] == 201
    for key in ("", "x" * 129, "\u00e9"):
        assert call(stack, "POST", "/api/v1/keys", made, Idempotency_Key=key,
                    **auth)[0] == 400, key


def test_pages(stack, auth):
    """Every list, in pages of one and two, has each item once."""
    for hours in range(1, 6):
        assert call(stack, "POST", "/api/v1/invitations",
                    {"role": "viewer", "hours": hours}, **auth)[0] == 201
    for path, cursor, least in (
            ("invitations", "cursor", 5), ("keys", "cursor", 5),
            ("devices", "cursor", 2), ("people", "cursor", 4),
            ("audit", "before", 10)):
        path = "/api/v1/" + path
        everything = items(stack, auth, path + "?limit=200")
        assert len(everything) >= least, (path, everything)
        for limit in (1, 2):
            found, following = [], ""
            while following is not None:
                page = json.loads(call(
                    stack, "GET", f"{path}?limit={limit}{following}",
                    **auth)[2])
                assert len(page["items"]) <= limit, page
                found += page["items"]
                following = page["next"] and f"&{cursor}={page['next']}"
            assert found == everything, (path, limit)


def test_rows(stack, auth, live):
    """What is asked for is bounded, and old rows are recordings."""
    def ask(query, who=auth):
        status, headers, text = call(
            stack, "GET", "/api/v1/drivers/car07/rows" + query, **who)
        return status, json.loads(text), headers
    now = int(time.time() * 1000)
    status, found, headers = ask("?fields=Speed,Speed&step=600")
    assert status == 200 and found == {
        "fields": ["Speed", "Speed"], "step": 600, "next_utc_ms": None,
        "stretches": []}, found
    assert headers["Cache-Control"] == "private, no-cache", headers
    status, _, text = call(stack, "GET", "/api/v1/drivers/car07/rows?fields="
                           "Speed,Speed&step=600",
                           If_None_Match=headers["ETag"], **auth)
    assert (status, text) == (304, b""), (status, text)
    for query in ("fields=", "fields=,", "fields=a%22", "fields=Speed,",
                  "fields=" + "x" * 32, "fields=" + "a" * 5000,
                  "fields=" + ",".join("a" * 17), "fields=%00", "step=0",
                  "step=601", "step=1e9", "step=-1", "state=", "state=missing",
                  "from_utc_ms=5&to_utc_ms=4", "from_utc_ms=0",
                  "from_utc_ms=x", f"from_utc_ms={now - 600001}"
                  f"&to_utc_ms={now}", "to_utc_ms=9223372036854775807",
                  "to_utc_ms=9223372036854775", "from_utc_ms=-1"):
        status, body, _ = ask("?" + query)
        assert (status, body["code"]) == (400, "bad_query"), (query, body)
    assert ask("?from_utc_ms=0&to_utc_ms=600000")[0] == 200
    assert ask("?to_utc_ms=4611686018427387")[0] == 200
    assert ask(f"?from_utc_ms={now - 500000}&to_utc_ms={now}", live)[0] == 200
    status, body, _ = ask("?from_utc_ms=0&to_utc_ms=1", live)
    assert (status, body["code"]) == (403, "forbidden"), body
    # Who asks and goes away leaves nothing undone.
    port = int(stack.url.rsplit(":", 1)[1])
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", port), 10) as s:
            s.sendall(b"GET /api/v1/drivers/car07/rows HTTP/1.1\r\nHost: "
                      b"127.0.0.1\r\nAuthorization: "
                      + auth["Authorization"].encode() + b"\r\n\r\n")
    stack.wait(lambda: ask("")[0] == 200, "rows after all that", 60)


def test_login_time(stack, people):
    """A password is hashed for nobody as for somebody: medians, for the machine
    has other things to do. Each try comes from its own address."""
    times = {True: [], False: []}
    for n in range(42):
        known = n % 2 == 0
        name = people[n // 2 % len(people)] if known else f"nobody{n}"
        began = time.perf_counter()
        status, _, text = call(
            stack, "POST", "/api/v1/auth/login",
            {"login": name, "password": "wrong wrong"}, f"127.0.1.{n + 1}")
        times[known].append(time.perf_counter() - began)
        assert (status, json.loads(text)["code"]) == (401, "wrong_login"), text
    known, unknown = (statistics.median(times[k]) * 1000 for k in (True, False))
    print(f"wrong login: {known:.1f} ms where there is one, {unknown:.1f} ms "
          "where there is none (medians of 21)")
    # Without a hash it takes a fiftieth.
    assert 0.5 < unknown / known < 2, times


def main():
    with Stack() as stack:
        os.makedirs(stack.path("page"))
        for name, text in (("page/index.html", "<!doctype html>"),
                           ("password", PASSWORD + "\n")):
            with open(stack.path(name), "w", encoding="utf-8") as f:
                f.write(text)

        def run(*args):
            return subprocess.run(
                ["pitbox-server", "--data-dir", stack.data, *args], check=True,
                capture_output=True, text=True, timeout=60).stdout.strip()
        people = ["ann", "bo", "cy"]
        for name in people:
            run("user", "add", name, "--password-file", stack.path("password"))
        stack.add_driver("car07")
        keys = [{"Authorization": "Bearer " + run(
            "key", "add", name, "--scope", "admin", "--scope", "read_live",
            "--scope", "read_recordings", "--print-passphrase")}
            for name in ("one", "two")]
        live = run("key", "add", "live", "--scope", "read_live",
                   "--print-passphrase")
        stack.start_server("--admin-password-file", stack.path("password"),
                           "--dashboard", stack.path("page"))
        test_etag(stack, keys[0])
        test_idempotency(stack, *keys)
        test_pages(stack, keys[0])
        test_rows(stack, keys[0], {"Authorization": "Bearer " + live})
        test_login_time(stack, people)
        assert stack.server.stop() == 0


if __name__ == "__main__":
    main()
