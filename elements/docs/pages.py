#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pages for `./run docs`: one for each element, out of the registry and the
SECTION comments, and one with all examples. gi-docgen makes them part of the
library's reference.

Usage: pages.py SOURCE-DIR OUTPUT-DIR; prints the names of the files.
"""
import os
import re
import sys

import texts
from gi.repository import GObject, Gst


def markdown(lines):
    """gtk-doc's marks as Markdown."""
    out, code = [], False
    for line in lines:
        if line.strip().startswith("|["):
            code = True
            out += ["```sh"]
            line = re.sub(r"^\s*\|\[(<!--.*?-->)?", "", line)
        if code and "]|" in line:
            code = False
            line = line.split("]|")[0]
            out += [line, "```"] if line.strip() else ["```"]
            continue
        if code:
            if line.strip():
                out.append(line)
            continue
        line = re.sub(r"#Gst\w+::?([\w-]+)", r"`\1`", line)
        line = re.sub(r"#(Gst\w+)", r"`\1`", line)
        line = re.sub(r"%([A-Z_0-9]{3,})", r"`\1`", line)
        out.append(line)
    return "\n".join(out)


def cell(text):
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|")


def value_range(element, p):
    if p.value_type.is_a("GEnum"):
        return ", ".join(f"`{v.value_nick}` ({v.value_name})"
                         for v in texts.enum_values(element, p).values())
    if p.value_type.name in ("guint", "gint", "guint64", "gint64", "gdouble"):
        return f"{p.minimum:g} to {p.maximum:g}" if p.value_type.name == \
            "gdouble" else f"{p.minimum} to {p.maximum}"
    return p.value_type.name.replace("gchararray", "text").replace(
        "gboolean", "true, false")


def default(element, p):
    if not p.flags & GObject.ParamFlags.WRITABLE:
        return "(read-only)"
    # PyGObject knows no fractions, and some versions say so by having none.
    value = getattr(p, "default_value", None)
    if value is None:
        return "(none)"
    names = texts.enum_values(element, p)
    if names:
        return f"`{names[int(value)].value_nick}`"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return f"`{value}`" if value != "" else '`""`'


def when(p):
    if not p.flags & GObject.ParamFlags.WRITABLE:
        return ""
    if p.flags & Gst.PARAM_MUTABLE_PLAYING:
        return "while playing"
    if p.flags & Gst.PARAM_MUTABLE_PAUSED:
        return "up to PAUSED"
    return "up to READY"


def pads(factory):
    yield "## Pads\n"
    for t in texts.pad_templates(factory):
        yield f"- `{t.name_template}` ({t.direction.value_nick}, " \
              f"{t.presence.value_nick}): `{cell(t.get_caps().to_string())}`"
    yield ""


def properties(factory):
    own, element = texts.properties(factory)
    if not own:
        return
    yield "## Properties\n"
    yield "| property | what | values | default | may change |"
    yield "|---|---|---|---|---|"
    for p in own:
        yield f"| `{p.name}` | {cell(p.blurb)} | {cell(value_range(element, p))} | " \
              f"{cell(default(element, p))} | {when(p)} |"
    yield ""


def signals(factory, comments):
    own = texts.signals(factory)
    if not own:
        return
    yield "## Signals\n"
    for q in own:
        kinds = ", ".join(t.name for t in q.param_types)
        yield f"### {q.signal_name} ({kinds})\n"
        yield markdown(comments.get(f"{q.itype.name}::{q.signal_name}", []))
        yield ""


def element_page(factory, section, comments):
    name = factory.get_name()
    yield f"Title: {name}\nSlug: {name}\n"
    yield f"# {name}\n"
    yield f"{factory.get_metadata('description')}.\n"
    yield markdown(section)
    yield ""
    yield from pads(factory)
    yield from properties(factory)
    yield from signals(factory, comments)
    yield f"Plugin {factory.get_plugin_name()}, " \
          f"class {factory.get_metadata('klass')}."


def index_page(plugins):
    yield "Title: Elements\nSlug: elements\n"
    yield "# Elements\n"
    yield "| element | what it does | plugin |"
    yield "|---|---|---|"
    for plugin, factories in plugins:
        for f in factories:
            yield f"| [{f.get_name()}]({f.get_name()}.html) | " \
                  f"{cell(f.get_metadata('description'))} | " \
                  f"{plugin.get_name()} |"


def examples_page(root):
    folder = os.path.join(root, "pipelines", "examples")
    yield "Title: Examples\nSlug: examples\n"
    with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
        intro = f.read().split("\n", 1)[1].split("\n## ")[0]
    yield "# Examples\n" + intro
    for name in sorted(os.listdir(folder)):
        if name == "README.md":
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            text = f.read().split("\n", 1)[1].rstrip("\n")
        if name.endswith(".md"):
            yield text
            continue
        yield f"## {name}\n"
        yield f"```{'python' if name.endswith('.py') else 'sh'}\n{text}\n```\n"


def main():
    root, out = sys.argv[1], sys.argv[2]
    os.makedirs(out, exist_ok=True)
    sections, comments = texts.sections(root), texts.signal_comments(root)
    pages = {"elements": index_page(texts.plugins()),
             "examples": examples_page(root)}
    for factory in texts.factories():
        name = factory.get_name()
        pages[name] = element_page(factory, sections[name], comments)
    for name, lines in pages.items():
        with open(os.path.join(out, name + ".md"), "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        print(name + ".md")


if __name__ == "__main__":
    main()
