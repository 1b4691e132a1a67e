"""What is wrong with a document that is posted, and the columns that its nodes would put out."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field

from scheduler.api.answers import Asked, Shown
from scheduler.api.caller import EDIT, Caller
from scheduler.api.folders import LONGEST_PATH, files_for
from studio.app import App
from studio.flow import parse_flow
from studio.forms import json_schema
from studio.manifest import PortManifest
from studio.port import Schema
from studio.store.columns import json_text
from studio.validator import Validation


class Validate(Asked):
    """A document, and the folder in which its relative paths mean something."""

    document: dict[str, Any]
    directory: Annotated[
        str, Field(max_length=LONGEST_PATH, description="Empty where the service sees no folder: no file is found.")
    ] = ""


class FlowProblem(Shown):
    """One thing that is wrong: what, where, and the cure."""

    code: str
    message: str
    cure: str
    node: str
    field: str
    line: int | None
    severity: Literal["error", "warning"]


class ColumnShown(Shown):
    """A table's column."""

    name: str
    type: str


class NodePorts(Shown):
    """A node's ports, in order."""

    inputs: list[PortManifest]
    outputs: list[PortManifest]


class Validated(Shown):
    """What was found. A flow without a problem that is an error can run."""

    problems: list[FlowProblem]
    ports: Annotated[dict[str, NodePorts], Field(description="By node, where its component is installed.")]
    schemas: Annotated[
        dict[str, dict[str, list[ColumnShown] | None]],
        Field(description="Node -> output port -> columns, where they can be told without running."),
    ]
    pickers: Annotated[
        dict[str, dict[str, list[ColumnShown]]],
        Field(description="Node -> input port -> columns to offer: the known ones, else those of the last run."),
    ]

    forms: Annotated[
        dict[str, dict[str, Any]],
        Field(
            description="JSON Schema of the settings of code and notebook nodes; components' are in their manifests."
        ),
    ]

    @classmethod
    def of(cls, found: Validation) -> Validated:
        return cls(
            problems=[FlowProblem(**problem.to_json()) for problem in found.problems],
            ports={
                node: NodePorts(
                    inputs=[PortManifest(**port.to_json()) for port in ports.inputs],
                    outputs=[PortManifest(**port.to_json()) for port in ports.outputs],
                )
                for node, ports in found.ports.items()
            },
            schemas={
                node: {port: _columns(schema) if schema is not None else None for port, schema in ports.items()}
                for node, ports in found.schemas.items()
            },
            pickers={
                node: {port: _columns(schema) for port, schema in ports.items()}
                for node, ports in found.pickers.items()
            },
            forms={node: json_schema(signature) for node, signature in found.signatures.items()},
        )


def _columns(schema: Schema) -> list[ColumnShown]:
    return [ColumnShown(name=column.name, type=column.type) for column in schema.columns]


def validation_router(app: App) -> APIRouter:
    router = APIRouter(tags=["validation"])

    @router.post("/validation")
    def validate_flow(body: Validate, caller: Annotated[Caller, Depends(EDIT)]) -> Validated:
        """What is wrong with a document, its nodes' ports, and predicted columns. Nothing of it is run.

        It needs the scope `edit`, for components look at the heads of the files that it names.
        """
        flow = parse_flow(json_text(body.document))
        if body.directory:
            return Validated.of(app.validate(flow, directory=files_for(app, caller).folder(body.directory)))
        with TemporaryDirectory(prefix="millrace-") as empty:
            return Validated.of(app.validate(flow, directory=Path(empty)))

    return router
