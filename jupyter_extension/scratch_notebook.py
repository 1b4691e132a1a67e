"""A step as a notebook that a person runs by hand: the step's own, with what it was given. Pure."""

from __future__ import annotations

import re
from itertools import count
from typing import Any

Notebook = dict[str, Any]


def scratch_notebook(opened: dict[str, Any], step_file: str) -> Notebook:
    """The notebook (nbformat 4.5) of a step as `GET /runs/RUN/steps/STEP/opened` has it; it runs from top to bottom."""
    first = _beginning(opened, step_file)
    cells = list(opened["notebook"]["cells"])
    at = next((number for number, cell in enumerate(cells) if "parameters" in _tags(cell)), None)
    if opened["own_notebook"]:
        cells.insert(0 if at is None else at + 1, first)  # its own values first, then those of the run
    else:
        assert at is not None
        cells[at : at + 1] = [first, *map(_input_cell, count(1), opened["inputs"])]
    return {**opened["notebook"], "cells": [_about(opened), *cells], "metadata": _metadata(opened)}


def scratch_name(run_id: str, step: str) -> str:
    """For the files of a step: letters, digits and hyphens."""
    return re.sub(r"[^A-Za-z0-9_]+", "-", step).strip("-")[:60] + "-" + run_id[-8:]


def _beginning(opened: dict[str, Any], step_file: str) -> dict[str, Any]:
    lines = []
    if opened["directory"]:
        lines += ["import os", "", f"os.chdir({opened['directory']!r})  # the folder of the flow"]
    if opened["own_notebook"]:
        given = [(name, value) for name, value in opened["parameters"].items() if name.isidentifier()]
        lines += [f"{name} = {value!r}" for name, value in given]
    else:
        lines += [f"step_file = {step_file!r}  # the inputs and settings of the run, and where outputs go"]
    return _code("millrace-given", "\n".join(lines))


def _input_cell(number: int, port: str) -> dict[str, Any]:
    source = f"from studio.runtime import open_step\n\nopen_step(step_file).inputs[{port!r}]"
    return _code(f"millrace-input-{number}", source)


def _about(opened: dict[str, Any]) -> dict[str, Any]:
    lines = [
        f"Step `{opened['step']}` of run `{opened['run_id']}`, opened to be looked at and tried out. "
        "What you change here changes no flow: take it over into the node when it works."
    ]
    if opened["credentials"]:
        names = ", ".join(f"`{name}`" for name in opened["credentials"])
        lines.append(f"The step uses credentials ({names}), which only a run gets: where they are used, it fails here.")
    if "/" in opened["kernel"]:
        lines.append("The step runs in an environment of its own; choose a kernel of that environment.")
    return {"cell_type": "markdown", "id": "millrace-about", "metadata": {}, "source": "\n\n".join(lines)}


def _metadata(opened: dict[str, Any]) -> dict[str, Any]:
    """With the kernel that the flow names, if it is a kernel's name."""
    metadata: dict[str, Any] = dict(opened["notebook"].get("metadata", {}))
    if "/" not in opened["kernel"] and opened["kernel"] != "python3":
        metadata["kernelspec"] = {"name": opened["kernel"], "display_name": opened["kernel"]}
    return metadata


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", []))


def _code(id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": id, "metadata": {}, "source": source, "execution_count": None, "outputs": [],
    }  # fmt: skip
