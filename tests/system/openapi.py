# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds answers against an OpenAPI 3.1 document: the part of JSON Schema that
ours uses. A member that the document does not list is an error, too, so that
the document cannot fall behind."""
import json

KNOWN = {"$ref", "type", "properties", "required", "items", "enum", "const",
         "anyOf", "additionalProperties", "pattern", "minimum", "maximum",
         "default", "description", "maxItems"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}


class Document:
    def __init__(self, text):
        self.doc = json.loads(text)
        assert self.doc["openapi"].startswith("3.1"), self.doc["openapi"]

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.doc
            for part in schema["$ref"].removeprefix("#/").split("/"):
                node = node[part]
            schema = node
        return schema

    def check(self, schema, value, where="$"):
        """Raises AssertionError with the place of the first difference."""
        schema = self.resolve(schema)
        unknown = set(schema) - KNOWN
        assert not unknown, f"{where}: the test does not know {unknown}"
        if "anyOf" in schema:
            errors = []
            for option in schema["anyOf"]:
                try:
                    self.check(option, value, where)
                    break
                except AssertionError as e:
                    errors.append(str(e))
            else:
                raise AssertionError(f"{where}: fits none: {errors}")
        if "const" in schema:
            assert value == schema["const"], f"{where}: {value!r}"
        if "enum" in schema:
            assert value in schema["enum"], f"{where}: {value!r}"
        if "type" in schema:
            types = schema["type"]
            types = types if isinstance(types, list) else [types]
            assert any(TYPES[t](value) for t in types), \
                f"{where}: {value!r} is no {types}"
        if isinstance(value, dict) and ("properties" in schema
                                        or "additionalProperties" in schema):
            self.check_object(schema, value, where)
        if isinstance(value, list) and "maxItems" in schema:
            assert len(value) <= schema["maxItems"], f"{where}: {len(value)}"
        if isinstance(value, list) and "items" in schema:
            for i, item in enumerate(value):
                self.check(schema["items"], item, f"{where}[{i}]")

    def check_object(self, schema, value, where):
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            assert name in value, f"{where}: no {name}"
        for name, member in value.items():
            if name in properties:
                self.check(properties[name], member, f"{where}.{name}")
            else:
                assert "additionalProperties" in schema, \
                    f"{where}: {name} is not in the document"
                self.check(schema["additionalProperties"], member,
                           f"{where}.{name}")

    def response(self, path, method, status):
        responses = self.doc["paths"][path][method]["responses"]
        assert str(status) in responses, \
            f"{method} {path}: {status} is not in the document"
        return self.resolve(responses[str(status)])

    def check_answer(self, path, method, status, content_type, body):
        """One answer: its status, its type and its content."""
        content = self.response(path, method, status).get("content")
        if content is None:
            return
        media = content_type.split(";")[0].strip()
        assert media in content, f"{method} {path}: {media}"
        if media in ("application/json", "application/problem+json"):
            value = json.loads(body)
            self.check(content[media]["schema"], value, path)
            assert media != "application/problem+json" \
                or value["status"] == status, value
