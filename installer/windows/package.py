# SPDX-License-Identifier: LGPL-2.1-or-later
"""dist/: the tree that goes to drivers, as a zip and as an installer.

What is written depends on the sources, the wheels and the machine's compiler
alone: names are sorted, times are the last commit's.
"""
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile

import contents
import runtime
import sysroot

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
README = """PitBox Relay {version} for Windows 10 (1903 and newer) and 11, 64 bit

bin\\pitbox-agent.exe pair --server https://YOUR-SERVER    lets a server take this PC's stream
bin\\pitbox-agent.exe                                      streams
bin\\pitbox-agent.exe --diagnose                           says what is wrong

The folder may lie anywhere. Settings and pairing are kept in the user's own folders.
licences\\README.txt says what is in here and whose it is; sbom.spdx.json lists every file.
"""


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def version():
    with open(os.path.join(ROOT, "meson.build"), encoding="utf-8") as f:
        return re.search(r"^  version: '([^']+)'", f.read(), re.M).group(1)


def epoch():
    """Of the last commit; SOURCE_DATE_EPOCH where there is none."""
    if os.environ.get("SOURCE_DATE_EPOCH"):
        return int(os.environ["SOURCE_DATE_EPOCH"])
    done = subprocess.run(["git", "-c", "safe.directory=*", "log", "-1", "--format=%ct"],
                          cwd=ROOT, capture_output=True, text=True)
    return int(done.stdout) if done.returncode == 0 else 1_750_000_000


def settle(tree, when):
    """The same times and modes for everything."""
    for folder, _, names in os.walk(tree, topdown=False):
        for name in names:
            path = os.path.join(folder, name)
            os.chmod(path, 0o644)
            os.utime(path, (when, when))
        os.utime(folder, (when, when))


def check(tree):
    findings = runtime.check_imports(tree) + contents.check_licences(tree)
    if findings:
        sys.exit("this package is not fit to be handed out:\n" + "\n".join(findings))


def portable(tree, target, when):
    import time

    folder = os.path.basename(target)[:-len("-portable.zip")]
    stamp = time.gmtime(when)[:6]
    with zipfile.ZipFile(target, "w") as archive:
        for path in contents.files_of(tree):
            info = zipfile.ZipInfo(f"{folder}/{path}", stamp)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with open(os.path.join(tree, path), "rb") as f:
                archive.writestr(info, f.read(), compresslevel=9)


def file_list(tree, target):
    """Lines of NSIS that unpack TREE in one order everywhere."""
    lines, folder = [], None
    for path in sorted(contents.files_of(tree), key=lambda p: (os.path.dirname(p), p)):
        if os.path.dirname(path) != folder:
            folder = os.path.dirname(path)
            lines.append('SetOutPath "$INSTDIR' + ("\\" + folder.replace("/", "\\") if folder else "")
                         + '"')
        lines.append(f'File "{os.path.join(tree, path)}"')
    with open(target, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


def setup(tree, target, work, signer):
    files = os.path.join(work, "files.nsh")
    file_list(tree, files)
    size = sum(os.path.getsize(os.path.join(tree, p)) for p in contents.files_of(tree))
    define = {"VERSION": version(), "FILES": files, "OUTPUT": target,
              "ICON": os.path.join(work, "meson/installer/windows/pitbox.ico"),
              "KILOBYTES": str(size // 1024)}
    if signer:
        define["SIGN"] = " ".join(shlex.quote(w) for w in signer.command())
    done = subprocess.run(["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8",
                           *[f"-D{k}={v}" for k, v in define.items()],
                           os.path.join(HERE, "setup.nsi")], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"makensis: {done.stdout[-3000:]}{done.stderr[-1000:]}")
    return size


def make(root, stage, make_tree, out, dist, signer):
    when, name = epoch(), f"PitBoxRelay-{version()}"
    tree = os.path.join(out, "package")
    sysroot.say("collecting the package")
    make_tree(root, stage, tree, tests=False)
    with open(os.path.join(tree, "README.txt"), "w", encoding="utf-8", newline="\r\n") as f:
        f.write(README.format(version=version()))
    for sentence in contents.collect_licences(tree):
        print(f"   {sentence}")
    check(tree)
    if signer:
        sysroot.say("signing")
        for path in contents.files_of(tree):
            if runtime.is_binary(path) and "pitbox" in os.path.basename(path):
                signer.sign(os.path.join(tree, path))
    shutil.rmtree(dist, ignore_errors=True)
    os.makedirs(dist)
    bill = contents.bill(tree, version(), when, sysroot.wheels())
    for place in (os.path.join(tree, "sbom.spdx.json"), os.path.join(dist, f"{name}-sbom.spdx.json")):
        with open(place, "w", encoding="utf-8") as f:
            f.write(bill)
    settle(tree, when)
    sysroot.say("writing the portable zip")
    portable(tree, os.path.join(dist, f"{name}-portable.zip"), when)
    sysroot.say("writing the installer")
    installer = os.path.join(dist, f"{name}-setup.exe")
    size = setup(tree, installer, out, signer)
    if signer:
        signer.sign(installer)
    print(f"   {len(contents.files_of(tree))} files, {size / 1e6:.1f} MB unpacked")
    for file in sorted(os.listdir(dist)):
        path = os.path.join(dist, file)
        print(f"   {os.path.getsize(path) / 1e6:6.1f} MB  {sha256(path)}  dist/{file}")
