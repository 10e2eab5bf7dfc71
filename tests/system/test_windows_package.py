#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The portable zip that ./run windows wrote: whole, ours to hand out, listed, and
running from any folder. What does not belong in it is found."""
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

from windows import need_package

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WINDOWS = os.path.join(ROOT, "installer", "windows")
sys.path.insert(0, WINDOWS)
sys.dont_write_bytecode = True


def unpack(folder):
    with zipfile.ZipFile(need_package("-portable.zip")) as archive:
        archive.extractall(folder)
    return os.path.join(folder, os.listdir(folder)[0])


def check_refusals(tree):
    import contents
    import runtime

    assert runtime.check_imports(tree) == []
    assert contents.check_licences(tree) == []
    os.rename(f"{tree}/bin/srt.dll", f"{tree}/srt.dll")
    found = runtime.check_imports(tree)
    assert any("imports srt.dll" in f for f in found), found
    found = contents.check_licences(tree)
    assert found == ["srt.dll stands in no component of components.ini"], found
    os.rename(f"{tree}/srt.dll", f"{tree}/bin/srt.dll")

    # A plugin says itself what it is under.
    bad = f"{tree}/lib/gstreamer-1.0/gstx264.dll"
    with open(f"{tree}/lib/gstreamer-1.0/gstapp.dll", "rb") as f:
        plugin = f.read()
    assert b"\0LGPL\0" in plugin
    with open(bad, "wb") as f:
        f.write(plugin.replace(b"\0LGPL\0", b"\0GPL\0\0"))
    found = contents.check_licences(tree)
    assert found == ["lib/gstreamer-1.0/gstx264.dll says that it is under the GPL"], found
    os.remove(bad)
    assert contents.is_gpl("MIT AND GPL-2.0-only") and not contents.is_gpl("LGPL-2.1-only")


def check_bill(tree):
    with open(f"{tree}/sbom.spdx.json", encoding="utf-8") as f:
        bill = json.load(f)
    listed = {f["fileName"][2:]: {c["algorithm"]: c["checksumValue"] for c in f["checksums"]}
              for f in bill["files"]}
    there = {os.path.relpath(os.path.join(d, n), tree)
             for d, _, names in os.walk(tree) for n in names} - {"sbom.spdx.json"}
    assert there == set(listed), there ^ set(listed)
    for path, sums in listed.items():
        with open(os.path.join(tree, path), "rb") as f:
            assert hashlib.sha256(f.read()).hexdigest() == sums["SHA256"], path
    ids = {p["SPDXID"] for p in bill["packages"]} | {f["SPDXID"] for f in bill["files"]}
    assert len(ids) == len(bill["packages"]) + len(bill["files"])
    for r in bill["relationships"]:
        assert r["relatedSpdxElement"] in ids, r
    with open(f"{tree}/licences/README.txt", encoding="utf-8") as f:
        text = f.read()
    for package in bill["packages"]:
        assert package["name"] in text, package["name"]
    print(f"{len(listed)} files, {len(bill['packages'])} components")


def check_runs(tree, folder):
    if not all(map(shutil.which, ("wine", "wineserver"))):
        print("wine is not installed: the programs were not run")
        return
    # Blanks and letters of other code pages, as users' folders have them.
    place = os.path.join(folder, "Jörg & Søn")
    os.rename(tree, place)
    env = {**os.environ, "PITBOX_WINE_PREFIX": os.path.join(folder, "prefix")}
    try:
        for program, args, word in (("pitbox-agent", ["--version"], "pitbox-agent 0"),
                                    # Plugins are found, and OpenH264 encodes.
                                    ("pitbox-encoder-probe", ["h264", "openh264enc", "system"],
                                     "")):
            done = subprocess.run([f"{WINDOWS}/wine", f"{place}/bin/{program}.exe", *args],
                                  env=env, capture_output=True, timeout=240)
            assert done.returncode == 0 and word in done.stdout.decode(), \
                (program, done.returncode, done.stdout, done.stderr)
    finally:
        subprocess.run(["wineserver", "-k"], stderr=subprocess.DEVNULL, check=False,
                       env={**env, "WINEPREFIX": env["PITBOX_WINE_PREFIX"]})
    print("its programs run")


def main():
    folder = tempfile.mkdtemp(prefix="pitbox-package-")
    try:
        tree = unpack(os.path.join(folder, "zip"))
        check_refusals(tree)
        check_bill(tree)
        check_runs(tree, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
