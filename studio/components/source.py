"""Files to read: below the working directory, anywhere on the machine, or behind a URL."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from studio.exceptions import UserError
from studio.problem import did_you_mean


def is_url(path: str) -> bool:
    return "://" in path


def opened(path: str, *, field: str = "path") -> Path:
    """A file on this machine with the content of `path`, downloaded if that is a URL.

    Raises :class:`UserError` for a file that is missing, empty, a folder or not readable.
    """
    file = _download(path, field) if is_url(path) else _local(path, field)
    if file.stat().st_size == 0:
        raise UserError(f"The file {path!r} is empty.", cure="Check what made it, or choose another file.", field=field)
    return file


def head(path: str) -> Path | None:
    """The file if it may be read while a flow is edited: it lies on this machine and is not empty."""
    try:
        return None if is_url(path) or not path else opened(path)
    except UserError:
        return None  # it may appear before the run; reading it then says what is wrong


def _local(path: str, field: str) -> Path:
    file = Path(path)
    try:
        if file.is_dir():
            raise UserError(f"{path!r} is a folder.", cure="Choose a file in it.", field=field)
        with file.open("rb"):
            return file
    except FileNotFoundError:
        raise _missing(file, field) from None
    except PermissionError as error:
        raise UserError(f"The file {path!r} may not be read.", cure="Ask its owner for access.", field=field) from error


def _missing(file: Path, field: str) -> UserError:
    near = did_you_mean(file.name, _names(file.parent))
    cure = near or "Correct the path; where steps run on other machines, list the file under files or use a URL."
    return UserError(f"There is no file {str(file)!r} in {Path.cwd()}.", cure=cure, field=field)


def _names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()] if folder.is_dir() else []


def scratch_folder() -> Path:
    """A new folder that is gone when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="millrace-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _download(url: str, field: str) -> Path:
    parts = urlsplit(url)
    target = scratch_folder() / (Path(parts.path).name or "download")
    fetch: Callable[[str, Path, str], None] = _fetch_http if parts.scheme in ("http", "https") else _fetch_other
    fetch(url, target, field)
    return target


def _fetch_http(url: str, target: Path, field: str) -> None:
    import httpx

    from studio.components.web import no_answer, refused

    try:
        with httpx.stream("GET", url, follow_redirects=True, timeout=60) as response, target.open("wb") as file:
            if response.is_error:
                response.read()
                raise refused(response, field=field)
            for block in response.iter_bytes():
                file.write(block)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise no_answer(url, error, field=field) from error


def _fetch_other(url: str, target: Path, field: str) -> None:
    import fsspec

    try:
        with fsspec.open(url, "rb") as source, target.open("wb") as file:
            shutil.copyfileobj(source, file)
    except FileNotFoundError:
        raise UserError(f"There is nothing at {url}.", cure="Correct the URL.", field=field) from None
    except (ImportError, ValueError, OSError) as error:
        raise UserError(f"{url} cannot be read: {error}", cure="Correct the URL.", field=field) from error
