#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server's commands: what they print, their help, and their exit codes:
0 done, 1 failed, 2 not understood."""
import os
import subprocess
import sys

from pitbox import Stack


def command(stack, *words):
    return subprocess.run(["pitbox-server", "--data-dir", stack.data, *words],
                          capture_output=True, text=True, timeout=20)


def expect(stack, code, says, *words):
    done = command(stack, *words)
    assert done.returncode == code, (words, done)
    text = done.stdout if code == 0 else done.stderr
    assert says in text, (words, says, done)
    return done


def test_help(stack):
    """Of the program all commands, of a verb its own; nothing is done."""
    whole = expect(stack, 0, "--http-port", "--help")
    for verb, other, line in (
            ("device", "reader",
             "device add NAME [--driver ID] [--team ID] [--print-passphrase]"),
            ("reader", "device",
             "reader add NAME [--driver ID]… [--team ID] [--print-passphrase]")):
        assert line in whole.stdout, whole
        for words in ([verb, "--help"], [verb, "add", "-h"],
                      ["--help", verb], [verb, "remove", "x", "--help"]):
            done = expect(stack, 0, line, *words)
            assert f"{verb} list" in done.stdout, done
            assert f"pitbox-server {other}" not in done.stdout, done
            assert "--http-port" not in done.stdout, done


MISUSES = (
    ("there is no such command", ["drive"]),
    ("there is no such command", ["device"]),
    ("there is no such command", ["device", "rename", "pc1"]),
    ("its NAME is missing", ["device", "add"]),
    ("its NAME is missing", ["reader", "remove"]),
    ("there is a word too many", ["device", "add", "pc1", "pc2"]),
    ("there is a word too many", ["reader", "list", "studio"]),
    ("it takes one --driver",
     ["device", "add", "pc1", "--driver", "a", "--driver", "b"]),
    ("it takes no --driver", ["reader", "list", "--driver", "a"]),
    ("it takes no --print-passphrase",
     ["device", "remove", "pc1", "--print-passphrase"]),
    ("--print-passphrase are for commands", ["--driver", "a"]),
    ("it takes no --team", ["device", "rotate", "pc1", "--team", "red"]),
    ("a link needs --driver", ["share", "add"]),
    ("its NAME is missing", ["share", "remove"]),
    ("it takes no --scope", ["user", "list", "--scope", "admin"]),
    ("there is a word too many", ["invite", "somebody"]),
    ("--role must be", ["invite", "--role", "king"]),
    ("is no address like", ["invite", "--public-url", "pit.example"]),
    ("is no address like", ["invite", "--public-url", "https://a.example/x/"]),
    ("--scope", ["key", "add", "x"]),
    ("--scope", ["key", "add", "x", "--scope", "read_live", "--scope", "all"]),
    ("--hours", ["invite", "--hours", "721"]),
    ("Unknown option", ["device", "list", "--nothing"]),
    ("pc 1", ["device", "add", "pc 1"]),
    ("a/b", ["reader", "add", "studio", "--driver", "a/b"]),
)


def test_misuse(stack):
    """Exit code 2, the reason, and how it is used."""
    for says, words in MISUSES:
        expect(stack, 2, says, *words)
    done = expect(stack, 2, "device list", "device", "add")
    assert "reader" not in done.stderr, done


def test_keys(stack):
    """Added, listed, removed; a second time is a failure."""
    for verb, none, whom in (("device", "No device yet", "driver car07"),
                             ("reader", "No reader yet", "drivers car07")):
        expect(stack, 0, none, verb, "list")
        shown = expect(stack, 0, "passphrase", verb, "add", "one",
                       "--driver", "car07").stdout
        expect(stack, 1, f"{verb} remove one", verb, "add", "one")
        listed = expect(stack, 0, whom, verb, "list").stdout
        assert listed.startswith("one "), listed
        key = next(l for l in shown.splitlines()
                   if l.startswith("passphrase")).split()[1]
        assert key not in listed
        quiet = expect(stack, 0, "", verb, "add", "two", "--print-passphrase")
        assert len(quiet.stdout.split()) == 1, quiet
        expect(stack, 0, "", verb, "remove", "one")
        expect(stack, 1, f"{verb} list shows all", verb, "remove", "one")
    expect(stack, 0, "drivers all", "reader", "list")
    expect(stack, 0, "", "device", "add", "three")
    expect(stack, 1, "pitbox-server device rotate three;", "device", "add",
           "three")
    expect(stack, 0, "", "device", "revoke", "three")
    assert "three" not in expect(stack, 0, "two", "device", "list").stdout


def test_device_secrets(stack):
    """A new passphrase and a token, each shown once."""
    before = expect(stack, 0, "", "device", "add", "rig",
                    "--print-passphrase").stdout
    after = expect(stack, 0, "A stream that runs goes on", "device", "rotate",
                   "rig").stdout.split()[1]
    assert after != before.strip() and len(after) == len(before.strip()), after
    token = expect(stack, 0, "pbd_", "device", "token", "rig",
                   "--print-passphrase").stdout.strip()
    assert token not in expect(stack, 0, "rig", "device", "list").stdout
    for action in ("rotate", "token"):
        expect(stack, 1, "there is no device", "device", action, "none")


def test_key_log(stack):
    """Each change of devices and readers stands in its team's log; what is
    refused leaves nothing behind, no driver either."""
    expect(stack, 0, "", "team", "add", "green")
    for words in (["device", "add", "g-pc", "--driver", "g-car", "--team",
                   "green"], ["device", "rotate", "g-pc"],
                  ["device", "token", "g-pc"], ["device", "remove", "g-pc"],
                  ["reader", "add", "g-tv", "--driver", "g-car", "--team",
                   "green"], ["reader", "remove", "g-tv"]):
        expect(stack, 0, "", *words)
    log = expect(stack, 0, "", "audit", "list", "--team", "green").stdout
    lines = [line.split()[2:] for line in log.splitlines()]
    assert [line[:-1][-1] if line[-1] == "g-car" else line[-1]
            for line in lines] == ["g-pc"] * 4 + ["g-tv"] * 2, log
    for action in ("device.add", "device.rotate", "device.token",
                   "device.revoke", "reader.add", "reader.remove"):
        assert log.count(f" {action} ") == 1, (action, log)
    assert log.count("command line") == 6, log
    expect(stack, 0, "", "device", "add", "g-pc", "--team", "green")
    expect(stack, 1, "already", "device", "add", "g-pc", "--driver", "ghost")
    expect(stack, 0, "", "team", "add", "violet")
    # Were it the driver of team default now, violet could not have it.
    expect(stack, 0, "", "device", "add", "v-pc", "--driver", "ghost",
           "--team", "violet")


def test_identity(stack):
    """Accounts, teams and keys without a server, and no secret in an
    argument."""
    password = stack.path("password")
    with open(password, "w", encoding="utf-8") as f:
        f.write("correct horse\n")

    def typed(text, *words):
        return subprocess.run(
            ["pitbox-server", "--data-dir", stack.data, *words], input=text,
            capture_output=True, text=True, timeout=20)
    expect(stack, 0, "Nobody yet", "user", "list")
    expect(stack, 0, "", "team", "add", "red", "--name", "Red Racing")
    expect(stack, 1, "already", "team", "add", "red")
    expect(stack, 2, "cannot name a team", "team", "add", "Red")
    expect(stack, 0, "Red Racing", "team", "list")
    expect(stack, 0, "ann is admin of team default", "user", "add", "ann",
           "--role", "admin", "--password-file", password)
    common = stack.path("common")
    with open(common, "w", encoding="utf-8") as f:
        f.write("Password123\n")
    expect(stack, 1, "tried first", "user", "add", "zoe", "--password-file",
           common)
    expect(stack, 1, "already", "user", "add", "ann", "--password-file",
           password)
    expect(stack, 1, "there is no team", "user", "add", "bob", "--team", "blue",
           "--password-file", password)
    done = typed("short\n", "user", "add", "bob", "--team", "red")
    assert done.returncode == 1 and "8 to" in done.stderr, done
    done = typed("", "user", "add", "bob", "--team", "red")
    assert done.returncode == 1 and "no password" in done.stderr, done
    done = typed("correct horse\n", "user", "add", "bob", "--team", "red")
    assert done.returncode == 0, done
    expect(stack, 0, "", "user", "role", "bob", "--role", "coach", "--team",
           "red")
    listed = expect(stack, 0, "coach", "user", "list", "--team", "red").stdout
    assert "ann" not in listed and "bob" in listed, listed
    expect(stack, 0, "", "user", "passwd", "ann", "--password-file", password)
    expect(stack, 1, "nobody called", "user", "passwd", "eve",
           "--password-file", password)
    key = expect(stack, 0, "pbk_", "key", "add", "grafana", "--scope",
                 "read_live", "--team", "red", "--days", "30",
                 "--print-passphrase").stdout.strip()
    listed = expect(stack, 0, "read_live", "key", "list").stdout
    assert key not in listed
    expect(stack, 0, "", "key", "remove", listed.split()[0])
    for word in (listed.split()[0], listed.split()[1]):
        expect(stack, 1, "is the id that", "key", "remove", word)
    expect(stack, 0, "/#/invite?token=pbi_", "invite", "--role", "engineer")
    expect(stack, 0, "https://127.0.0.1:", "invite", "--tls-self-signed")
    expect(stack, 0, "  https://pit.example/#/invite?token=pbi_", "invite",
           "--public-url", "https://pit.example/")
    expect(stack, 1, "still has", "team", "remove", "red")
    expect(stack, 0, "", "user", "remove", "bob")
    # In the log of the team that bob was in.
    expect(stack, 0, "person.remove", "audit", "list", "--team", "red")
    expect(stack, 0, "", "team", "remove", "red")
    log = expect(stack, 0, "password.set", "audit", "list").stdout
    for word in ("team.add", "person.add", "key.remove", "invitation.add"):
        assert word in log, (word, log)
    assert "correct horse" not in log and "pbk_" not in log


def test_what_is_given_away(stack):
    """Links, invitations and logins: shown without their secret, withdrawn by
    id, in the log of their team."""
    expect(stack, 0, "", "team", "add", "blue")
    expect(stack, 0, "", "device", "add", "b-pc", "--driver", "b-car", "--team",
           "blue")
    listed = expect(stack, 0, "team blue", "device", "list", "--team",
                    "blue").stdout
    assert listed.startswith("b-pc ") and listed.count("\n") == 1, listed
    expect(stack, 1, "there is no driver 'nobody'", "share", "add", "--driver",
           "nobody")
    made = {
        "share": expect(stack, 0, "/#/share?token=pbs_", "share", "add",
                        "--driver", "b-car", "--hours", "2").stdout,
        "invitation": expect(stack, 0, "/#/invite?token=pbi_", "invite",
                             "--role", "coach", "--team", "blue").stdout,
    }
    for verb, none, whom in (
            ("share", "No link yet", "driver  b-car"),
            ("invitation", "No invitation is open", "coach")):
        listed = expect(stack, 0, whom, verb, "list", "--team", "blue").stdout
        token = made[verb].split("token=")[1].split()[0]
        assert token not in listed and "by command line" in listed, listed
        expect(stack, 0, "", verb, "remove", listed.split()[0])
        expect(stack, 1, "is the id that", verb, "remove", listed.split()[0])
        expect(stack, 0, none, verb, "list", "--team", "blue")
        log = expect(stack, 0, "", "audit", "list", "--team", "blue").stdout
        assert f" {verb}.add " in log and f" {verb}.remove " in log, log
    expect(stack, 0, "ann is logged in nowhere", "user", "logins", "ann")
    expect(stack, 0, "", "user", "logout", "ann")
    expect(stack, 1, "nobody called", "user", "logins", "eve")


def test_driver(stack):
    """A driver without devices goes with all that was recorded of it, and its
    team can go then; not while a server runs."""
    expect(stack, 0, "", "team", "add", "ochre")
    shown = expect(stack, 0, "m=publish,u=o-pc&passphrase=", "device", "add",
                   "o-pc", "--driver", "o-car", "--team", "ochre").stdout
    assert "--server 127.0.0.1:9000 " in shown, shown
    assert "in the place of 127.0.0.1" in shown, shown
    assert "--server HOST:9000 " in expect(
        stack, 0, "", "--bind", "0.0.0.0", "device", "add", "o-pc2", "--driver",
        "o-car", "--team", "ochre").stdout
    expect(stack, 0, "", "device", "remove", "o-pc2")
    expect(stack, 0, "", "share", "add", "--driver", "o-car")
    listed = expect(stack, 0, "1 device", "driver", "list", "--team",
                    "ochre").stdout
    assert listed.startswith("o-car ") and listed.count("\n") == 1, listed
    expect(stack, 1, "device remove o-pc", "driver", "remove", "o-car")
    expect(stack, 0, "", "device", "remove", "o-pc")
    expect(stack, 1, "driver, device and reader list", "team",
           "remove", "ochre")
    outside = stack.path("outside")
    os.makedirs(outside)
    folder = os.path.join(stack.data, "recordings", "o-car")
    session = os.path.join(folder, "20260101T000000Z-000000")
    os.makedirs(session)
    for path in (os.path.join(session, "00000.ts"),
                 os.path.join(outside, "kept")):
        with open(path, "w", encoding="utf-8"):
            pass
    os.symlink(outside, os.path.join(folder, "link"))
    with Stack() as other:
        other.start_server()
        expect(other, 0, "", "device", "add", "pc")
        expect(other, 0, "", "device", "remove", "pc")
        expect(other, 1, "Stop it", "driver", "remove", "pc")
    expect(stack, 0, "", "driver", "remove", "o-car")
    assert not os.path.lexists(folder)
    assert os.listdir(outside) == ["kept"]
    assert "o-car" not in expect(stack, 0, "", "driver", "list").stdout
    expect(stack, 0, "No link yet", "share", "list", "--team", "ochre")
    expect(stack, 1, "driver list shows all", "driver", "remove", "o-car")
    expect(stack, 2, "a/b", "driver", "remove", "a/b")
    expect(stack, 2, "..", "driver", "remove", "..")
    expect(stack, 0, "driver.remove", "audit", "list", "--team", "ochre")
    expect(stack, 0, "", "team", "remove", "ochre")


def test_no_folder(stack):
    """A folder that cannot be is a failure, not a misuse."""
    with open(stack.path("file"), "w", encoding="utf-8"):
        pass
    done = subprocess.run(
        ["pitbox-server", "--data-dir", stack.path("file"), "device", "list"],
        capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and done.stderr, done


def main():
    with Stack() as stack:
        test_help(stack)
        test_misuse(stack)
        test_keys(stack)
        test_device_secrets(stack)
        test_key_log(stack)
        test_identity(stack)
        test_what_is_given_away(stack)
        test_driver(stack)
        test_no_folder(stack)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
