#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""House rules that can be executed: who may include whom, formatting, headers.

Usage: check-source.py [ROOT]. Exit code 1 and one line per finding.
"""
import json
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else ".")

LIBS = ["pipelines", "elements/libs/gstpitbox", "elements/libs/irsdk",
        "elements/libs/mpegts"]

# A folder may include its own headers and those of the folders named here.
# Longest prefix wins. Tests may include everything.
MAY_INCLUDE = {
    "elements/libs/irsdk": [],
    "elements/libs/gstpitbox": ["elements/libs/irsdk"],
    "elements/libs/mpegts": [],
    "elements/libs/racesim": ["elements/libs/irsdk"],
    "elements/irsdk": ["elements/libs"],
    "elements/telemetry": ["elements/libs"],
    "elements/video": ["elements/libs"],
    "elements/capture": ["elements/libs"],
    "elements/net": ["elements/libs"],
    "elements/tools": ["elements/libs"],
    "pipelines": ["elements/libs/gstpitbox", "elements/libs/irsdk"],
    "program": [],
    "program/json": [],
    "protocol": ["program/json"],
    "agent": ["program", "protocol"] + LIBS,
    "server": ["server", "program"] + LIBS,
    "server/analysis": ["program/json"] + LIBS,
    "server/auth": LIBS,
    "server/health": [],
    "server/live": ["program/json"] + LIBS,
    "server/store": ["server/auth"] + LIBS,
    "server/recording": ["server/store"] + LIBS,
    "server/problem": ["program/json"],
    "server/webrtc": ["server/live", "server/problem"] + LIBS,
    "server/session": ["server/analysis", "program", "program/json",
                       "server/health", "server/live", "server/recording",
                       "server/store"] + LIBS,
    "server/ingest": ["program", "server/auth", "server/live",
                      "server/recording", "server/session",
                      "server/store", "server/webrtc"] + LIBS,
    "server/control": ["server/auth", "program", "program/json",
                       "protocol"] + LIBS,
    "server/http": ["server/auth", "server/control", "server/ingest",
                    "program", "program/json", "protocol", "server/health",
                    "server/live", "server/problem", "server/recording",
                    "server/session", "server/store",
                    "server/webrtc"] + LIBS,
    "tests": ["agent", "server", "pipelines", "program", "protocol",
              "elements"],
}

# Headers that only POSIX systems have; the product's C for the driver's PC
# keeps them in files named for the platform.
POSIX_HEADERS = re.compile(
    r"^(unistd|pthread|semaphore|fcntl|poll|dlfcn|pwd|termios|netdb|spawn|"
    r"glib-unix)\.h$"
    r"|^(sys|netinet|arpa|linux)/")
PLATFORM_FILE = re.compile(r"-(posix|linux)\.[ch]$|/platform/posix/")

TOP_LEVEL = ["agent", "elements", "pipelines", "program", "protocol", "server",
             "dashboard", "installer", "tests"]

findings = []


def finding(path, line, text):
    findings.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")


def tracked():
    out = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co",
         "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True).stdout.decode()
    return sorted(f for f in out.split("\0")
                  if f and os.path.isfile(os.path.join(ROOT, f)))


def room(path):
    best = ""
    for prefix in MAY_INCLUDE:
        if path.startswith(prefix + "/") and len(prefix) > len(best):
            best = prefix
    return best


def include_target(path, name, headers):
    """The file of ours that an include means, or None for a system header."""
    here = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if here in headers:
        return here
    tail = [h for h in headers if h == name or h.endswith("/" + name)]
    for h in tail:
        if h.startswith("elements/libs/"):
            return h
    return tail[0] if tail else None


def check_includes(files):
    headers = {f for f in files if f.endswith(".h")}
    for path in files:
        if not path.endswith((".c", ".h")):
            continue
        own = room(path)
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            for n, line in enumerate(f, 1):
                m = re.match(r'\s*#\s*include\s*["<]([^">]+)[">]', line)
                if not m:
                    continue
                name = m.group(1)
                if (path.startswith(("agent/", "elements/", "pipelines/",
                                         "program/"))
                        and POSIX_HEADERS.search(name)
                        and not PLATFORM_FILE.search(path)):
                    finding(path, n, f"<{name}> only in a file named -posix "
                            "or -linux")
                if own == "elements/libs/irsdk" and name.startswith(
                        ("glib", "gst/", "gio")):
                    finding(path, n, "libs/irsdk is plain C: no GLib")
                if own == "elements/libs/racesim" and name.startswith("gst/"):
                    finding(path, n, "libs/racesim knows no GStreamer")
                target = include_target(path, name, headers)
                if target is None or room(target) == own:
                    continue
                if not any(target.startswith(p + "/")
                           for p in MAY_INCLUDE.get(own, [])):
                    finding(path, n, f"{own or path} must not include "
                            f"{target}")


def check_headers(files):
    for path in files:
        if not path.endswith((".c", ".h", ".ts")):
            continue
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            head = f.read(400)
        if "SPDX-License-Identifier:" not in head:
            finding(path, 1, "no SPDX line")
        if path.endswith(".h") and "#pragma once" not in head \
                and "#pragma once" not in open(
                    os.path.join(ROOT, path), encoding="utf-8").read():
            finding(path, 1, "no #pragma once")


def check_format(files):
    tool = shutil.which("clang-format-14") or shutil.which("clang-format")
    version = ""
    if tool:
        version = subprocess.run([tool, "--version"], capture_output=True,
                                 text=True).stdout
    if not re.search(r"version 14\.", version):
        print("note: formatting not checked (clang-format 14 is not here)")
        return
    sources = [f for f in files if f.endswith((".c", ".h"))]
    for i in range(0, len(sources), 40):
        out = subprocess.run([tool, "--dry-run", "--ferror-limit=1", "-Werror",
                              *sources[i:i + 40]],
                             cwd=ROOT, capture_output=True, text=True).stderr
        for path in sorted({m.group(1) for m in re.finditer(
                r"^([^\s:]+):\d+:\d+: error", out, re.M)}):
            finding(path, 0, "run clang-format -i on it")


def check_text(files):
    # Words built from pieces, so that this file does not find itself.
    unfinished = re.compile(r"\b(" + "|".join(
        ["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
    for path in files:
        if path.endswith((".png", ".ico", ".wasm", ".gz", ".bin", ".ibt")):
            continue
        if path == "LICENSE" or path.startswith("tests/fuzz/corpus"):
            continue
        try:
            with open(os.path.join(ROOT, path), encoding="utf-8") as f:
                text = f.read()
        except UnicodeDecodeError:
            continue
        for n, line in enumerate(text.splitlines(), 1):
            if unfinished.search(line):
                finding(path, n, "unfinished: " + line.strip()[:60])
        if path.endswith("package-lock.json"):
            lock = json.loads(text)
            for name, p in lock.get("packages", {}).items():
                if str(p.get("resolved", "")).startswith("http"):
                    finding(path, 0, f"{name} names a registry host")
                    break


def check_folders():
    for d in TOP_LEVEL:
        if not os.path.isfile(os.path.join(ROOT, d, "README.md")):
            finding(d, 0, "no README.md (its design page)")


def main():
    files = tracked()
    check_includes(files)
    check_headers(files)
    check_format(files)
    check_text(files)
    check_folders()
    print("\n".join(findings))
    print(f"{len(files)} files, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
