"""The settings of a node as JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.codenodes.parser import CodeSignature, Setting
from studio.manifest import ComponentManifest

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema(node: ComponentManifest | CodeSignature) -> dict[str, Any]:
    """The form of a component or of a code node. What JSON Schema cannot say stands under `x-millrace`."""
    if isinstance(node, ComponentManifest):
        return {**node.params, "$schema": DIALECT, "title": node.name, "description": node.doc}
    properties = {setting.name: _property(setting) for setting in node.settings}
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "required": [setting.name for setting in node.settings if setting.required],
        "additionalProperties": False,
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
