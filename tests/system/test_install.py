# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `meson install` puts down is whole: elements, programs, their graphs and
page, and a library that somebody else can build against.

Usage: test_install.py BUILD-DIR SOURCE-DIR
"""
import glob
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import pitbox

BUILD, SOURCE = sys.argv[1], sys.argv[2]
ELEMENTS = re.compile(r'GST_ELEMENT_REGISTER \((\w+)|'
                      r'gst_element_register \(\s*plugin, "(\w+)"')


def run(argv, env, **options):
    done = subprocess.run(argv, env=env, capture_output=True, text=True,
                          timeout=120, **options)
    assert done.returncode == 0, \
        f"{argv}: {done.returncode}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done.stdout


def one(root, pattern):
    found = glob.glob(os.path.join(root, "**", pattern), recursive=True)
    assert len(found) == 1, f"{pattern}: {found}"
    return found[0]


def clean_environment(root):
    """Nothing of the build folder, so that only what was installed is found."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("PITBOX_", "GST_", "LD_LIBRARY_PATH"))}
    env["GST_PLUGIN_PATH"] = os.path.dirname(one(root, "libgstpitboxnet.so"))
    env["LD_LIBRARY_PATH"] = os.path.dirname(one(root, "libgstpitbox-1.0.so"))
    env["GST_REGISTRY"] = os.path.join(root, "registry.bin")
    env["PATH"] = os.path.dirname(one(root, "pitbox-server")) + ":" \
        + env["PATH"]
    return env


def check_elements(env):
    names = set()
    for path in glob.glob(os.path.join(SOURCE, "elements/*/plugin.c")):
        with open(path, encoding="utf-8") as f:
            names |= {a or b for a, b in ELEMENTS.findall(f.read())}
    assert len(names) >= 10, f"plugin.c: {sorted(names)}"
    for name in sorted(names):
        text = run(["gst-inspect-1.0", name], env)
        assert env["GST_PLUGIN_PATH"] in text, f"{name}: not the installed one"
    print(f"{len(names)} elements")


def compiled_in(program, tail):
    """The folder that a program was told at build time."""
    with open(program, "rb") as f:
        found = set(re.findall(rb"/[\w./+-]*" + tail.encode(), f.read()))
    assert len(found) == 1, f"{program}: {found}"
    return found.pop().decode()


def check_programs(root, env):
    """The programs look where the files went."""
    for name in ["agent-telemetry", "agent-video", "ingest", "uplink-srt",
                 "uplink-websocket",
                 "source-capture", "source-scene"]:
        one(root, f"share/pitbox/pipelines/{name}.launch")
    for name in ["pitbox-agent", "pitbox-server"]:
        help_text = run([name, "--help"], env)
        folder = compiled_in(shutil.which(name, path=env["PATH"]),
                             "share/pitbox/pipelines")
        assert os.path.isfile(f"{root}{folder}/ingest.launch"), folder
        if name == "pitbox-server":
            page = re.search(r"--dashboard=.*\((.*)\)", help_text).group(1)
            built = os.path.join(SOURCE, "dashboard/dist/index.html")
            if os.path.isfile(built):
                assert os.path.isfile(f"{root}{page}/index.html"), page
            else:
                print("the dashboard is not built: its files are not checked")
    for name in ["ibt-dump", "klv-dump", "pitbox-sim"]:
        run([name, "--help"], env)
    run(["pitbox-encoder-probe", "h264", "x264enc", "system"], env)


def check_a_stream(root, env):
    """Server, simulator and agent from the installed tree alone."""
    os.environ.clear()
    os.environ.update(env)
    os.environ["PITBOX_PIPELINES"] = \
        os.path.dirname(one(root, "ingest.launch"))
    with pitbox.Stack() as stack:
        stack.add_driver("car1")
        stack.start_server()
        stack.start_sim("car1")
        stack.start_agent("car1", "--mode", "telemetry")
        stack.wait(lambda: stack.state("car1") == "live", "the driver is live")


def pkg_config_folder(root):
    """The .pc as it will be, but for where the tree stands now."""
    folder = os.path.join(root, "pc")
    os.mkdir(folder)
    with open(one(root, "gstpitbox-1.0.pc"), encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(folder, "gstpitbox-1.0.pc"), "w",
              encoding="utf-8") as f:
        f.write(re.sub(r"^prefix=", f"prefix={root}", text, flags=re.M))
    return folder


def check_library(root, env, cc):
    env = dict(env, PKG_CONFIG_PATH=pkg_config_folder(root))
    program = os.path.join(root, "install-user")
    flags = shlex.split(run(["pkg-config", "--cflags", "--libs",
                             "gstpitbox-1.0"], env))
    run([*cc, "-Wall", "-Werror", "-o", program,
         os.path.join(SOURCE, "tests/system/install-user.c"), *flags], env)
    assert run([program], env) == "iracing 41.5\n"
    for header in glob.glob(os.path.join(root, "**/gstpitbox*.h"),
                            recursive=True):
        run([*cc, "-Wall", "-Werror", "-fsyntax-only", "-x", "c",
             "-include", header, os.devnull, *[f for f in flags if f[:2] in ("-I", "-D")]], env)
    return env


def check_introspection(root, env):
    """The doc comments are such that bindings can be made of them."""
    if not shutil.which("g-ir-scanner"):
        print("g-ir-scanner is not here: doc comments are not read")
        return
    headers = glob.glob(os.path.join(root, "**/gstpitbox*.h"), recursive=True)
    sources = [s for s in glob.glob(os.path.join(
        SOURCE, "elements/libs/gstpitbox/*.c"))
        if os.path.join(os.path.dirname(headers[0]),
                        os.path.basename(s)[:-2] + ".h") in headers]
    gir = os.path.join(root, "GstPitbox-1.0.gir")
    done = subprocess.run(
        ["g-ir-scanner", "--warn-all", "--namespace=GstPitbox",
         "--nsversion=1.0", "--identifier-prefix=GstPitbox",
         "--symbol-prefix=gst_pitbox", "--include=Gst-1.0", "--quiet",
         "--include=GstBase-1.0", "--pkg=gstpitbox-1.0",
         "--library=gstpitbox-1.0", "-L" + env["LD_LIBRARY_PATH"],
         f"--output={gir}", *headers, *sources],
        env=env, cwd=root, capture_output=True, text=True, timeout=120)
    errors = [x for x in done.stderr.splitlines() if ": Error: " in x]
    assert done.returncode == 0 and not errors, \
        "\n".join(errors) or done.stderr[-2000:]
    with open(gir, encoding="utf-8") as f:
        functions = f.read().count("c:identifier=\"gst_pitbox_")
    assert functions > 60, f"only {functions} functions"
    print(f"{functions} functions described")


def main():
    pitbox.need("meson", "gst-inspect-1.0", "pkg-config")
    cc = shlex.split(os.environ.get("CC", "cc"))
    pitbox.need(cc[0])
    with tempfile.TemporaryDirectory(prefix="pitbox-install-") as root:
        run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir",
             root], os.environ)
        env = clean_environment(root)
        check_elements(env)
        check_programs(root, env)
        check_introspection(root, check_library(root, env, cc))
        check_a_stream(root, env)


main()
