# SPDX-License-Identifier: LGPL-2.1-or-later
"""A time stamping authority of this machine (RFC 3161), by openssl ts:

    with Authority(folder) as authority:
        sign.py … --sign-time-url authority.url
        osslsigncode verify -TSA-CAfile authority.certificate …
"""
import http.server
import os
import subprocess
import threading

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
"""


class Authority:
    def __init__(self, folder):
        self.folder = os.path.join(folder, "tsa")
        os.makedirs(self.folder)
        self.certificate = os.path.join(self.folder, "tsa.pem")
        self.stamps = 0
        with open(os.path.join(self.folder, "tsa.cnf"), "w", encoding="ascii") as f:
            f.write(CONFIG.format(folder=self.folder))
        with open(os.path.join(self.folder, "serial"), "w", encoding="ascii") as f:
            f.write("01\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
             os.path.join(self.folder, "tsa.key"), "-out", self.certificate,
             "-days", "2", "-subj", "/CN=Time stamps of a test", "-addext",
             "extendedKeyUsage=critical,timeStamping"], check=True, capture_output=True)

    def stamp(self, query):
        asked, answer = (os.path.join(self.folder, n) for n in ("asked", "answer"))
        with open(asked, "wb") as f:
            f.write(query)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", os.path.join(self.folder, "tsa.cnf"),
             "-section", "here", "-queryfile", asked, "-out", answer],
            check=True, capture_output=True)
        self.stamps += 1
        with open(answer, "rb") as f:
            return f.read()

    def __enter__(self):
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                query = self.rfile.read(int(self.headers["Content-Length"]))
                body = authority.stamp(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
