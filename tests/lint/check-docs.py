#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation is built without a warning and has a page for each element
and the pages that it points at.

Usage: check-docs.py [BUILD-SCRIPT SOURCE-DIR GIR-FILE VERSION]; 77 where what it
needs was not there when the build was set up.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile


def main():
    if len(sys.argv) < 5:
        print("SKIP: PyGObject (python3-gi) or g-ir-scanner is not installed")
        sys.exit(77)
    if shutil.which("gi-docgen") is None:
        print("SKIP: gi-docgen is not installed")
        sys.exit(77)
    sys.path.insert(0, os.path.dirname(sys.argv[1]))
    sys.dont_write_bytecode = True
    import texts

    names = [f.get_name() for f in texts.factories()]
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "docs")
        done = subprocess.run([sys.executable, *sys.argv[1:5], out],
                              capture_output=True, text=True)
        said = done.stdout + done.stderr
        assert done.returncode == 0 and "WARNING" not in said, said
        for name in names:
            with open(os.path.join(out, name + ".html"),
                      encoding="utf-8") as f:
                page = f.read()
            # The highlighter puts its own marks between the words.
            plain = re.sub(r"<[^>]+>", "", page)
            for part in (f"{name}", "gst-launch-1.0", "Pads"):
                assert part in plain, f"{name}.html: no {part}"
        for page in ("index", "elements", "examples", "struct.TelemetryMeta"):
            assert os.path.getsize(os.path.join(out, page + ".html")) > 2000
        with open(os.path.join(out, "index.html"), encoding="utf-8") as f:
            index = f.read()
        missing = [n for n in names if f"{n}.html" not in index]
        assert not missing, f"not in the index: {missing}"
    print(f"{len(names)} elements")


if __name__ == "__main__":
    main()
