#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the built shared objects export is what they mean to: the library the
functions of its public headers, a plugin its description.

Usage: check-symbols.py LIBRARY HEADERS… -- PLUGINS…. Exit code 1 and one line
per finding, 77 where there is no nm.
"""
import os
import re
import shutil
import subprocess
import sys


def exported(path):
    out = subprocess.run(["nm", "-D", "--defined-only", path], check=True,
                         capture_output=True, text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    # The linker's and the sanitizers' own.
    return {n for n in names if not n.startswith("_")}


def declared(headers):
    names = set()
    for header in headers:
        with open(header, encoding="utf-8") as f:
            text = f.read()
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        text = re.sub(r"^#.*(\\\n.*)*$", "", text, flags=re.M)
        text = re.sub(r"^G_DEFINE_\w+ \(.*\)$", "", text, flags=re.M)
        names |= set(re.findall(r"\b(gst_\w+) \(", text))
    return names


def main():
    if not shutil.which("nm"):
        print("nm (binutils) is not here")
        return 77
    split = sys.argv.index("--")
    library, headers, plugins = (sys.argv[1], sys.argv[2:split],
                                 sys.argv[split + 1:])
    has, says = exported(library), declared(headers)
    findings = [f"{n} is exported and in no public header" for n in has - says]
    findings += [f"{n} is in a public header and not exported "
                 "(GST_PITBOX_API?)" for n in says - has]
    for plugin in plugins:
        name = re.sub(r"^(lib)?gst|\.\w+$", "", os.path.basename(plugin))
        wanted = {f"gst_plugin_{name}_get_desc", f"gst_plugin_{name}_register"}
        findings += [f"{name}: exports {n}" for n in exported(plugin) - wanted]
        findings += [f"{name}: lacks {n}" for n in wanted - exported(plugin)]
    print("\n".join(sorted(findings)))
    print(f"{len(has)} functions, {len(plugins)} plugins, "
          f"{len(findings)} findings")
    return 1 if findings or not says or not plugins else 0


if __name__ == "__main__":
    sys.exit(main())
