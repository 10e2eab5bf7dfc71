# SPDX-License-Identifier: LGPL-2.1-or-later
"""Whose the files of a tree are (components.ini), the texts of their licences, and
the list of it all as SPDX 2.3."""
import configparser
import datetime
import fnmatch
import hashlib
import json
import os
import re
import shutil

HERE = os.path.dirname(os.path.abspath(__file__))
DOC, COMMON = "/usr/share/doc", "/usr/share/common-licenses"
# Of the tree itself; they have no component.
OWN = ["README.txt", "licences/*", "sbom.spdx.json"]


def components():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.path.join(HERE, "components.ini"), encoding="utf-8")
    return {name: dict(parser[name]) for name in parser.sections()}


def files_of(tree):
    """Paths within TREE, sorted, with / as separator."""
    return sorted(os.path.relpath(os.path.join(d, f), tree).replace(os.sep, "/")
                  for d, _, names in os.walk(tree) for f in names)


def owner(path, known):
    """The first component in the file's order whose patterns fit; ours come first."""
    for name, component in known.items():
        if any(fnmatch.fnmatchcase(path, p) for p in component.get("files", "").split()):
            return name
    return None


def is_gpl(licence):
    """LGPL is not, nor is what has an exception for what it becomes a part of."""
    words = [w for w in re.split(r" AND | OR ", licence) if " WITH " not in w]
    return any(re.match(r"A?GPL-", w) for w in words)


def check_licences(tree):
    """Sentences about files of nobody, and about those under the GPL."""
    known, findings = components(), []
    for path in files_of(tree):
        if any(fnmatch.fnmatchcase(path, p) for p in OWN):
            continue
        name = owner(path, known)
        if name is None:
            findings.append(f"{path} stands in no component of components.ini")
        elif is_gpl(known[name]["licence"]):
            findings.append(f"{path} ({name}) is under {known[name]['licence']}")
        elif path.startswith("lib/gstreamer-1.0/"):
            # Each plugin says so itself (GstPluginDesc.license).
            with open(os.path.join(tree, path), "rb") as f:
                if b"\0GPL\0" in f.read():
                    findings.append(f"{path} says that it is under the GPL")
    return findings


def text_of(word):
    """Where a word of "texts" is a file on this machine, or None."""
    for choice in word.split("|"):
        places = [os.path.join(HERE, "licences", choice[1:])] if choice[0] == "!" else [
            f"{DOC}/{choice}/copyright", f"{DOC}/{choice}t64/copyright", f"{COMMON}/{choice}"]
        for place in places:
            if os.path.isfile(place):
                return place
    return None


def collect_licences(tree):
    """licences/ in TREE; sentences about texts that were not to be found."""
    folder = os.path.join(tree, "licences")
    os.makedirs(folder)
    lines, missing = [], []
    for name, component in components().items():
        texts = []
        for word in component.get("texts", "").split():
            place = text_of(word)
            if place is None:
                missing.append(f"no text of {word} ({name}): apt-get install {word.split('|')[0]}")
                continue
            base = os.path.basename(place)
            if base == "copyright":
                base = os.path.basename(os.path.dirname(place)) + ".txt"
            elif "." not in base or base[-1].isdigit():
                base += ".txt"
            shutil.copyfile(place, os.path.join(folder, base))
            texts.append(base)
        version = f" {component['version']}" if "version" in component else ""
        lines.append(f"{name}{version}\n  {component['licence']}\n"
                     f"  {component.get('files', component.get('note', ''))}\n"
                     f"  {', '.join(texts)}\n")
    with open(os.path.join(folder, "README.txt"), "w", encoding="utf-8") as f:
        f.write("What PitBox Relay for Windows is made of, under which licences, and where\n"
                "in this folder they stand. GStreamer's files and what they need are those\n"
                "that its project publishes as wheels, without a change; their sources are at\n"
                "https://gstreamer.freedesktop.org. Texts are of Debian's packages of the same\n"
                "software, which also name who wrote it.\n\n" + "\n".join(lines))
    return missing


def spdx_id(kind, text):
    return f"SPDXRef-{kind}-" + re.sub(r"[^A-Za-z0-9.-]+", "-", text)


def sums(path):
    with open(path, "rb") as f:
        data = f.read()
    return [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(data).hexdigest()},
            {"algorithm": "SHA256", "checksumValue": hashlib.sha256(data).hexdigest()}]


def package(name, component, version, wheels):
    comment = component.get("note") or f"as in the wheels {wheels}"
    entry = {
        "SPDXID": spdx_id("Package", name),
        "name": name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": component["licence"],
        "licenseDeclared": component["licence"],
        "copyrightText": "NOASSERTION",
    }
    if name == "PitBox Relay":
        entry["versionInfo"] = version
    else:
        entry["comment"] = comment
        if "version" in component:
            entry["versionInfo"] = component["version"]
    return entry


def bill(tree, version, epoch, wheels):
    """The SPDX document as text: what is in TREE. WHEELS: (name, version)."""
    known = components()
    wheel_names = ", ".join(f"{n} {v}" for n, v in wheels)
    files, relations = [], []
    for path in files_of(tree):
        name = owner(path, known) or "PitBox Relay"
        files.append({
            "SPDXID": spdx_id("File", path),
            "fileName": "./" + path,
            "checksums": sums(os.path.join(tree, path)),
            "licenseConcluded": "NOASSERTION" if path.startswith("licences/")
                                else known[name]["licence"],
            "copyrightText": "NOASSERTION",
        })
        relations.append({"spdxElementId": spdx_id("Package", name),
                          "relationshipType": "CONTAINS",
                          "relatedSpdxElement": spdx_id("File", path)})
    product = spdx_id("Package", "PitBox Relay")
    for name, component in known.items():
        if name != "PitBox Relay":
            relations.append({
                "spdxElementId": product,
                "relationshipType": "STATIC_LINK" if "note" in component else "DYNAMIC_LINK",
                "relatedSpdxElement": spdx_id("Package", name)})
    content = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    stamp = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    document = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"PitBoxRelay-{version}-windows",
        "documentNamespace": f"https://spdx.org/spdxdocs/pitbox-relay-windows-{version}-{content}",
        "creationInfo": {"created": stamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "creators": ["Tool: pitbox-relay-installer"]},
        "documentDescribes": [product],
        "packages": [package(n, c, version, wheel_names) for n, c in known.items()],
        "files": files,
        "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                           "relatedSpdxElement": product}] + relations,
        "hasExtractedLicensingInfos": [
            {"licenseId": "LicenseRef-Microsoft-Visual-Studio-Redistributable",
             "extractedText": open(os.path.join(HERE, "licences/microsoft-runtime.txt"),
                                   encoding="utf-8").read()},
            {"licenseId": "LicenseRef-Public-Domain", "extractedText": "In the public domain."}],
    }
    return json.dumps(document, indent=1) + "\n"
