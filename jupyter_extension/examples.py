"""The examples that come with Millrace, copied to where a person can open and change them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_extension.handler import Handler
from jupyter_extension.places import Places
from studio.exceptions import UserError

FOLDER = "millrace-examples"
SHOWN = (".flow", ".ipynb")
SKIPPED = ("__pycache__",)


class ExamplesHandler(Handler):
    """`{base_url}millrace/examples`."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """Copy the examples, but for what is there already, and say which there are."""
        places = Places(self.contents_manager)
        target = places.file(FOLDER)
        found = copy_examples(examples(), target)
        items = [places.inside(one) for one in found if one.suffix in SHOWN]
        self.answer({"folder": FOLDER, "items": items})


def examples() -> Path:
    """Where they are installed: beside this file, or in the checkout."""
    here = Path(__file__).parent
    for found in (here / "examples", here.parent / "notebooks" / "examples"):
        if found.is_dir():
            return found
    raise UserError("The examples are not installed.", cure="Install Millrace again.")


def copy_examples(source: Path, target: Path) -> list[Path]:
    """Copy all files of `source` that are not in `target`; where all of them are now."""
    found = []
    for file in _files(source):
        copy = target / file.relative_to(source)
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            _copy(file, copy)
        except OSError as error:
            message = f"The examples cannot be copied to {copy.parent}: {error.strerror}."
            raise UserError(message, cure="Make the folder writable, or open JupyterLab in another one.") from error
        found.append(copy)
    return found


def _copy(file: Path, copy: Path) -> None:
    try:
        with copy.open("xb") as fresh:
            fresh.write(file.read_bytes())
    except FileExistsError:  # somebody's own by now
        return


def _files(source: Path) -> Iterator[Path]:
    for file in sorted(source.rglob("*")):
        if file.is_file() and not any(
            part in SKIPPED or part.startswith(".") for part in file.relative_to(source).parts
        ):
            yield file
