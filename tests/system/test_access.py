#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who gets what: walks access-matrix.txt against the real server, every
address × every kind of principal × own and foreign team × good and bad secret;
and what a withdrawal ends, and how soon."""
import base64
import hmac
import http.client
import itertools
import json
import os
import re
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

from pitbox import Stack

HERE = os.path.dirname(os.path.abspath(__file__))
KINDS = ["nobody", "viewer", "coach", "engineer", "admin", "device", "live",
         "rec", "publish", "kadm", "shD", "shS"]
PEOPLE = KINDS[1:5]
SCOPES = {"live": "read_live", "rec": "read_recordings", "publish": "publish",
          "kadm": "admin"}
PASSWORD = "correct horse battery"
numbers = itertools.count()


def read_matrix():
    rows = {}
    with open(os.path.join(HERE, "access-matrix.txt"), encoding="utf-8") as f:
        for line in f:
            if line.startswith(("#", "SRT")) or not line.strip():
                continue
            own, blue, bad = (part.split() for part in line.split("|"))
            method, path, *statuses = own
            assert len(statuses) == len(KINDS), line
            assert len(blue) == 1 and len(bad) == 1, line
            rows[method, path] = (dict(zip(KINDS, statuses)), blue[0], bad[0])
    return rows


class World:
    """A server with two teams and one of each kind in both."""

    def __init__(self, stack):
        self.stack = stack
        self.cred = {}
        self.person = {}
        self.password_file = stack.path("password")
        with open(self.password_file, "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")
        for team in ("red", "blue"):
            self.run("team", "add", team)
            self.run("device", "add", f"{team}-pc", "--driver", f"{team}-car",
                     "--team", team)
            token = self.run("device", "token", f"{team}-pc",
                             "--print-passphrase").strip()
            self.cred[team, "device"] = {"Authorization": "Bearer " + token}
            self.add_person(team, "admin")
        self.add_rows()
        stack.start_server()
        for team in ("red", "blue"):
            self.cred[team, "nobody"] = {}
            for kind in PEOPLE:
                if kind != "admin":
                    self.add_person(team, kind)
        stack.wait(lambda: self.can_log_in("blue-engineer"), "the people")
        for team in ("red", "blue"):
            self.fill(team)

    def run(self, *words):
        return subprocess.run(
            ["pitbox-server", "--data-dir", self.stack.data, *words],
            check=True, capture_output=True, text=True, timeout=30).stdout

    def add_person(self, team, role, login=None):
        self.run("user", "add", login or f"{team}-{role}", "--role", role,
                 "--team", team, "--password-file", self.password_file)

    def add_rows(self):
        """A recording of each team."""
        db = sqlite3.connect(os.path.join(self.stack.data, "pitbox.db"))
        for team in ("red", "blue"):
            db.execute("INSERT INTO sessions (id, driver_id, device, "
                       "started_utc_us, ended_utc_us, end_reason) "
                       "VALUES (?, ?, 'pc', 1000, 2000, 'over')",
                       (f"{team}-session", f"{team}-car"))
        db.commit()
        db.close()

    def call(self, method, path, cred=None, body=None, content=None):
        headers = dict(cred or {})
        data = None
        if content:
            headers["Content-Type"] = content
            data = b""
        elif method != "GET":
            headers["Content-Type"] = "application/json"
            data = json.dumps(body or {}).encode()
        if "Cookie" in headers:
            headers["Origin"] = self.stack.url
        request = urllib.request.Request(self.stack.url + path, data=data,
                                         method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as r:
                return r.status, r.headers, r.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def good(self, status, method, path, cred, body=None):
        got, headers, text = self.call(method, path, cred, body)
        assert got == status, (method, path, got, text)
        return headers, json.loads(text) if text else None

    def can_log_in(self, login):
        return self.call("POST", "/api/v1/auth/login", None,
                         {"login": login, "password": PASSWORD})[0] == 200

    def log_in(self, login):
        headers, me = self.good(200, "POST", "/api/v1/auth/login", None,
                                {"login": login, "password": PASSWORD})
        jar = dict(c.split(";")[0].split("=", 1)
                   for c in headers.get_all("Set-Cookie"))
        return jar, me

    def cookie(self, login):
        jar, me = self.log_in(login)
        return {"Cookie": "pitbox_access=" + jar["pitbox_access"]}, me

    def add_key(self, team, scope, **more):
        return self.good(201, "POST", "/api/v1/keys", self.cred[team, "admin"],
                         {"name": "k", "scopes": [scope], **more})[1]

    def add_share(self, team, **what):
        return self.good(201, "POST", "/api/v1/shares",
                         self.cred[team, "admin"], {"hours": 1, **what})[1]

    def fill(self, team):
        for kind in PEOPLE:
            self.renew(team, kind)
        for kind, scope in SCOPES.items():
            token = self.add_key(team, scope)["token"]
            self.cred[team, kind] = {"Authorization": "Bearer " + token}
        for kind, what in (("shD", {"driver": f"{team}-car"}),
                           ("shS", {"session": f"{team}-session"})):
            token = self.add_share(team, **what)["token"]
            status, headers, _ = self.call("POST", "/api/v1/auth/share", None,
                                           {"token": token})
            assert status == 200
            cookie = headers.get_all("Set-Cookie")[0].split(";")[0]
            assert cookie == "pitbox_share=" + token
            self.cred[team, kind] = {"Cookie": cookie}

    def renew(self, team, kind):
        self.cred[team, kind], me = self.cookie(f"{team}-{kind}")
        self.person[team, kind] = me["person"]["id"]

    def fresh(self, method, path):
        """The address's arguments as things of team red, new where it takes
        them away; and what to send."""
        admin = self.cred["red", "admin"]
        n = next(numbers)
        args = {"driver": "red-car", "session": "red-session", "lap": "1",
                "viewer": "0" * 32, "publisher": "0" * 32, "login": "abcdefghijkl"}
        body = {}
        name = path.split("/")[3] if path.startswith("/api/v1/") else ""
        if path == "/api/v1/auth/team":
            body = {"team": "red"}
        elif path == "/api/v1/auth/confirm":
            body = {"password": "wrong horse"}
        elif path == "/api/v1/auth/password":
            body = {"old": "wrong horse", "new": PASSWORD}
        elif path == "/api/v1/auth/totp":
            body = {"code": "000000", "password": "wrong horse"}
        elif name == "people" and "{" in path:
            args["person"] = self.new_member(f"member{n}")
            body = {"role": "coach"}
        elif name == "invitations":
            body = {"role": "viewer", "hours": 1}
        elif name == "keys":
            body = {"name": "k", "scopes": ["read_live"]}
        elif name == "shares":
            body = {"driver": "red-car", "hours": 1}
        elif name == "devices":
            body = {"name": f"pc{n}", "driver": "red-car"}
        elif name == "readers":
            body = {"name": f"tv{n}", "drivers": ["red-car"]}
        elif name == "pairing" and path != "/api/v1/pairing":
            body = {"code": self.new_code(n), "driver": "red-car"}
        for plural, arg in (("invitations", "invitation"), ("keys", "key"),
                            ("shares", "share"), ("devices", "device"),
                            ("readers", "reader")):
            if name == plural and "{" in path:
                made = self.good(201, "POST", f"/api/v1/{plural}", admin,
                                 body)[1]
                args[arg] = made.get("id") or made["name"]
        url = re.sub(r"{(\w+)}", lambda m: args[m.group(1)], path)
        return url, body

    def new_code(self, n):
        """That an agent shows, one at an address of its own: each address has
        twenty."""
        c = http.client.HTTPConnection(
            "127.0.0.1", int(self.stack.url.rsplit(":", 1)[1]), timeout=30,
            source_address=(f"127.0.{1 + n // 250}.{1 + n % 250}", 0))
        c.request("POST", "/api/v1/pairing", json.dumps({"device": f"rig{n}"}),
                  {"Content-Type": "application/json"})
        code = json.loads(c.getresponse().read())["code"]
        c.close()
        return code

    def new_member(self, login):
        """Straight into the database: an account takes 0.1 s to be made."""
        ident = "member" + "".join(
            "abcdefghijklmnop"[int(c, 16)] for c in f"{next(numbers):06x}")
        db = sqlite3.connect(os.path.join(self.stack.data, "pitbox.db"),
                             timeout=5)
        db.execute("INSERT INTO people (id, login, name, password_hash, "
                   "created_utc_us) VALUES (?, ?, 'x', '', 1)", (ident, login))
        db.execute("INSERT INTO members VALUES ('red', ?, 'viewer')", (ident,))
        db.commit()
        db.close()
        self.stack.wait(
            lambda: self.call("PATCH", f"/api/v1/people/{ident}",
                              self.cred["red", "admin"],
                              {"role": "viewer"})[0] == 204,
            "the new member", 5)
        return ident


def fits(expected, status, body):
    want, _, code = expected.partition(":")
    if int(want) != status:
        return False
    if not code:
        return True
    return code == json.loads(body)["code"]


def check(world, problems, what, expected, method, path, cred, reuse=None):
    url, body = reuse or world.fresh(method, path)
    content = "application/sdp" if path.startswith(("/whep/", "/whip/")) else None
    status, _, text = world.call(method, url, cred, body, content)
    if not fits(expected, status, text):
        problems.append(f"{method} {path}: {what}: {status}, not {expected}: "
                        f"{text[:120]!r}")


def walk(world, rows, problems):
    n = 0
    for (method, path), (own, blue, bad) in rows.items():
        refused = None
        for kind in KINDS:
            # One object does for all that are turned away.
            turned_away = own[kind][:3] in ("401", "403")
            if turned_away and not refused:
                refused = world.fresh(method, path)
            check(world, problems, f"red {kind}", own[kind], method, path,
                  world.cred["red", kind], refused if turned_away else None)
            foreign = (own[kind] if turned_away or blue == "=" else blue)
            check(world, problems, f"blue {kind}", foreign, method, path,
                  world.cred["blue", kind], refused if turned_away else None)
            n += 2
            if path.endswith("/logout") and kind in PEOPLE:
                world.renew("red", kind)
                world.renew("blue", kind)
        for name, cred in world.bad.items():
            check(world, problems, name, bad, method, path, cred,
                  refused or world.fresh(method, path))
            n += 1
    return n


def make_bad(world):
    """Secrets that were good, or nearly."""
    red = world.cred["red", "admin"]
    soon = int(time.time() * 1000) + 1500
    bearer = lambda token: {"Authorization": "Bearer " + token}
    expired = world.add_key("red", "admin", expires_utc_ms=soon)
    revoked = world.add_key("red", "admin")
    share = world.add_share("red", driver="red-car")
    world.good(204, "DELETE", f"/api/v1/keys/{revoked['id']}", red)
    world.good(204, "DELETE", f"/api/v1/shares/{share['id']}", red)
    ended, _ = world.cookie("red-admin")
    world.good(204, "POST", "/api/v1/auth/logout", ended)
    good = world.cred["red", "kadm"]["Authorization"].split()[1]
    jwt = red["Cookie"]
    replayed, _ = world.log_in("red-coach")
    refresh = {"Cookie": "pitbox_refresh=" + replayed["pitbox_refresh"]}
    headers, _ = world.good(200, "POST", "/api/v1/auth/refresh", refresh)
    used = {"Cookie": headers.get_all("Set-Cookie")[1].split(";")[0]}
    world.good(200, "POST", "/api/v1/auth/refresh", used)
    assert world.call("POST", "/api/v1/auth/refresh", refresh)[0] == 401
    world.stack.wait(lambda: time.time() * 1000 > soon, "the key's end")
    return {
        "expired key": bearer(expired["token"]),
        "revoked key": bearer(revoked["token"]),
        "revoked share": {"Cookie": "pitbox_share=" + share["token"]},
        "ended login": ended,
        "login of a replayed refresh token":
            {"Cookie": "pitbox_access=" + replayed["pitbox_access"]},
        "malformed key": bearer("pbk_nothing"),
        "key, one letter changed":
            bearer(good[:40] + ("b" if good[40] == "a" else "a") + good[41:]),
        "share as a key of that id": bearer("pbs" + good[3:]),
        "Basic": {"Authorization": "Basic YWRtaW46YWRtaW4="},
        "malformed login": {"Cookie": "pitbox_access=a.b.c"},
        "login, unsigned":
            {"Cookie": re.sub(r"\.[^.]*$", ".", jwt)},
        "refresh token as a login":
            {"Cookie": "pitbox_access=" + replayed["pitbox_refresh"]},
    }


def test_complete(world, rows):
    """Each address of the document stands in the matrix, and the other way."""
    doc = world.good(200, "GET", "/api/v1/openapi.json", None)[1]
    listed = {(m.upper(), p) for p, ms in doc["paths"].items() for m in ms
              if m in ("get", "post", "put", "patch", "delete")}
    assert listed == set(rows), (listed - set(rows), set(rows) - listed)


def test_lists(world):
    """What a team lists is its own alone."""
    for path in ("drivers", "sessions", "devices", "people", "keys", "shares",
                 "readers", "invitations", "audit"):
        for team, other in (("red", "blue"), ("blue", "red")):
            text = world.call("GET", f"/api/v1/{path}?limit=200",
                              world.cred[team, "admin"])[2].decode()
            assert f"{other}-" not in text, (team, path, text)
    text = world.call("GET", "/metrics", world.cred["red", "admin"])[2].decode()
    assert "red-car" in text and "blue-car" not in text
    assert "process_cpu" not in text, "the process is no team's"
    text = world.call("GET", "/api/v1/drivers", world.cred["red", "shD"])[2]
    assert b"red-car" in text


def test_foreign_pages(world):
    """What a browser adds by itself is not enough."""
    cookie = world.cred["red", "admin"]
    url = world.stack.url
    for headers, status in (
            ({"Origin": url}, 201), ({}, 403),
            ({"Origin": "null"}, 403), ({"Origin": "http://evil.example"}, 403),
            ({"Origin": url + ".evil.example"}, 403),
            ({"Origin": url, "Content-Type": "text/plain"}, 415)):
        request = urllib.request.Request(
            url + "/api/v1/invitations", method="POST",
            data=b'{"role":"viewer","hours":1}',
            headers={"Content-Type": "application/json", **cookie, **headers})
        try:
            with urllib.request.urlopen(request, timeout=60) as r:
                got = r.status
        except urllib.error.HTTPError as e:
            got = e.code
        assert got == status, (headers, got)


def test_life(world):
    """Invitation, second team, role, password: each acts at once."""
    red = world.cred["red", "admin"]
    made = world.good(201, "POST", "/api/v1/invitations", red,
                      {"role": "viewer", "hours": 1})[1]
    entry = {"token": made["token"], "login": "carl", "name": "Carl",
             "password": PASSWORD}
    assert world.call("POST", "/api/v1/auth/accept", None,
                      {**entry, "password": "short"})[0] == 400
    me = world.good(201, "POST", "/api/v1/auth/accept", None, entry)[1]
    assert me["role"] == "viewer" and me["team"]["id"] == "red", me
    assert world.call("POST", "/api/v1/auth/accept", None, entry)[0] == 404
    carl, _ = world.cookie("carl")
    assert world.call("GET", "/api/v1/sessions", carl)[0] == 403
    world.good(204, "PATCH", f"/api/v1/people/{me['person']['id']}", red,
               {"role": "coach"})
    assert world.call("GET", "/api/v1/sessions", carl)[0] == 200
    # Into blue, too: there another role, and red's things are gone.
    made = world.good(201, "POST", "/api/v1/invitations",
                      world.cred["blue", "admin"],
                      {"role": "admin", "hours": 1})[1]
    entry["token"] = made["token"]
    assert world.call("POST", "/api/v1/auth/accept", None,
                      {**entry, "password": "wrong horse"})[0] == 401
    me = world.good(201, "POST", "/api/v1/auth/accept", None, entry)[1]
    assert [t["id"] for t in me["teams"]] == ["blue", "red"], me
    headers, me = world.good(200, "POST", "/api/v1/auth/team", carl,
                             {"team": "blue"})
    assert me["role"] == "admin", me
    blue = {"Cookie": headers.get_all("Set-Cookie")[0].split(";")[0]}
    assert world.call("GET", "/api/v1/drivers/red-car", blue)[0] == 404
    assert world.call("GET", "/api/v1/drivers/blue-car", blue)[0] == 200
    # A new password ends the other logins, not this one.
    world.good(204, "POST", "/api/v1/auth/password", blue,
               {"old": PASSWORD, "new": PASSWORD + "!"})
    other, _ = world.log_in("red-viewer")
    assert world.call("GET", "/api/v1/auth/me", blue)[0] == 200
    assert not world.can_log_in("carl")
    world.good(204, "DELETE", f"/api/v1/people/{me['person']['id']}", red)
    assert world.call("GET", "/api/v1/auth/me", carl)[0] == 401
    assert world.call("GET", "/api/v1/auth/me", blue)[0] == 200
    # The only admin stays.
    own = world.person["red", "admin"]
    assert world.call("DELETE", f"/api/v1/people/{own}", red)[0] == 409
    assert other


def test_gone_while_it_waits(world):
    """A client that leaves while its password is looked at."""
    host, port = world.stack.url[7:].split(":")
    body = json.dumps({"login": "red-admin", "password": "x" * 20}).encode()
    for _ in range(3):
        with socket.create_connection((host, int(port))) as s:
            s.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\n"
                      b"Content-Type: application/json\r\nContent-Length: "
                      + str(len(body)).encode() + b"\r\n\r\n" + body)
    world.stack.wait(lambda: world.can_log_in("red-admin"), "a login", 60)
    assert world.stack.server.alive(), world.stack.server.err()


def test_revocation(world):
    """By the command line, too: within a second."""
    key = world.add_key("red", "read_live")
    cred = {"Authorization": "Bearer " + key["token"]}
    assert world.call("GET", "/api/v1/drivers", cred)[0] == 200
    world.run("key", "remove", key["id"])
    began = time.monotonic()
    world.stack.wait(
        lambda: world.call("GET", "/api/v1/drivers", cred)[0] == 401,
        "the key's end", 5)
    print(f"a key removed beside the server: {time.monotonic() - began:.2f} s")


def totp(secret, step):
    """RFC 6238, as an authenticator does."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step),
                      "sha1").digest()
    at = digest[-1] & 15
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7fffffff
    return f"{number % 10**6:06d}"


def test_second_factor(world):
    """On, needed, taken once, off."""
    cred = world.cred["red", "engineer"]
    entry = {"login": "red-engineer", "password": PASSWORD}
    secret = world.good(200, "POST", "/api/v1/auth/totp", cred)[1]["secret"]
    step = int(time.time()) // 30
    near = {totp(secret, step + n) for n in range(-2, 3)}
    wrong = next(c for c in ("000000", "111111", "222222", "333333", "444444",
                             "555555") if c not in near)
    assert world.call("PUT", "/api/v1/auth/totp", cred,
                      {"code": wrong})[0] == 400
    world.good(204, "PUT", "/api/v1/auth/totp", cred,
               {"code": totp(secret, step - 1)})

    def log_in(**more):
        status, _, text = world.call("POST", "/api/v1/auth/login", None,
                                     {**entry, **more})
        return status, json.loads(text)
    status, body = log_in()
    assert status == 401 and "totp_needed" in json.dumps(body), body
    # The one that proved it was taken then.
    assert log_in(totp=totp(secret, step - 1))[0] == 401
    status, me = log_in(totp=totp(secret, step))
    assert status == 200 and me["person"]["totp"], me
    assert log_in(totp=totp(secret, step))[0] == 401
    # The password alone tells nobody that there is a second factor.
    assert "totp" not in json.dumps(log_in(password="wrong horse")[1])
    assert world.call("DELETE", "/api/v1/auth/totp", cred,
                      {"password": "wrong horse"})[0] == 403
    world.good(204, "DELETE", "/api/v1/auth/totp", cred, {"password": PASSWORD})
    assert log_in()[0] == 200


def test_first_account():
    """Open on loopback, until the link at the start has been used."""
    with Stack() as stack:
        world = World.__new__(World)
        world.stack = stack
        server = stack.start_server()
        me = world.good(200, "GET", "/api/v1/auth/me", None)[1]
        assert me["kind"] == "local" and me["open"] and me["setup"], me
        # Being on this machine is nothing that another site's page may use.
        assert world.call("POST", "/api/v1/devices",
                          {"Origin": "http://evil.example"},
                          {"name": "x", "driver": "x"})[0] == 403
        world.good(201, "POST", "/api/v1/devices", None,
                   {"name": "x", "driver": "x"})
        token = server.wait_for(r"/#/setup\?token=(\S+)").group(1)
        entry = {"login": "ann", "name": "Ann", "password": PASSWORD}
        assert world.call("POST", "/api/v1/auth/setup", None,
                          {**entry, "token": token[:-1] + "-"})[0] == 403
        headers, me = world.good(201, "POST", "/api/v1/auth/setup", None,
                                 {**entry, "token": token})
        assert me["role"] == "admin" and not me["open"], me
        assert world.call("POST", "/api/v1/auth/setup", None,
                          {**entry, "token": token})[0] == 403
        assert world.call("GET", "/api/v1/drivers")[0] == 401
        for cookie in headers.get_all("Set-Cookie"):
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie, cookie


def main():
    test_first_account()
    rows = read_matrix()
    with Stack() as stack:
        world = World(stack)
        test_complete(world, rows)
        world.bad = make_bad(world)
        problems = []
        n = walk(world, rows, problems)
        assert not problems, "\n".join(problems)
        print(f"{len(rows)} addresses, {n} answers as the matrix says")
        test_lists(world)
        test_foreign_pages(world)
        test_revocation(world)
        test_gone_while_it_waits(world)
        test_second_factor(world)
        test_life(world)
        text = stack.server.err()
        for cred in world.cred.values():
            for value in cred.values():
                assert value.split("=")[-1].split()[-1] not in text
        assert PASSWORD not in text
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
