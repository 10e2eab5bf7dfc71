# SPDX-License-Identifier: LGPL-2.1-or-later
"""The files of a tree: what runtime.txt names, and what these import."""
import os
import re

import pe

HERE = os.path.dirname(os.path.abspath(__file__))


def sections(name):
    """A list file's [sections], each a list of words; # begins a comment."""
    found, current = {}, None
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        for line in f:
            line = line.split("#")[0].strip()
            if line.startswith("["):
                current = found.setdefault(line[1:-1], [])
            elif line:
                current += line.split()
    return found


def is_system(dll, path, known):
    if path.startswith("lib/gstreamer-1.0/") and dll in known["plugins-only"]:
        return True
    return dll in known["windows"] or re.fullmatch(r"(api|ext)-ms-win-[\w-]+\.dll", dll)


def imported_by(path):
    """(DLLs that must be there, DLLs that may be missing), in small letters."""
    file = pe.PE(path)
    return ({n.lower() for n in file.imports()}, {n.lower() for n in file.delayed()})


def is_binary(path):
    return path.lower().endswith((".exe", ".dll"))


def closure(runtime, ours, tests=False):
    """Paths within RUNTIME that are needed by what runtime.txt names and by the
    files OURS: {path: None}. Sorted."""
    wanted = sections("runtime.txt")
    start = [f"lib/gstreamer-1.0/gst{p}.dll" for p in wanted["plugins"]] + wanted["files"]
    if tests:
        start += [f"lib/gstreamer-1.0/gst{p}.dll" for p in wanted["test-plugins"]]
        start += wanted["test-files"]
    there = {f.lower(): f"bin/{f}" for f in os.listdir(os.path.join(runtime, "bin"))}
    need, seen = [os.path.join(runtime, s) for s in start] + list(ours), {}
    while need:
        path = need.pop()
        if path in seen:
            continue
        if not os.path.isfile(path):
            raise SystemExit(f"{os.path.relpath(path, runtime)} (runtime.txt) is in no wheel")
        seen[path] = None
        imports, delayed = imported_by(path)
        need += [os.path.join(runtime, there[d]) for d in imports | delayed if d in there]
    return sorted(os.path.relpath(p, runtime) for p in seen if p.startswith(runtime + os.sep))


def check_imports(tree):
    """Sentences about imports that are neither in TREE nor a part of Windows."""
    known, findings = sections("system-dlls.txt"), []
    files = [os.path.join(d, f) for d, _, names in os.walk(tree) for f in names]
    # Where Windows looks for what these import: bin/, the program's own folder.
    there = {f.lower() for f in os.listdir(os.path.join(tree, "bin"))}
    for path in sorted(os.path.relpath(f, tree) for f in filter(is_binary, files)):
        for dll in sorted(imported_by(os.path.join(tree, path))[0]):
            if dll not in there and not is_system(dll, path, known):
                findings.append(f"{path} imports {dll}, which is neither in the package nor in "
                                "system-dlls.txt")
    return findings
