#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The installer that ./run windows wrote, in silence under wine: options, exit
codes, the session's start, an upgrade over what runs, and nothing left behind."""
import os
import shutil
import subprocess
import sys
import tempfile
import time

from pitbox import skip
from windows import need_package, need_windows

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
WINDOWS = os.path.join(ROOT, "installer", "windows")
CURRENT = r"Software\Microsoft\Windows\CurrentVersion"
RUN = rf"HKCU\{CURRENT}\Run"
UNINSTALL = rf"HKCU\{CURRENT}\Uninstall\PitBoxRelay"
WAIT_S = 120


class PC:
    def __init__(self, folder):
        read, write = os.pipe()
        self.xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as f:
            display = f.readline().strip()
        if not display:
            skip("Xvfb does not start")
        self.prefix = os.path.join(folder, "prefix")
        self.env = {**os.environ, "DISPLAY": ":" + display, "WINEPREFIX": self.prefix,
                    "PITBOX_WINE_PREFIX": self.prefix, "HOME": folder}
        self.wine("wineboot", "-u")
        users = os.path.join(self.prefix, "drive_c", "users")
        user = next(u for u in os.listdir(users) if u != "Public")
        self.home = os.path.join(users, user)
        self.place = os.path.join(self.home, "AppData/Local/Programs/PitBoxRelay")

    def close(self):
        subprocess.run(["wineserver", "-k"], env=self.env, check=False,
                       stderr=subprocess.DEVNULL)
        self.xvfb.terminate()
        self.xvfb.wait()

    def wine(self, *argv):
        """(exit code, output); files, because a pipe is kept open by who stays."""
        with tempfile.TemporaryFile() as out:
            code = subprocess.run([f"{WINDOWS}/wine", *argv], env=self.env, stdout=out,
                                  stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                  timeout=300).returncode
            out.seek(0)
            return code, out.read().decode(errors="replace")

    def value(self, key, name):
        code, text = self.wine("reg", "query", key, "/v", name)
        return text.split("REG_SZ")[1].strip() if code == 0 else None

    def log(self):
        for folder in ("Temp", "AppData/Local/Temp"):
            path = os.path.join(self.home, folder, "PitBoxRelay-setup.log")
            if os.path.exists(path):
                with open(path, encoding="utf-16") as f:
                    return f.read()
        return ""

    def running(self):
        """Wine's processes are Linux' own, told by the folder they run in."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as f:
                    words = f.read()
                with open(f"/proc/{pid}/environ", "rb") as f:
                    mine = self.prefix.encode() in f.read()
            except OSError:
                continue
            if mine and b"pitbox-tray.exe" in words:
                found.append(int(pid))
        return found


def sign(setup, folder):
    """Another installer with a signature of nobody's, which is as good a file."""
    if not all(map(shutil.which, ("osslsigncode", "openssl"))):
        print("osslsigncode is not installed: nothing was signed")
        return setup
    key, cert = os.path.join(folder, "key.pem"), os.path.join(folder, "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                    "-out", cert, "-days", "2", "-subj", "/CN=PitBox Relay test", "-addext",
                    "extendedKeyUsage=codeSigning"], check=True, capture_output=True)
    signed = os.path.join(folder, os.path.basename(setup))
    shutil.copyfile(setup, signed)
    subprocess.run([f"{WINDOWS}/sign.py", "--sign-cert", cert, "--sign-key", key, signed],
                   check=True)
    verify = ["osslsigncode", "verify", "-CAfile", cert, "-in"]
    subprocess.run([*verify, signed], check=True, capture_output=True)
    done = subprocess.run([*verify, setup], check=False, capture_output=True)
    assert done.returncode != 0, "a file without a signature verifies"
    print("signed, and verified")
    return signed


def wait(condition, what):
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.2)


def check_refusals(pc, setup):
    for words, code in ((["/MODE=radio"], 5), (["/SERVER=relay.example.org"], 5)):
        got, _ = pc.wine(setup, "/S", *words)
        assert got == code, (words, got)
        assert words[0].split("=")[0] in pc.log(), pc.log()
        assert not os.path.exists(pc.place)
    pc.wine("winecfg", "-v", "win81")
    got, _ = pc.wine(setup, "/S")
    assert got == 3 and "1903" in pc.log(), (got, pc.log())
    pc.wine("winecfg", "-v", "win10")
    assert not os.path.exists(pc.place)
    print("refused: a mode, an address, an old Windows; nothing was written")


def check_install(pc, setup):
    code, _ = pc.wine(setup, "/S", "/SERVER=https://relay.example.org:8080", "/MODE=telemetry",
                      "/PAIR=car07")
    assert code == 0, (code, pc.log())
    assert "installed" in pc.log()
    with open(f"{pc.place}/etc/agent.conf", encoding="utf-8") as f:
        said = f.read().split()
    assert said == ["[pairing]", "server=https://relay.example.org:8080", "name=car07",
                    "[agent]", "mode=telemetry"], said
    assert pc.value(RUN, "PitBox Relay").endswith(r'\bin\pitbox-tray.exe" --supervise --tray')
    assert pc.value(UNINSTALL, "DisplayName") == "PitBox Relay"
    code, text = pc.wine(f"{pc.place}/bin/pitbox-agent.exe", "--version")
    assert code == 0 and text.startswith("pitbox-agent 0"), (code, text)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, n in os.walk(pc.place) for f in n)
    print(f"installed: {size / 1e6:.1f} MB, installer {os.path.getsize(setup) / 1e6:.1f} MB")


def check_session(pc):
    """What a session starts, it starts: with its keeper."""
    subprocess.run(["wineserver", "-k"], env=pc.env, check=False)
    wait(lambda: not pc.running(), "the session does not end")
    pc.wine("wineboot")
    wait(lambda: len(pc.running()) >= 2, "the Run key starts nothing")
    print("the session's start has started it")


def check_upgrade(pc, setup):
    before = set(pc.running())
    stale = f"{pc.place}/lib/gstreamer-1.0/gstold.dll"
    with open(stale, "wb"):
        pass
    code, _ = pc.wine(setup, "/S")
    assert code == 0, (code, pc.log())
    assert "ending the running agent" in pc.log(), pc.log()
    assert not before & set(pc.running()), "the old one runs on"
    assert not os.path.exists(stale)
    wait(pc.running, "who had it running does not have it running")
    with open(f"{pc.place}/etc/agent.conf", encoding="utf-8") as f:
        assert "mode=telemetry" in f.read() # what was set stays
    code, _ = pc.wine(setup, "/S", "/NOAUTOSTART")
    assert code == 0 and pc.value(RUN, "PitBox Relay") is None, code
    print("upgraded twice over a running one, which runs again")


def check_uninstall(pc):
    wait(pc.running, "it is not running")
    secret = os.path.join(pc.home, "AppData/Roaming/PitBox Relay")
    os.makedirs(secret, exist_ok=True)
    # It copies itself away and goes on there.
    code, _ = pc.wine(f"{pc.place}/uninstall.exe", "/S", "/PURGE")
    assert code == 0, code
    wait(lambda: not os.path.exists(pc.place), "the folder stays")
    wait(lambda: not pc.running(), "it runs on")
    wait(lambda: not os.path.exists(secret), "the user's folder stays")
    wait(lambda: pc.value(UNINSTALL, "DisplayName") is None, "the registry's key stays")
    # Its registry of plugins, too, which GStreamer would keep elsewhere.
    left = [os.path.join(d, f) for d, _, n in os.walk(f"{pc.prefix}/drive_c") for f in n
            if ("pitbox" in f.lower() or "gstreamer" in d.lower())
            and not f.endswith("-setup.log")]
    assert left == [], left
    print("uninstalled: nothing is left")


def main():
    need_windows()
    installer = need_package("-setup.exe")
    folder = tempfile.mkdtemp(prefix="pitbox-setup-")
    pc = None
    try:
        pc = PC(folder)
        setup = sign(installer, folder)
        check_refusals(pc, setup)
        check_install(pc, setup)
        check_session(pc)
        check_upgrade(pc, setup)
        check_uninstall(pc)
    finally:
        if pc:
            pc.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
