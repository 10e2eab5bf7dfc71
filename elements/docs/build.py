#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The documentation: the library's reference and a page for each element, made
one set of pages by gi-docgen. Any warning is an error.

Usage: build.py SOURCE-DIR GIR-FILE VERSION OUTPUT-DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    source, gir, version, out = sys.argv[1:5]
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        pages = subprocess.run(
            [sys.executable, os.path.join(HERE, "pages.py"), source, folder],
            check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        with open(os.path.join(HERE, "gstpitbox.toml.in"),
                  encoding="utf-8") as f:
            config = f.read().replace("@version@", version).replace(
                "@pages@", ", ".join(f'"{p}"' for p in pages))
        path = os.path.join(folder, "gstpitbox.toml")
        with open(path, "w", encoding="utf-8") as f:
            f.write(config)
        subprocess.run(
            ["gi-docgen", "generate", "--quiet", "--fatal-warnings",
             "--config", path, "--content-dir", folder, "--output-dir", out,
             "--no-namespace-dir", gir], check=True)
    print(os.path.join(out, "index.html"))


if __name__ == "__main__":
    main()
