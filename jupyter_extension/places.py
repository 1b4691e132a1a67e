"""Where the files are that JupyterLab knows by contents paths."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import authorized
from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.utils import to_api_path
from tornado import web

from jupyter_extension.handler import Handler
from studio.exceptions import NotFound, UserError

COLLABORATION = "RTC:"
"""The drive of jupyter-collaboration: the same files, by another name."""
_DRIVE = re.compile(r"[^/:]+:")


class Places:
    """The files of a contents manager, if they are files of this machine. Raises UserError if not."""

    def __init__(self, contents: Any) -> None:
        if not isinstance(contents, FileContentsManager):
            message = f"Jupyter keeps its files elsewhere ({type(contents).__name__}): they have no place here."
            raise UserError(message, cure="Use absolute paths or URLs for data, or Jupyter's own folders.")
        self._contents: Any = contents
        self.root = Path(os.path.abspath(contents.root_dir))

    def file(self, path: str) -> Path:
        """The file of a contents path, there or not, below the root folder. As in Jupyter, links below it may lead out
        of it, and what is hidden is not shown.
        """
        local = path.removeprefix(COLLABORATION).strip("/")
        try:
            found = Path(os.path.abspath(self._contents._get_os_path(local)))
        except web.HTTPError as error:
            raise NotFound(f"There is no file {path!r} below Jupyter's folder.", cure="Check the path.") from error
        if _DRIVE.match(local) and not found.exists():
            drive = local.partition(":")[0]
            message = f"{path!r} is on the drive {drive!r}, which only the browser can read."
            raise UserError(message, cure="Copy the flow to Jupyter's own folders.")
        return found

    async def visible(self, path: str) -> Path:
        """As `file`, but for what Jupyter hides."""
        found = self.file(path)
        if not self._contents.allow_hidden and await ensure_async(self._contents.is_hidden(self.inside(found))):
            raise NotFound(f"There is no file {path!r} below Jupyter's folder.", cure="Hidden files are not shown.")
        return found

    def inside(self, file: Path) -> str:
        """The contents path of a file below the root folder."""
        return str(to_api_path(str(file), str(self.root)))

    def below(self, folder: str) -> Path:
        """A folder of this machine by its path below the root folder; the root folder for one that is not there."""
        real = os.path.realpath(self.root)
        if folder and Path(folder).is_dir() and Path(folder).is_relative_to(real):
            return self.root / Path(folder).relative_to(real)
        return self.root


class PathsHandler(Handler):
    """`{base_url}millrace/paths`."""

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """The place of a contents path: its folder, its file, and the path without a drive."""
        (path,) = self.body("path")
        places = Places(self.contents_manager)
        file = await places.visible(path)
        self.answer({"folder": str(file.parent), "file": str(file), "inside": places.inside(file)})
