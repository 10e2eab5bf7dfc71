# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a cross-build needs: GStreamer's own Windows DLLs, import libraries made
from them, headers of Debian's -dev packages, .pc files and a cross file.

All of it is kept in a cache that every checkout on a machine shares; its name
in there is a hash of whatever it is made of.
"""
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
LOCK = os.path.join(HERE, "wheels.lock")
TRIPLET = "x86_64-w64-mingw32"
# The wheels' tags: those of a free-threaded Python 3.13 are the newest complete
# set; nothing of Python is in them.
PIP_TAGS = ["--platform", "win_amd64", "--implementation", "cp",
            "--abi", "cp313t", "--python-version", "3.13"]
# 115 MB at 1 Mbit/s.
FETCH_S = 1000

# pkg-config name: (DLL, what else it needs, include folders)
PACKAGES = {
    "glib-2.0": ("glib-2.0-0", [], ["glib-2.0"]),
    "gobject-2.0": ("gobject-2.0-0", ["glib-2.0"], []),
    "gmodule-2.0": ("gmodule-2.0-0", ["glib-2.0"], []),
    "gio-2.0": ("gio-2.0-0", ["gobject-2.0", "gmodule-2.0"], []),
    "gstreamer-1.0": ("gstreamer-1.0-0", ["gobject-2.0"], ["gstreamer-1.0"]),
    "gstreamer-base-1.0": ("gstbase-1.0-0", ["gstreamer-1.0"], []),
    "gstreamer-check-1.0": ("gstcheck-1.0-0", ["gstreamer-1.0"], []),
    "gstreamer-app-1.0": ("gstapp-1.0-0", ["gstreamer-base-1.0"], []),
    "gstreamer-audio-1.0": ("gstaudio-1.0-0", ["gstreamer-base-1.0"], []),
    "gstreamer-net-1.0": ("gstnet-1.0-0", ["gstreamer-1.0", "gio-2.0"], []),
    "gstreamer-pbutils-1.0": ("gstpbutils-1.0-0", ["gstreamer-video-1.0"], []),
    "gstreamer-rtp-1.0": ("gstrtp-1.0-0", ["gstreamer-base-1.0"], []),
    "gstreamer-video-1.0": ("gstvideo-1.0-0", ["gstreamer-base-1.0"], []),
    "json-glib-1.0": ("json-glib-1.0-0", ["gio-2.0"], ["json-glib-1.0"]),
    "libsoup-3.0": ("soup-3.0-0", ["gio-2.0"], ["libsoup-3.0"]),
    "srt": ("srt", [], ["srt"]),
    "zlib": ("z-1", [], []),
    "cairo": ("cairo-2", [], ["cairo"]),
}
HEADER_FOLDERS = ["glib-2.0", "gstreamer-1.0", "libsoup-3.0", "json-glib-1.0",
                  "srt", "cairo"]
HEADER_FILES = ["zlib.h", "zconf.h"]
# Debian's libsrt-dev leaves out a header that its others include on Windows.
SYSLOG_DEFS = "#pragma once\n" + "".join(
    f"#define LOG_{name} {level}\n" for level, name in enumerate(
        ["EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG"]))

# glibconfig.h as it is for 64-bit Linux becomes the one for 64-bit Windows,
# where long has 32 bits, a process is a handle and a socket is no small number.
GLIBCONFIG = [
    (r"typedef signed long (gint64|gssize|gintptr);", r"typedef signed long long \1;"),
    (r"typedef unsigned long (guint64|gsize|guintptr);", r"typedef unsigned long long \1;"),
    (r"\(val##L\)", "(G_GNUC_EXTENSION (val##LL))"),
    (r"\(val##UL\)", "(G_GNUC_EXTENSION (val##ULL))"),
    (r'(#define G_G(?:INT64|SIZE|SSIZE|INTPTR)_MODIFIER\s+)"l"', r'\1"ll"'),
    (r'(#define G_G(?:INT64|SSIZE|INTPTR)_FORMAT\s+)"li"', r'\1"lli"'),
    (r'(#define G_G(?:UINT64|SIZE|UINTPTR)_FORMAT\s+)"lu"', r'\1"llu"'),
    (r"(#define GLIB_SIZEOF_LONG\s+)8", r"\g<1>4"),
    (r"(#define G_MAXSIZE\s+)G_MAXULONG", r"\1G_MAXUINT64"),
    (r"(#define G_MINSSIZE\s+)G_MINLONG", r"\1G_MININT64"),
    (r"(#define G_MAXSSIZE\s+)G_MAXLONG", r"\1G_MAXINT64"),
    (r'(#define G_POLLFD_FORMAT\s+)"%d"', r'\1"%#llx"'),
    (r"\(glong\) \((p|i)\)", r"(gint64) (\1)"),
    (r"\(gulong\) \((p|u)\)", r"(guint64) (\1)"),
    (r"#define G_OS_UNIX\b", "#define G_OS_WIN32\n#define G_PLATFORM_WIN32"),
    (r"G_THREADS_IMPL_POSIX", "G_THREADS_IMPL_WIN32"),
    (r"#define (GU?LONG_TO_[LB]E)\(val\)\s+\(\((gu?long)\) G(U?)INT64_TO_([LB]E) \(val\)\)",
     r"#define \1(val) ((\2) G\3INT32_TO_\4 (val))"),
    (r'(#define G_MODULE_SUFFIX\s+)"so"', r'\1"dll"'),
    (r"typedef int GPid;", "typedef void *GPid;"),
    (r'(#define G_PID_FORMAT\s+)"i"', r'\1"p"'),
    (r"(#define GLIB_SYSDEF_AF_INET6\s+)10", r"\g<1>23"),
    (r"(#define G_DIR_SEPARATOR\s+)'/'", r"\1'\\\\'"),
    (r'(#define G_DIR_SEPARATOR_S\s+)"/"', r'\1"\\\\"'),
    (r"(#define G_SEARCHPATH_SEPARATOR\s+)':'", r"\1';'"),
    (r'(#define G_SEARCHPATH_SEPARATOR_S\s+)":"', r'\1";"'),
]
GLIBCONFIG_OPTIONAL = [(r"#define GLIB_USING_SYSTEM_PRINTF\n", ""),
    # DLLs have none: what is exported is said in other words.
    (r"#define G_HAVE_GNUC_VISIBILITY 1\n", "")]


class Absent(Exception):
    """What this machine lacks, in words: nothing is wrong with the sources."""


def say(text):
    print(f"\033[1m==\033[0m {text}", flush=True)


def need(*programs):
    for name in programs:
        if shutil.which(name) is None:
            raise Absent(f"{name} is not installed")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    # dlltool answers a mistake with success.
    if done.returncode or "rror" in done.stderr:
        sys.exit(f"{' '.join(command[:3])} …: {done.stderr.strip()[-2000:]}")
    return done.stdout


def cache_folder():
    base = os.environ.get("PITBOX_WINDOWS_CACHE")
    return base or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
        "pitbox-windows")


def header_version(name):
    return run("pkg-config", "--modversion", name).strip()


def key():
    """Changes with the wheels, this file, the headers and the compiler."""
    sum_ = hashlib.sha256()
    for path in (LOCK, __file__, os.path.join(HERE, "pe.py")):
        with open(path, "rb") as f:
            sum_.update(f.read())
    for name in sorted(PACKAGES):
        sum_.update(f"{name} {header_version(name)}\n".encode())
    sum_.update(run(f"{TRIPLET}-gcc", "-dumpfullversion").encode())
    return sum_.hexdigest()[:16]


def wheels():
    """(name, version) of the lock file's lines."""
    with open(LOCK, encoding="utf-8") as f:
        return re.findall(r"^([\w-]+)==([\w.]+)", f.read(), re.M)


def fetch(folder):
    """The wheels into FOLDER; pip compares each with its hash."""
    say("fetching GStreamer for Windows, 115 MB once (installer/windows/wheels.lock)")
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check",
               "--no-deps", "--only-binary=:all:", *PIP_TAGS, "--require-hashes",
               "-r", LOCK, "-d", folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_S)
    except subprocess.TimeoutExpired:
        raise Absent(f"the wheels of wheels.lock were not fetched within {FETCH_S} s") from None
    # Other bytes than those of the lock file are no matter of this machine.
    if "DO NOT MATCH THE HASHES" in done.stderr:
        sys.exit(done.stderr.strip()[-2000:])
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise Absent(f"the wheels of wheels.lock cannot be fetched here (pip: {last.strip()})")


def unpack(folder, target):
    """Each wheel's bin, lib, libexec, etc and share into one tree."""
    for name in sorted(os.listdir(folder)):
        with zipfile.ZipFile(os.path.join(folder, name)) as archive:
            for info in archive.infolist():
                parts = info.filename.split("/")
                # NAME-VERSION.data/purelib/NAME/bin/…
                if info.is_dir() or ".." in parts:
                    continue
                if len(parts) > 4 and parts[1] in ("purelib", "platlib"):
                    path = os.path.join(target, *parts[3:])
                elif parts[0].endswith(".dist-info"):
                    path = os.path.join(target, "dist-info", parts[0], *parts[1:])
                else:
                    continue
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.open(info) as source, open(path, "wb") as out:
                    shutil.copyfileobj(source, out)


def import_library(dll, lib):
    import pe

    definition = lib[:-len(".dll.a")] + ".def"
    lines = [f'LIBRARY "{os.path.basename(dll)}"', "EXPORTS"]
    for name, data in pe.PE(dll).exports():
        if not name.startswith("?"): # C++
            lines.append(f"  {name}{' DATA' if data else ''}")
    with open(definition, "w", encoding="ascii") as f:
        f.write("\n".join(lines) + "\n")
    run(f"{TRIPLET}-dlltool", "-d", definition, "-D", os.path.basename(dll), "-l", lib)


def glibconfig(text):
    for pattern, new in GLIBCONFIG:
        text, count = re.subn(pattern, new, text)
        if not count:
            raise Absent(f"glibconfig.h has nothing like {pattern}: this GLib is not known here")
    for pattern, new in GLIBCONFIG_OPTIONAL:
        text = re.sub(pattern, new, text)
    return text


def headers(root):
    """Copies: the folder of glibc's own headers must never be searched."""
    include = os.path.join(root, "include")
    for folder in HEADER_FOLDERS:
        shutil.copytree(f"/usr/include/{folder}", os.path.join(include, folder))
    for name in HEADER_FILES:
        shutil.copy(next(filter(os.path.exists, (f"/usr/include/x86_64-linux-gnu/{name}",
                                                 f"/usr/include/{name}"))), include)
    if os.path.isdir("/usr/lib/x86_64-linux-gnu/gstreamer-1.0/include"):
        shutil.copytree("/usr/lib/x86_64-linux-gnu/gstreamer-1.0/include",
                        os.path.join(include, "gstreamer-1.0"), dirs_exist_ok=True)
    os.makedirs(os.path.join(include, "srt/win"), exist_ok=True)
    with open(os.path.join(include, "srt/win/syslog_defs.h"), "w", encoding="ascii") as f:
        f.write(SYSLOG_DEFS)
    # What MSVC calls struct stat, in which the DLLs fill it: a size of 32 bits.
    stdio = os.path.join(include, "glib-2.0/glib/gstdio.h")
    with open(stdio, encoding="utf-8") as f:
        text, count = re.subn(r"typedef struct _stat64 GStatBuf;",
                              "typedef struct _stat64i32 GStatBuf;", f.read())
    if not count:
        raise Absent("gstdio.h has another GStatBuf: this GLib is not known here")
    with open(stdio, "w", encoding="utf-8") as f:
        f.write(text)
    source = run("pkg-config", "--variable=libdir", "glib-2.0").strip()
    with open(f"{source}/glib-2.0/include/glibconfig.h", encoding="utf-8") as f:
        text = glibconfig(f.read())
    with open(os.path.join(include, "glib-2.0/glibconfig.h"), "w", encoding="utf-8") as f:
        f.write(text)


def libraries(root, final):
    lib, pc = os.path.join(root, "lib"), os.path.join(root, "pkgconfig")
    os.makedirs(lib)
    os.makedirs(pc)
    for name, (dll, needs, folders) in PACKAGES.items():
        import_library(os.path.join(root, "runtime/bin", dll + ".dll"),
                       os.path.join(lib, f"lib{dll}.dll.a"))
        cflags = " ".join(["-I${root}/include"] + [f"-I${{root}}/include/{f}" for f in folders])
        with open(os.path.join(pc, name + ".pc"), "w", encoding="ascii") as f:
            f.write(f"root={final}\nName: {name}\nDescription: {dll}.dll\n"
                    f"Version: {header_version(name)}\nRequires: {' '.join(needs)}\n"
                    f"Cflags: {cflags}\nLibs: -L${{root}}/lib -l{dll}\n")


def cross_file(path, sysroot):
    text = f"""[host_machine]
system = 'windows'
cpu_family = 'x86_64'
cpu = 'x86_64'
endian = 'little'

[binaries]
c = '{TRIPLET}-gcc'
ar = '{TRIPLET}-ar'
strip = '{TRIPLET}-strip'
windres = '{TRIPLET}-windres'
pkgconfig = 'pkg-config'

[properties]
pkg_config_libdir = '{sysroot}/pkgconfig'
needs_exe_wrapper = true

[built-in options]
# Windows 10; printf of C99; functions that the oldest headers know; no clock's
# reading in what is built.
c_args = ['-D_WIN32_WINNT=0x0A00', '-D__USE_MINGW_ANSI_STDIO=1', '-DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74']
c_link_args = ['-static-libgcc', '-Wl,--no-insert-timestamp']
"""
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def make():
    """The sysroot's folder, made if it is not there: runtime/ include/ lib/
    pkgconfig/. Raises Absent."""
    need(f"{TRIPLET}-gcc", f"{TRIPLET}-dlltool", f"{TRIPLET}-windres", "pkg-config")
    cache = cache_folder()
    final = os.path.join(cache, key())
    os.makedirs(cache, exist_ok=True)
    with open(os.path.join(cache, ".lock"), "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(final):
            return final
        root = final + ".new"
        shutil.rmtree(root, ignore_errors=True)
        downloads = os.path.join(cache, "wheels")
        with open(LOCK, "rb") as f:
            mine = os.path.join(downloads, hashlib.sha256(f.read()).hexdigest()[:16])
        if not os.path.isdir(mine):
            shutil.rmtree(mine + ".new", ignore_errors=True)
            fetch(mine + ".new")
            os.rename(mine + ".new", mine)
        say("making the sysroot")
        unpack(mine, os.path.join(root, "runtime"))
        headers(root)
        libraries(root, final)
        os.rename(root, final)
    return final


if __name__ == "__main__":
    print(make())
