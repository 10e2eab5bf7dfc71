#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Nobody has to guess: every element, property, value and signal of ours says
what it is, and every element shows how it is used.

Usage: check-texts.py ROOT. Looks at the registry (what gst-inspect-1.0 shows),
the SECTION comments and the lists in elements/README.md. Exit code 1 and one
line per finding; 77 without PyGObject.
"""
import importlib.util
import os
import re
import sys

if importlib.util.find_spec("gi") is None:
    print("SKIP: PyGObject (python3-gi) is not installed")
    sys.exit(77)

ROOT = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "elements", "docs"))
sys.dont_write_bytecode = True

import texts  # noqa: E402

# What lasts has to say in what it counts.
LASTS = re.compile(r"(time|wait|delay|delay-max|latency|window|diff|interval|"
                   r"offset|timeout)$")
UNIT = re.compile(r"\b(ns|ms|s|seconds|ticks)\b")

# GStreamer's words in one order: what it does, across what, with what media (by
# these gst_element_factory_list_is_type() finds it), by what means. Rows are
# Metadata; Telemetry is no word that anybody looks for.
KLASS = re.compile(r"(Source|Sink|Converter|Filter(/Editor)?|"
                   r"Codec/(Encoder|Decoder|Muxer|Parser))"
                   r"(/Network)?(/Video)?(/Metadata|/Subtitle)?(/Hardware)?")
ROWS = ("application/x-pitbox-telemetry", "meta/x-klv", "application/x-ibt")

findings = []


def finding(where, text):
    findings.append(f"{where}: {text}")


def words(text):
    return len((text or "").split())


def check_klass(factory):
    name, klass = factory.get_name(), factory.get_metadata("klass") or ""
    if not KLASS.fullmatch(klass):
        finding(name, f'class "{klass}": not of the form {KLASS.pattern}')
    media = {s.split(",")[0].split("(")[0]
             for t in texts.pad_templates(factory)
             for s in t.get_caps().to_string().split("; ")}
    has = set(klass.split("/"))
    if media & set(ROWS) and not has & {"Metadata", "Subtitle"}:
        finding(name, f'class "{klass}": rows or units pass here (Metadata)')
    if any(m in ("video/x-raw", "video/x-h264") for m in media) \
            and "Video" not in has:
        finding(name, f'class "{klass}": pictures pass here (Video)')


def check_factory(factory):
    name = factory.get_name()
    long_name = factory.get_metadata("long-name")
    description = factory.get_metadata("description") or ""
    if words(long_name) < 2:
        finding(name, f'long name "{long_name}"')
    if words(description) < 6 or description.endswith("."):
        finding(name, f'description "{description}": a phrase of six words '
                "or more, no full stop")
    check_klass(factory)
    if not factory.get_metadata("author"):
        finding(name, "no author")
    for t in texts.pad_templates(factory):
        if t.get_caps() is None:
            finding(name, f"pad template {t.name_template} without caps")


def check_property(element, name, p):
    where = f"{name}:{p.name}"
    if not p.nick or p.nick == p.name and "-" in p.name:
        finding(where, "no nick")
    if words(p.blurb) < 3 or p.blurb.lower() == p.nick.lower() \
            or p.blurb.endswith("."):
        finding(where, f'blurb "{p.blurb}": what it does, three words or '
                "more, no full stop")
    if p.value_type.name in ("guint", "gint", "guint64", "gint64") \
            and LASTS.search(p.name) and not UNIT.search(p.blurb):
        finding(where, f'blurb "{p.blurb}" names no unit')
    for v in texts.enum_values(element, p).values():
        if "GST_" in v.value_name or words(v.value_name) < 2:
            finding(where, f"value {v.value_nick} is not explained: "
                    f'"{v.value_name}"')
    if p.value_type.name == "GstStructure" and words(p.blurb) < 6:
        finding(where, f'blurb "{p.blurb}": which fields there are')


def check_section(name, lines, own):
    if words(texts.prose(lines)) < 30:
        finding(name, "its SECTION is shorter than 30 words")
    if not any(line.startswith("gst-launch-1.0") and name in line.split()
               for line in texts.examples(lines)):
        finding(name, "no gst-launch-1.0 line with it in its SECTION")
    for prop in re.findall(r"#Gst\w+:([a-z-]+)", "\n".join(lines)):
        if prop not in own:
            finding(name, f"its SECTION names a property {prop}")


def check_signals(factory, comments):
    for q in texts.signals(factory):
        key = f"{q.itype.name}::{q.signal_name}"
        lines = comments.get(key, [])
        if words(" ".join(lines)) < 8:
            finding(key, "no comment above it")


def check_readme(names):
    with open(os.path.join(ROOT, "elements", "README.md"),
              encoding="utf-8") as f:
        text = f.read()
    table = re.search(r"^## Which element does what\n(.*?)^## ", text,
                      re.S | re.M)
    listed = set(re.findall(r"^\| \[?`?(\w+)`?\]?(?:\(.*?\))? \|",
                            table.group(1), re.M)) if table else set()
    listed -= {"element"}
    for name in sorted(names ^ listed):
        finding("elements/README.md", f"{name}: " + (
            "no row in the table \"Which element does what\""
            if name in names else "in the table, but there is no such element"))


def main():
    factories = texts.factories()
    if len(factories) < 13:
        finding("registry", f"{len(factories)} elements: is GST_PLUGIN_PATH "
                "set?")
    sections = texts.sections(ROOT)
    comments = texts.signal_comments(ROOT)
    for plugin, _ in texts.plugins():
        if words(plugin.get_description()) < 3:
            finding(plugin.get_name(), "its plugin has no description")
    n_properties = 0
    for factory in factories:
        own, element = texts.properties(factory)
        n_properties += len(own)
        check_factory(factory)
        for p in own:
            check_property(element, factory.get_name(), p)
        check_section(factory.get_name(),
                      sections.get(factory.get_name(), []),
                      {p.name for p in own})
        check_signals(factory, comments)
    check_readme({f.get_name() for f in factories})
    for line in findings:
        print(line)
    print(f"{len(factories)} elements, {n_properties} properties, "
          f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
