#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The server's commands: what they print, their help, and their exit codes:
0 done, 1 failed, 2 not understood."""
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
             "device add NAME [--driver ID] [--print-passphrase]"),
            ("reader", "device",
             "reader add NAME [--driver ID]… [--print-passphrase]")):
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
    ("--driver and --print-passphrase are for commands", ["--driver", "a"]),
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
        test_no_folder(stack)
    print("ok")


if __name__ == "__main__":
    sys.exit(main())
