"""Millrace's front door, for plugin authors and notebooks.

Everything here is imported when it is first used, so that `import studio` stays quick. The house itself imports from
its rooms, never from here.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio import ui
    from studio.app import form, run
    from studio.component import Component, Params, component
    from studio.context import RunContext
    from studio.credential import ApiKey, BearerToken, Credential, DatabaseLogin, HttpBasic, S3Login, Secret, Smtp
    from studio.exceptions import MillraceError, UserError
    from studio.flow import Flow
    from studio.hookspecs import hookimpl
    from studio.port import Figure, File, Html, Json, Model, Schema, Table, Text

_ROOMS = {
    "ApiKey": "credential",
    "BearerToken": "credential",
    "Component": "component",
    "Credential": "credential",
    "DatabaseLogin": "credential",
    "Figure": "port",
    "File": "port",
    "Flow": "flow",
    "Html": "port",
    "HttpBasic": "credential",
    "Json": "port",
    "MillraceError": "exceptions",
    "Model": "port",
    "Outputs": "port",
    "Params": "component",
    "RunContext": "context",
    "S3Login": "credential",
    "Schema": "port",
    "Secret": "credential",
    "Smtp": "credential",
    "Table": "port",
    "Text": "port",
    "UserError": "exceptions",
    "component": "component",
    "form": "app",
    "hookimpl": "hookspecs",
    "run": "app",
    "ui": "",
}

__all__ = [
    "ApiKey",
    "BearerToken",
    "Component",
    "Credential",
    "DatabaseLogin",
    "Figure",
    "File",
    "Flow",
    "Html",
    "HttpBasic",
    "Json",
    "MillraceError",
    "Model",
    "Outputs",
    "Params",
    "RunContext",
    "S3Login",
    "Schema",
    "Secret",
    "Smtp",
    "Table",
    "Text",
    "UserError",
    "component",
    "form",
    "hookimpl",
    "run",
    "ui",
]


class _Door(ModuleType):
    """`component` and `run` are names of rooms, too: importing the room must not hide what the door offers."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (isinstance(value, ModuleType) and _ROOMS.get(name)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Door


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'studio' has no attribute {name!r}")
    if name == "ui":
        return import_module("studio.ui")
    return getattr(import_module(f"studio.{_ROOMS[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
