# SPDX-License-Identifier: LGPL-2.1-or-later
"""What our elements say about themselves: the registry's texts (what
gst-inspect-1.0 shows) and the SECTION comments of the sources. For the pages of
`./run docs` and for the test that nothing is left unsaid."""
import glob
import os
import re

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GObject, Gst  # noqa: E402


def plugins():
    """[(plugin, [factory…])] of ours, by name."""
    Gst.init(None)
    registry = Gst.Registry.get()
    found = []
    for plugin in registry.get_plugin_list():
        if plugin.get_source() != "pitbox-relay":
            continue
        features = registry.get_feature_list_by_plugin(plugin.get_name())
        factories = [f for f in features if isinstance(f, Gst.ElementFactory)]
        found.append((plugin, sorted(factories, key=lambda f: f.get_name())))
    return sorted(found, key=lambda p: p[0].get_name())


def factories():
    return [f for _, fs in plugins() for f in fs]


def load(factory):
    """The factory with its plugin loaded: only then is its type there."""
    return factory.load()


def own_types(gtype):
    """The types of the class that are ours: not those of GStreamer's bases."""
    out = []
    while gtype.name.startswith(("GstPitbox", "GstTelemetry", "GstIrsdk",
                                 "GstIbt")):
        out.append(gtype)
        gtype = gtype.parent
    return out


def properties(factory):
    """Own properties of an element, in the order of its class."""
    element = factory.create(None)
    ours = own_types(element.__gtype__)
    return [p for p in element.list_properties() if p.owner_type in ours], \
        element


def enum_values(element, p):
    """{number: value} of an enumerated property, {} for others. From the value,
    not from p.default_value: newer PyGObject gives that as a bare number."""
    if not p.value_type.is_a("GEnum"):
        return {}
    return type(element.get_property(p.name)).__enum_values__


def signals(factory):
    """Own signals of an element."""
    gtype = load(factory).get_element_type()
    return [GObject.signal_query(name, t) for t in own_types(gtype)
            for name in GObject.signal_list_names(t)]


def pad_templates(factory):
    return sorted(factory.get_static_pad_templates(),
                  key=lambda t: (t.direction != Gst.PadDirection.SINK,
                                 t.name_template))


def sections(root):
    """{name: lines of the SECTION comment} out of the elements' sources."""
    out = {}
    for path in sorted(glob.glob(os.path.join(root, "elements", "*", "*.c"))):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for name, body in re.findall(
                r"/\*\*\n \* SECTION:element-(\S+)\n(.*?)\n \*/", text, re.S):
            lines = [re.sub(r"^ \* ?", "", line) for line in body.split("\n")]
            out[name] = [line for line in lines
                         if not re.match(r"@(title|short_description):", line)]
    return out


def signal_comments(root):
    """{"Type::signal": lines} of the comments above signals."""
    out = {}
    for path in sorted(glob.glob(os.path.join(root, "elements", "*", "*.c"))):
        with open(path, encoding="utf-8") as f:
            text = f.read()
        for name, body in re.findall(
                r"/\*\*\n\s+\* (Gst\w+::[\w-]+):\n(.*?)\n\s+\*/", text, re.S):
            out[name] = [re.sub(r"^\s+\* ?", "", line)
                         for line in body.split("\n")]
    return out


def examples(lines):
    """The command lines of a SECTION comment."""
    text = "\n".join(lines)
    return [line.strip() for block in re.findall(
        r"\|\[(?:<!--.*?-->)?\n?(.*?)\]\|", text, re.S)
        for line in block.splitlines() if line.strip()]


def prose(lines):
    """A SECTION comment without its examples."""
    text = re.sub(r"\|\[.*?\]\|", "", "\n".join(lines), flags=re.S)
    return re.sub(r"^##? .*$", "", text, flags=re.M).strip()
