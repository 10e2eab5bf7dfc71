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
from stamps import Authority
from windows import COMPILER, need_package, need_windows

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
    with Authority(folder) as authority:
        subprocess.run([f"{WINDOWS}/sign.py", "--sign-cert", cert, "--sign-key", key,
                        "--sign-time-url", authority.url, signed], check=True)
        assert authority.stamps == 1, authority.stamps
        verify = ["osslsigncode", "verify", "-CAfile", cert, "-TSA-CAfile",
                  authority.certificate, "-in"]
    said = subprocess.run([*verify, signed], check=True, capture_output=True, text=True).stdout
    assert "Timestamp Server Signature verification: ok" in said, said
    done = subprocess.run([*verify, setup], check=False, capture_output=True)
    assert done.returncode != 0, "a file without a signature verifies"
    print("signed with a time stamp, and verified")
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


def check_places(pc, setup, folder):
    """Where nothing can be written, where a program is in use, for everybody, and
    where its words say."""
    blocked = os.path.join(pc.prefix, "drive_c", "blocked")
    with open(blocked, "wb"):
        pass
    user = os.path.basename(pc.home)
    got, _ = pc.wine(setup, "/S", r"/D=C:\blocked\below")
    assert got == 5 and "/D=" in pc.log(), (got, pc.log())
    os.unlink(blocked)
    os.mkdir(blocked)
    with open(os.path.join(blocked, "lib"), "wb"):
        pass
    got, _ = pc.wine(setup, "/S", r"/D=C:\blocked")
    assert got == 7 and "cannot be written" in pc.log(), (got, pc.log())
    shutil.rmtree(blocked)
    assert not os.path.exists(pc.place)
    other = os.path.join(pc.home, "of my own", "relay")
    there = rf"C:\users\{user}\of my own\relay"
    got, _ = pc.wine(setup, "/S", "/D=" + there)
    assert got == 5 and "without quotes" in pc.log(), (got, pc.log())
    # As it is typed, without the quotes that a blank gets here.
    there = "z:" + setup.replace("/", "\\") + " /S /NOAUTOSTART /D=" + there
    got, _ = pc.wine("cmd", "/c", there)
    assert got == 0 and os.path.exists(f"{other}/bin/pitbox-agent.exe"), (got, pc.log())
    assert pc.value(RUN, "PitBox Relay") is None
    check_in_use(pc, other, there, folder)
    kept = os.path.join(pc.home, "AppData/Roaming/PitBox Relay")
    os.makedirs(kept)
    got, _ = pc.wine(f"{other}/uninstall.exe", "/S")
    assert got == 0, got
    wait(lambda: not os.path.exists(other), "the folder stays")
    assert os.path.exists(kept), "what is the user's went without /PURGE"
    os.rmdir(kept)
    everybody = os.path.join(pc.prefix, "drive_c", "Program Files", "PitBoxRelay")
    got, _ = pc.wine(setup, "/S", "/ALLUSERS")
    assert got == 0 and os.path.exists(f"{everybody}/bin/pitbox-tray.exe"), (got, pc.log())
    assert pc.value(RUN.replace("HKCU", "HKLM"), "PitBox Relay") is not None
    assert pc.value(RUN, "PitBox Relay") is None
    got, _ = pc.wine(f"{everybody}/uninstall.exe", "/S", "/PURGE")
    assert got == 0, got
    wait(lambda: not os.path.exists(everybody), "the folder for everybody stays")
    wait(lambda: pc.value(RUN.replace("HKCU", "HKLM"), "PitBox Relay") is None, "the Run key stays")
    print("refused where it cannot write and where somebody has the program open; "
          "elsewhere, and for everybody, installed and gone again")


def check_in_use(pc, place, again, folder):
    """As a virus scanner has it: ending the agent does not help."""
    hold = os.path.join(folder, "hold.exe")
    subprocess.run([COMPILER, "-O1", "-municode", "-o", hold, os.path.join(HERE, "windows", "hold-win32.c")],
                   check=True)
    holder = subprocess.Popen(
        [f"{WINDOWS}/wine", hold, f"{place}/bin/pitbox-agent.exe"], env=pc.env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert holder.stdout.readline().strip() == b"held"
    got, _ = pc.wine("cmd", "/c", again)
    assert got == 6 and "does not end" in pc.log(), (got, pc.log())
    assert os.path.exists(f"{place}/bin/pitbox-agent.exe"), "half of it is gone"
    holder.communicate(b"\n", timeout=WAIT_S)


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
        check_places(pc, setup, folder)
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
