"""What an attempt at a step leaves below the artifact root.

    runs/<run>/<step>/<attempt>.started                         who runs it, created exclusively before user code
    runs/<run>/<step>/<attempt>-<execution>/<port>.<ending>     outputs, log and notebook of that execution
    runs/<run>/<step>/<attempt>.json                            the manifest, created exclusively: now outputs exist

A step's path may hold `/` and `[]` (`each[3]/match`): each part is one folder, its odd characters percent-encoded.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from studio.artifacts.root import ArtifactRoot
from studio.exceptions import ArtifactError
from studio.manifest import AttemptManifest

MOST_NAME = 200
"""Characters of a folder's name; file systems take 255 bytes."""


def start_attempt(root: ArtifactRoot, run: str, step: str, attempt: int, execution: str, worker: str) -> bool:
    """Take the attempt for this execution: True for the one that got it, and only that may go on."""
    ours = {"execution": execution, "worker": worker}
    path = f"{_step_folder(run, step)}/{attempt}.started"
    if root.write_exclusive(path, json.dumps(ours).encode()):
        return True
    # A store may have taken our file although its answer was lost, so that asking again found it there.
    return read_started(root, run, step, attempt) == ours


def read_started(root: ArtifactRoot, run: str, step: str, attempt: int) -> dict[str, Any] | None:
    """`{"execution": ..., "worker": ...}` of who has taken the attempt; None if nobody has."""
    data = root.read_if_there(f"{_step_folder(run, step)}/{attempt}.started")
    return None if data is None else dict(json.loads(data))


def attempt_prefix(run: str, step: str, attempt: int, execution: str) -> str:
    """The folder of an execution's outputs, without a `/` at the end."""
    return f"{_step_folder(run, step)}/{attempt}-{_safe(execution)}"


def write_manifest(root: ArtifactRoot, manifest: AttemptManifest) -> bool:
    """Publish what the attempt left: False if there is a manifest already, which then holds."""
    path = _manifest_path(manifest.run, manifest.step, manifest.attempt)
    return root.write_exclusive(path, manifest.model_dump_json().encode())


def read_manifest(root: ArtifactRoot, run: str, step: str, attempt: int) -> AttemptManifest | None:
    path = _manifest_path(run, step, attempt)
    data = root.read_if_there(path)
    if data is None:
        return None
    try:
        return AttemptManifest.model_validate_json(data)
    except ValidationError as error:
        raise ArtifactError(f"The manifest {path} is damaged: {error}", cure="Run the step again.") from error


def _manifest_path(run: str, step: str, attempt: int) -> str:
    return f"{_step_folder(run, step)}/{attempt}.json"


def _step_folder(run: str, step: str) -> str:
    return "/".join(["runs", _safe(run), *(_safe(part) for part in step.split("/"))])


def _safe(name: str) -> str:
    """A folder's name on every system, different for different names.

    Endings that look like ours (`1.json`, `1-abc`) cannot meet a step's: a nested step's folder would have to be named
    like an attempt, and node ids begin with a letter.
    """
    encoded = quote(name, safe="-_.,=+@ ")
    encoded = re.sub(r"^\.|\.$|^ | $", lambda found: f"%{ord(found[0]):02X}", encoded)
    if not encoded or len(encoded) > MOST_NAME:
        raise ArtifactError(f"{name[:80]!r} cannot name a folder.", cure="Give the node a shorter id.")
    return encoded
