"""The settings of a node as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio import ui
from studio.codenodes.parser import CodeSignature, Setting
from studio.manifest import ComponentManifest

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(node: ComponentManifest | CodeSignature) -> dict[str, Any]:
    """The form of a component or of a code node. What JSON Schema cannot say stands under `x-millrace`."""
    if isinstance(node, ComponentManifest):
        form = {**node.params, "$schema": DIALECT, "title": node.name, "description": node.doc}
    else:
        form = {
            "$schema": DIALECT,
            "type": "object",
            "properties": {setting.name: _property(setting) for setting in node.settings},
            "required": [setting.name for setting in node.settings if setting.required],
            "additionalProperties": False,
        }
    return _with_credentials(form, node) if node.credentials else form


def _with_credentials(form: dict[str, Any], node: ComponentManifest | CodeSignature) -> dict[str, Any]:
    fields = {argument: credential_schema(argument, kind) for argument, kind in node.credentials.items()}
    needed = [argument for argument in fields if argument not in node.optional_credentials]
    return form | {
        "properties": form.get("properties", {}) | fields,
        "required": [*form.get("required", []), *needed],
    }


def credential_schema(argument: str, kind: str) -> dict[str, Any]:
    """The field that takes the name of a credential of the type `kind`."""
    return {
        "type": "object",
        "title": argument.replace("_", " ").capitalize(),
        "description": "The name of a stored credential.",
        "properties": {"$credential": {"type": "string", "minLength": 1}},
        "required": ["$credential"],
        "additionalProperties": False,
        "x-millrace": ui.Credential(kind).describe(),
    }


def _property(setting: Setting) -> dict[str, Any]:
    return setting.schema if setting.required else {**setting.schema, "default": setting.default}


def plain(form: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of one property with its reference followed, and without the null of an optional one."""
    found = dict(schema)
    while "$ref" in found:
        target = found.pop("$ref").rpartition("/")[2]
        found = {**form.get("$defs", {}).get(target, {}), **found}
    members = [member for member in found.get("anyOf", []) if member.get("type") != "null"]
    if len(members) == 1:
        del found["anyOf"]
        found = {**plain(form, members[0]), **found}
    return found
