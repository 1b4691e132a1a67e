"""*Open as notebook*: writes a step's notebook and what it needs to where JupyterLab can open it."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_extension.connection import Way, gone
from jupyter_extension.handler import Handler, person
from jupyter_extension.places import Places
from jupyter_extension.scratch_notebook import scratch_name, scratch_notebook
from studio.exceptions import NotFound, UserError

if TYPE_CHECKING:
    import httpx

FOLDER = "millrace-scratch"
"""Visible, for JupyterLab does not open what is hidden."""
_FORMAT = re.compile(r"[a-z0-9]{1,20}")


class ScratchHandler(Handler):
    """`{base_url}millrace/scratch`."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Make the notebook of a step of a run, unless it is there already, and say where it is."""
        import httpx

        run_id, step = self.body("run", "step")
        places = Places(self.contents_manager)
        way = await self.connection.way()
        scratch = _Scratch(way, person(self) if way.private else {}, places)
        try:
            notebook = await scratch.write(run_id, step)
        except httpx.HTTPError as error:
            await self.connection.check(way)
            raise gone() from error
        except OSError as error:
            message = f"The notebook cannot be written: {error.strerror}."
            raise UserError(message, cure=f"Make room for the folder {FOLDER}, and make it writable.") from error
        self.answer({"path": places.inside(notebook)})


class _Scratch:
    def __init__(self, way: Way, headers: dict[bytes, bytes], places: Places) -> None:
        self._way = way
        self._headers = headers
        self._places = places

    async def write(self, run_id: str, step: str) -> Path:
        """The notebook's file. What a person has changed in it is kept; what it needs is made anew."""
        from studio.client import path_of

        steps = path_of("runs", run_id, "steps")
        opened = json.loads(await self._get(steps + path_of(step, "opened")))
        folder = self._places.below(opened["directory"]) / FOLDER
        name = scratch_name(opened["run_id"], opened["step"])
        files = folder / name
        (files / "outputs").mkdir(parents=True, exist_ok=True)
        if not opened["own_notebook"]:
            bundle = opened["bundle_folder"] or await self._bundle(opened, files)
            document = _step_file(opened, files / "outputs", bundle, await self._inputs(opened, steps, files))
            (files / "step.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        notebook = folder / f"{name}.ipynb"
        if not notebook.exists():
            content = scratch_notebook(opened, str(files / "step.json"))
            notebook.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        return notebook

    async def _inputs(self, opened: dict[str, Any], steps: str, files: Path) -> dict[str, list[str]]:
        """Input port -> the files of its values: where they lie on this machine, else copies of them."""
        from studio.client import path_of

        found: dict[str, list[str]] = {}
        for port, given in opened["inputs"].items():
            found[port] = []
            for number, value in enumerate(given["values"]):
                copy = files / f"{port}-{number}.{_checked(value['format'])}"
                if not value["file"]:
                    await self._download(steps + path_of(value["step"], "outputs", value["port"], "content"), copy)
                found[port].append(value["file"] or str(copy))
        return found

    async def _bundle(self, opened: dict[str, Any], files: Path) -> str:
        """The modules of the project, from a service on another machine."""
        from studio.bundle import unpack
        from studio.client import path_of

        if not opened["bundle"]:
            return ""
        data = await self._get(path_of("runs", opened["run_id"], "bundle"))
        return str(unpack(_Fetched(data), opened["bundle"], files / "bundles"))

    async def _get(self, path: str) -> bytes:
        answer = await self._way.client.get(path, headers=self._headers)
        if not answer.is_success:
            raise _refusal(answer)
        return answer.content

    async def _download(self, path: str, target: Path) -> None:
        async with self._way.client.stream("GET", path, headers=self._headers) as answer:
            if not answer.is_success:
                await answer.aread()
                raise _refusal(answer)
            with target.open("wb") as file:
                async for piece in answer.aiter_bytes():
                    file.write(piece)


class _Fetched:
    """A bundle that was fetched already, as :func:`unpack` asks for it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def exists(self, path: str) -> bool:
        return True

    def read_bytes(self, path: str) -> bytes:
        return self._data

    def write_exclusive(self, path: str, data: bytes) -> bool:
        return False


def _step_file(opened: dict[str, Any], outputs: Path, bundle: str, files: dict[str, list[str]]) -> dict[str, Any]:
    """As a worker writes it for a kernel."""
    same = ("step", "node", "directory", "table_format", "settings", "outputs")
    return {
        "format": 1, "run": opened["run_id"], "attempt": 0, "bundle": bundle, "scratch": str(outputs),
        "idempotency_key": f"{opened['run_id']}:{opened['step']}", **{name: opened[name] for name in same},
        "inputs": {
            port: {
                "kind": given["kind"], "frame": given["frame"], "many": given["many"],
                "files": [
                    {"path": path, "format": value["format"], "name": value["name"]}
                    for path, value in zip(files[port], given["values"], strict=True)
                ],
            }
            for port, given in opened["inputs"].items()
        },
    }  # fmt: skip


def _checked(format: str) -> str:
    if not _FORMAT.fullmatch(format):
        raise UserError("The service names a format that is none.", cure="Check MILLRACE_URL.")
    return format


def _refusal(answer: httpx.Response) -> UserError:
    try:
        told = answer.json()
    except ValueError:
        told = {}
    message = str(told.get("detail") or f"The service has answered {answer.status_code}.")
    kind = NotFound if answer.status_code == HTTPStatus.NOT_FOUND else UserError
    return kind(message, cure=str(told.get("cure", "")), retryable=bool(told.get("retryable", False)))
