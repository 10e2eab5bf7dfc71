#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Signs programs as Windows asks for it, by osslsigncode: sign.py OPTIONS FILE…"""
import argparse
import os
import subprocess
import sys


def add_options(parser):
    group = parser.add_argument_group("signing (nothing is signed without --sign-cert)")
    group.add_argument("--sign-cert", metavar="PEM", help="certificate, and those above it")
    group.add_argument("--sign-key", metavar="PEM|pkcs11:…",
                       help="its private key, a file or an object in a token")
    group.add_argument("--sign-password-file", metavar="FILE", help="of the key, or the token's PIN")
    group.add_argument("--sign-pkcs11-engine", metavar="SO", help="OpenSSL's engine for PKCS#11")
    group.add_argument("--sign-pkcs11-module", metavar="SO", help="the token's own library")
    group.add_argument("--sign-time-url", metavar="URL", help="RFC 3161 time stamps from there")


class Signer:
    def __init__(self, args):
        self.args = args

    def options(self):
        a = self.args
        pairs = [("-certs", a.sign_cert), ("-key", a.sign_key),
                 ("-readpass", a.sign_password_file), ("-pkcs11engine", a.sign_pkcs11_engine),
                 ("-pkcs11module", a.sign_pkcs11_module), ("-ts", a.sign_time_url)]
        return [w for option, value in pairs if value for w in (option, value)]

    def command(self):
        """What signs a file whose name is put behind it."""
        names = ["cert", "key", "password_file", "pkcs11_engine", "pkcs11_module", "time_url"]
        words = [sys.executable, os.path.abspath(__file__)]
        for name in names:
            value = getattr(self.args, f"sign_{name}")
            if value:
                words += [f"--sign-{name.replace('_', '-')}", value]
        return words

    def sign(self, path):
        new = path + ".signed"
        done = subprocess.run(["osslsigncode", "sign", *self.options(), "-h", "sha256",
                               "-n", "PitBox Relay", "-in", path, "-out", new],
                              capture_output=True, text=True)
        if done.returncode or not os.path.exists(new):
            sys.exit(f"osslsigncode: {path} was not signed: {(done.stdout + done.stderr).strip()}")
        os.replace(new, path)


def signer_of(args):
    """None where nothing is to be signed."""
    if not args.sign_cert:
        return None
    if not args.sign_key:
        sys.exit("--sign-cert needs --sign-key")
    for name in ("sign_cert", "sign_key", "sign_password_file"):
        value = getattr(args, name)
        if value and not value.startswith("pkcs11:"):
            setattr(args, name, os.path.abspath(value))
    return Signer(args)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_options(parser)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    signer = signer_of(args)
    if signer is None:
        parser.error("--sign-cert is missing")
    for path in args.files:
        signer.sign(path)


if __name__ == "__main__":
    main()
