#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""TypeScript types of control.schema.json.

Usage: make-types.py SCHEMA [--check FILE]. Prints them; with --check compares
them with FILE, exit code 1 if they differ.
"""
import json
import sys

SIMPLE = {"string": "string", "integer": "number", "number": "number",
          "boolean": "boolean", "null": "null", "array": "readonly unknown[]",
          "object": "Readonly<Record<string, unknown>>"}


def pascal(name):
    return "".join(part.capitalize() for part in name.split("_"))


def ref(schema):
    return pascal(schema["$ref"].removeprefix("#/$defs/"))


def type_of(schema):
    if "$ref" in schema:
        return ref(schema)
    if "anyOf" in schema:
        return " | ".join(type_of(s) for s in schema["anyOf"])
    if "const" in schema:
        return f"'{schema['const']}'"
    if "enum" in schema:
        return " | ".join(f"'{v}'" for v in schema["enum"])
    if "items" in schema:
        return f"readonly {type_of(schema['items'])}[]"
    types = schema["type"]
    types = types if isinstance(types, list) else [types]
    if "object" in types and "properties" in schema:
        types = [t for t in types if t != "object"]
        return " | ".join([members(schema), *(SIMPLE[t] for t in types)])
    return " | ".join(SIMPLE[t] for t in types)


def members(schema):
    lines = ["{"]
    for name, value in schema["properties"].items():
        if "description" in value:
            lines.append(f"  /** {value['description']} */")
        optional = "" if name in schema.get("required", ()) else "?"
        lines.append(f"  readonly {name}{optional}: {type_of(value)};")
    return "\n".join(lines + ["}"])


def make(root):
    out = ["/* SPDX-License-Identifier: LGPL-2.1-or-later",
           " * Made by protocol/make-types.py from control.schema.json: "
           "messages of the", " * control channel. Not edited by hand. */"]
    for name, schema in root["$defs"].items():
        out.append("")
        if "description" in schema:
            out.append(f"/** {schema['description']} */")
        body = type_of(schema)
        if body.startswith("{") and body.endswith("}"):
            out.append(f"export interface {pascal(name)} {body}")
        else:
            out.append(f"export type {pascal(name)} = {body};")
    out += ["", "export type Message =",
            "  " + " | ".join(ref(s) for s in root["oneOf"]) + ";"]
    return "\n".join(out) + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        text = make(json.load(f))
    if len(sys.argv) < 4 or sys.argv[2] != "--check":
        print(text, end="")
        return 0
    with open(sys.argv[3], encoding="utf-8") as f:
        if f.read() == text:
            return 0
    print(f"{sys.argv[3]} is not what {sys.argv[1]} says; make it anew:\n"
          f"  protocol/make-types.py {sys.argv[1]} > {sys.argv[3]}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
