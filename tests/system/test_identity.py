#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Accounts and devices when things happen at once, twice, with an answer lost,
or with the server killed in between."""
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from pitbox import Stack, need
from test_access import totp

need("pitbox-server")
PASSWORD = "a long way to the pits"
NEW_PASSWORD = "and a short one back"


class Browser:
    """Keeps its cookies; of each call the status and the answer."""

    def __init__(self, stack):
        self.stack = stack
        self.jar = {}

    def call(self, method, path, body=None, token=None, jar=None):
        jar = self.jar if jar is None else jar
        headers = {"Origin": self.stack.url}
        if token:
            headers["Authorization"] = "Bearer " + token
        elif jar:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in jar.items())
        data = None
        if method != "GET":
            headers["Content-Type"] = "application/json"
            data = json.dumps(body or {})
        c = http.client.HTTPConnection(*self.stack.url[7:].split(":"),
                                       timeout=60)
        c.request(method, path, data, headers)
        r = c.getresponse()
        text = r.read()
        for cookie in r.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.jar[name] = value
        c.close()
        return r.status, json.loads(text or "null")

    def good(self, status, method, path, body=None, token=None):
        got, answer = self.call(method, path, body, token)
        assert got == status, (method, path, got, answer)
        return answer

    def log_in(self, login, password=PASSWORD):
        return self.call("POST", "/api/v1/auth/login",
                         {"login": login, "password": password})[0]

    def is_in(self):
        return self.call("GET", "/api/v1/auth/me")[0] == 200

    def refresh(self, token=None):
        """By a cookie of earlier, or its own: the status."""
        jar = {"pitbox_refresh": token} if token else None
        return self.call("POST", "/api/v1/auth/refresh", jar=jar)[0]


def logged_in(stack, login, password=PASSWORD):
    browser = Browser(stack)
    assert browser.log_in(login, password) == 200, login
    return browser


def at_once(*work):
    threads = [threading.Thread(target=w) for w in work]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def restart(stack, sig=signal.SIGKILL):
    port = stack.url.rsplit(":", 1)[1]
    stack.server.stop(sig)
    stack.start_server("--http-port", port,
                       name=f"server-{len(stack.processes)}")


def audit(stack, action):
    """What stands in the file now, whoever writes it."""
    db = sqlite3.connect(os.path.join(stack.data, "pitbox.db"))
    rows = db.execute("SELECT team, who, target, detail FROM audit "
                      "WHERE action = ? ORDER BY pk", (action,)).fetchall()
    db.close()
    return rows


def test_old_password(stack):
    """Logins by the old password that wait to be looked at while it is changed
    open nothing afterwards."""
    changer = logged_in(stack, "bob")
    changed = threading.Event()
    entered = []

    def change():
        changer.good(204, "POST", "/api/v1/auth/password",
                     {"old": PASSWORD, "new": NEW_PASSWORD})
        changed.set()

    def enter():
        while not changed.is_set():
            browser = Browser(stack)
            if browser.log_in("bob") == 200:
                entered.append(browser)
    at_once(change, *[enter] * 5)
    assert changer.is_in()
    alive = sum(b.is_in() for b in entered)
    assert alive == 0, f"{alive} of {len(entered)} logins are alive"
    assert Browser(stack).log_in("bob", NEW_PASSWORD) == 200
    print(f"ok {len(entered)} logins by the old password have ended")


def test_invitations(stack):
    """One person each, and nobody loses a role."""
    ann = logged_in(stack, "ann")

    def invite(role):
        return ann.good(201, "POST", "/api/v1/invitations",
                        {"role": role, "hours": 1})["token"]
    token = invite("coach")
    answers = []

    def accept(login):
        answers.append(Browser(stack).call(
            "POST", "/api/v1/auth/accept",
            {"token": token, "login": login, "name": login,
             "password": PASSWORD})[0])
    at_once(*[lambda n=n: accept(f"new{n}") for n in range(3)])
    assert sorted(answers) == [201, 404, 404], answers
    people = ann.good(200, "GET", "/api/v1/people")["items"]
    assert sum(p["login"].startswith("new") for p in people) == 1, people
    # The team's only admin looks at what such a link does.
    me = Browser(stack).good(
        201, "POST", "/api/v1/auth/accept",
        {"token": invite("viewer"), "login": "ann", "name": "Ann",
         "password": PASSWORD})
    assert me["role"] == "admin", me
    print("ok an invitation is one person's, and takes nothing away")


def test_second_factor(stack):
    """Nobody gets around the password by a second one."""
    cat = logged_in(stack, "cat")
    late = logged_in(stack, "cat")
    secret = cat.good(200, "POST", "/api/v1/auth/totp")["secret"]
    other = late.good(200, "POST", "/api/v1/auth/totp")["secret"]
    step = int(time.time()) // 30
    cat.good(204, "PUT", "/api/v1/auth/totp", {"code": totp(secret, step)})
    status, answer = late.call("PUT", "/api/v1/auth/totp",
                               {"code": totp(other, step)})
    assert status == 409 and answer["code"] == "refused", answer
    assert cat.call("POST", "/api/v1/auth/totp")[0] == 409
    cat.good(204, "DELETE", "/api/v1/auth/totp", {"password": PASSWORD})
    cat.good(200, "POST", "/api/v1/auth/totp")
    print("ok a second factor is not replaced without the password")


def test_lost_answer(stack):
    """A page that was closed while it renewed its login is still logged in; a
    token that comes later ends the login."""
    page = logged_in(stack, "ann")
    first = page.jar["pitbox_refresh"]
    page.refresh()
    lost = page.jar["pitbox_refresh"]
    assert page.refresh(first) == 200 and page.is_in()
    # Nor by a server that dies before it has answered.
    restart(stack)
    assert page.refresh(first) == 200 and page.is_in()
    assert page.jar["pitbox_refresh"] not in (first, lost)
    assert page.refresh() == 200
    # That answer was used: whoever has the one before is no closed page.
    kept = dict(page.jar)
    assert page.refresh(first) == 401
    assert page.call("GET", "/api/v1/auth/me", jar=kept)[0] == 401
    # Of two answers to one token the one given up ends the login, too.
    page = logged_in(stack, "ann")
    first = page.jar["pitbox_refresh"]
    page.refresh()
    lost = page.jar["pitbox_refresh"]
    assert page.refresh(first) == 200
    kept = dict(page.jar)
    assert page.refresh(lost) == 401
    assert page.call("GET", "/api/v1/auth/me", jar=kept)[0] == 401
    assert len(audit(stack, "login.replayed")) == 2
    assert len(audit(stack, "login.repeated")) == 3
    print("ok a lost answer does not end a login, a stolen token does")


def test_audit_with_the_change(stack):
    """What was answered stands in the log, also if the server dies at once."""
    ann = logged_in(stack, "ann")
    for n in range(20):
        made = ann.good(201, "POST", "/api/v1/keys",
                        {"name": f"key{n}", "scopes": ["read_live"]})
        assert audit(stack, "key.add")[-1][2] == made["id"]
        ann.good(204, "DELETE", f"/api/v1/keys/{made['id']}")
        assert audit(stack, "key.remove")[-1][2] == made["id"]
    ann.good(201, "POST", "/api/v1/devices", {"name": "obs", "driver": "car1"})
    ann.good(201, "POST", "/api/v1/shares", {"driver": "car1", "hours": 2})
    assert audit(stack, "share.add")[-1][3] == "car1"
    ann.good(201, "POST", "/api/v1/invitations", {"role": "coach", "hours": 2})
    assert audit(stack, "invitation.add")[-1][3] == "coach"
    ann.good(204, "DELETE", "/api/v1/devices/obs")
    restart(stack)
    assert audit(stack, "device.revoke")[-1][:3] == ("default", "ann", "obs")
    ann.good(204, "POST", "/api/v1/auth/logout")
    assert audit(stack, "logout")[-1][2] == "ann"
    print("ok each change and its line in the log are one")


def test_words(stack):
    """Over HTTP nobody is sent to a command line that they may not have."""
    ann = logged_in(stack, "ann")
    for kind, body, advice in (
            ("devices", {"name": "taken", "driver": "car1"}, "rotate it"),
            ("readers", {"name": "taken", "drivers": []}, "remove it first")):
        ann.good(201, "POST", f"/api/v1/{kind}", body)
        status, answer = ann.call("POST", f"/api/v1/{kind}", body)
        assert status == 409 and answer["code"] == "exists", answer
        assert "another name" in answer["detail"], answer
        assert advice in answer["detail"], answer
        ann.good(204, "DELETE", f"/api/v1/{kind}/taken")
        status, gone = ann.call("DELETE", f"/api/v1/{kind}/taken")
        assert status == 404 and gone["code"] == "not_found", gone
        for words in (answer["detail"], gone["detail"]):
            assert "pitbox-server" not in words, words
    print("ok what is refused says what to do here")


def test_confirm(stack):
    """Whoever finds a page open does not stay by a key of their own."""
    ann = logged_in(stack, "ann")
    key = {"name": "mine", "scopes": ["admin"]}
    token = ann.good(201, "POST", "/api/v1/keys", key)["token"]
    # Of a login from before the last ten minutes, or the last start.
    restart(stack)
    cat = ann.good(200, "GET", "/api/v1/people")["items"][0]["id"]
    for method, path, body in (
            ("POST", "/api/v1/keys", key), ("DELETE", "/api/v1/keys/none", {}),
            ("POST", "/api/v1/invitations", {"role": "admin", "hours": 1}),
            ("PATCH", f"/api/v1/people/{cat}", {"role": "viewer"}),
            ("POST", "/api/v1/auth/totp", {}),
            ("PUT", "/api/v1/auth/totp", {"code": "123456"})):
        status, answer = ann.call(method, path, body)
        assert status == 403 and answer["code"] == "reauthenticate", answer
    # All else goes on, and so do programs.
    ann.good(200, "GET", "/api/v1/keys")
    ann.good(201, "POST", "/api/v1/devices", {"name": "n", "driver": "car1"})
    ann.good(204, "DELETE", "/api/v1/devices/n")
    assert Browser(stack).call("POST", "/api/v1/keys", key, token=token)[0] \
        == 201
    status, answer = ann.call("POST", "/api/v1/auth/confirm",
                              {"password": "wrong horse"})
    assert status == 403 and answer["code"] == "wrong_password", answer
    assert ann.call("POST", "/api/v1/keys", key)[0] == 403
    ann.good(204, "POST", "/api/v1/auth/confirm", {"password": PASSWORD})
    assert audit(stack, "login.confirm")[-1][:3] == ("default", "ann", "ann")
    ann.good(201, "POST", "/api/v1/keys", key)
    # It is this login's, not hers everywhere; with a second factor both.
    secret = ann.good(200, "POST", "/api/v1/auth/totp")["secret"]
    step = int(time.time()) // 30
    ann.good(204, "PUT", "/api/v1/auth/totp", {"code": totp(secret, step - 1)})
    restart(stack)
    assert ann.call("POST", "/api/v1/keys", key)[0] == 403
    confirm = {"password": PASSWORD}
    status, answer = ann.call("POST", "/api/v1/auth/confirm", confirm)
    assert status == 403 and answer["code"] == "totp_needed", answer
    for digits in ("000000", totp(secret, step - 1)):
        status, answer = ann.call("POST", "/api/v1/auth/confirm",
                                  {**confirm, "totp": digits})
        assert status == 403 and answer["code"] == "wrong_password", answer
    ann.good(204, "POST", "/api/v1/auth/confirm",
             {**confirm, "totp": totp(secret, int(time.time()) // 30)})
    ann.good(201, "POST", "/api/v1/keys", key)
    ann.good(204, "DELETE", "/api/v1/auth/totp", confirm)
    print("ok keys, people and second factors need a password of late")


class Rig:
    """A PC that asks to be let in."""

    def __init__(self, stack, name="rig"):
        self.http = Browser(stack)
        asked = self.http.good(201, "POST", "/api/v1/pairing",
                               {"device": name})
        self.code = asked["code"]
        self.poll_token = asked["poll_token"]

    def poll(self):
        return self.http.call("GET", "/api/v1/pairing", token=self.poll_token)

    def works(self, token):
        return self.http.call("GET", "/api/v1/device/self",
                              token=token)[0] == 200


def approve(browser, rig, driver="car1", **more):
    return browser.call("POST", "/api/v1/pairing/approve",
                        {"code": rig.code, "driver": driver, **more})


def test_paired_again(stack):
    """Who never heard that it was let in is let in again under its name, in
    place of what nobody has the secrets of."""
    ann = logged_in(stack, "ann")
    blue = logged_in(stack, "blue")
    rig = Rig(stack)
    assert approve(ann, rig)[0] == 200
    # Its answer goes with the server, as its code does.
    restart(stack)
    assert rig.poll()[0] == 401
    rig = Rig(stack)
    status, answer = approve(ann, rig)
    assert status == 409 and answer["code"] == "exists", answer
    assert answer["detail"].endswith("approve it with replace"), answer
    assert approve(ann, rig, replace="yes")[0] == 400
    assert approve(ann, rig, replace=True) == (
        200, {"device": "rig", "driver": "car1"})
    status, first = rig.poll()
    assert status == 200 and rig.works(first["token"]), first
    # Another PC of that name, for another driver: the first one is out.
    rig = Rig(stack)
    status, answer = approve(blue, rig, driver="blue-car", replace=True)
    assert status == 409 and "another team's" in answer["detail"], answer
    assert rig.works(first["token"])
    assert approve(ann, rig, driver="car2", replace=True)[0] == 200
    assert not rig.works(first["token"])
    status, second = rig.poll()
    assert status == 200 and rig.works(second["token"]), second
    assert second["passphrase"] != first["passphrase"]
    items = ann.good(200, "GET", "/api/v1/devices")["items"]
    assert [(d["name"], d["driver"]) for d in items] == [("rig", "car2")]
    # A name that nobody has: there is nothing to replace.
    rig = Rig(stack, "rig-9")
    assert approve(ann, rig, replace=True)[0] == 200
    said = [row[3] for row in audit(stack, "device.pair")]
    assert ["in place" in words for words in said] == [
        False, True, True, False], said
    print("ok a device is paired again in place of itself")


def test_approved_while_revoked(stack):
    """Two people, one code and one name: one after the other."""
    ann, eve = logged_in(stack, "ann"), logged_in(stack, "ann")
    rig = Rig(stack, "race")
    answers = []
    at_once(*[lambda b=b: answers.append(approve(b, rig)[0])
              for b in (ann, eve)],
            lambda: ann.call("DELETE", "/api/v1/devices/race"))
    assert sorted(answers) == [200, 404], answers
    status, given = rig.poll()
    assert status == 200, given
    names = [d["name"]
             for d in ann.good(200, "GET", "/api/v1/devices")["items"]]
    assert rig.works(given["token"]) == ("race" in names)
    print("ok a code is good once, however many type it")


def main():
    with Stack() as stack:
        password = stack.path("password")
        with open(password, "w", encoding="utf-8") as f:
            f.write(PASSWORD + "\n")

        def run(*words):
            subprocess.run(["pitbox-server", "--data-dir", stack.data, *words],
                           check=True, capture_output=True, timeout=60)
        run("team", "add", "blue")
        for login, role, team in (("ann", "admin", "default"),
                                  ("bob", "viewer", "default"),
                                  ("cat", "viewer", "default"),
                                  ("blue", "admin", "blue")):
            run("user", "add", login, "--role", role, "--team", team,
                "--password-file", password)
        stack.start_server()
        test_old_password(stack)
        test_invitations(stack)
        test_second_factor(stack)
        test_lost_answer(stack)
        test_audit_with_the_change(stack)
        test_words(stack)
        test_confirm(stack)
        test_paired_again(stack)
        test_approved_while_revoked(stack)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
