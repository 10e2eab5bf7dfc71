# SPDX-License-Identifier: LGPL-2.1-or-later
"""nginx with the RTMP module, as server/examples/nginx-rtmp.conf sets it up."""
import os
import re
import shutil

from publishers import free_port

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..",
                       "server", "examples", "nginx-rtmp.conf")
MODULES = ("/usr/lib/nginx/modules/ngx_rtmp_module.so",
           "/usr/lib64/nginx/modules/ngx_rtmp_module.so")
MODULE = next((m for m in MODULES if os.path.exists(m)), None)

os.environ["PATH"] += ":/usr/sbin"


def lacks():
    """What of it this machine does not have, in words; None: nothing."""
    for program in ("nginx", "ffmpeg"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not MODULE:
        return "nginx's RTMP module is not installed (libnginx-mod-rtmp)"
    return None


class Front:
    """nginx with the example, at another port and asking another server."""

    def __init__(self, stack):
        self.stack = stack
        self.port = free_port()
        self.url = f"rtmp://127.0.0.1:{self.port}/live"

    def start(self, front_key=""):
        with open(EXAMPLE, encoding="utf-8") as f:
            text = f.read()
        text, n = re.subn(r"http://127\.0\.0\.1:8080/api/v1/ingest/rtmp;",
                          f"{self.stack.url}/api/v1/ingest/rtmp{front_key};",
                          text)
        assert n == 3, n
        text = text.replace("listen 0.0.0.0:1935;",
                            f"listen 127.0.0.1:{self.port};")
        text = text.replace(MODULES[0], MODULE)
        folder = self.stack.path("nginx")
        os.makedirs(folder, exist_ok=True)
        conf = os.path.join(folder, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as f:
            f.write(f"daemon off;\npid {folder}/pid;\n"
                    f"error_log {folder}/error.log info;\n{text}")
        self.process = self.stack.start("nginx", [
            "nginx", "-e", os.path.join(folder, "error.log"), "-p", folder,
            "-c", conf])

    def log(self):
        with open(self.stack.path("nginx/error.log"), encoding="utf-8") as f:
            return f.read()
