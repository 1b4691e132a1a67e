"""How much of what a notebook's cells show is kept."""

from __future__ import annotations

import json
import re
from typing import Any

_STREAM_HEAD = re.compile(rb'\{"name": ?"(stdout|stderr)", ?"text": ?"')
_LONGEST_ESCAPE = 6
_SHORT = 2000


class OutputCap:
    """Decides message by message, before its content is unpacked. Bytes are those of the packed content."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.kept = 0
        self.kept_of_cell = 0
        self.dropped = 0
        self.dropped_of_cell = 0
        self._shown: dict[str, int] = {}

    def begin_cell(self) -> None:
        self.kept_of_cell = self.dropped_of_cell = 0

    def refund_cell(self) -> None:
        """The cell's outputs so far were cleared."""
        self.kept -= self.kept_of_cell
        self.kept_of_cell = 0

    def admit(self, message: dict[str, Any]) -> bool:
        """Unpack the message's content as far as it is kept; False if nothing of it is."""
        kind = message["msg_type"]
        size = len(message["content"]) + sum(map(len, message["buffers"]))
        left = self.limit - self.kept
        if kind == "stream":
            return self._admit_stream(message, size, left)
        if kind == "error":
            message["content"] = _error(json.loads(message["content"]), left)
            self._keep(min(size, max(left, 0)))
        elif kind == "update_display_data":
            return self._admit_update(message, size, left)
        elif kind in ("display_data", "execute_result", "comm_open"):
            return self._admit_whole(message, size, left)
        elif kind == "comm_msg" and size > self.limit:
            return self._drop(size)
        else:
            message["content"] = json.loads(message["content"])
        return True

    def _admit_stream(self, message: dict[str, Any], size: int, left: int) -> bool:
        if size <= left:
            message["content"] = json.loads(message["content"])
            self._keep(size)
            return True
        self._keep(max(left, 0))
        self._drop(size - max(left, 0))
        head = stream_head(message["content"], left) if left > 0 else None
        message["content"] = head
        return head is not None

    def _admit_whole(self, message: dict[str, Any], size: int, left: int) -> bool:
        if size > left:
            return self._drop(size)
        message["content"] = json.loads(message["content"])
        self._keep(size)
        self._shown[_display_id(message)] = size
        return True

    def _admit_update(self, message: dict[str, Any], size: int, left: int) -> bool:
        """A display that replaces another costs only what it is longer."""
        if size > self.limit:
            return self._drop(size)
        message["content"] = json.loads(message["content"])
        more = size - self._shown.get(_display_id(message), 0)
        if more > left:
            return self._drop(size)
        self._keep(more)
        self._shown[_display_id(message)] = size
        return True

    def _keep(self, size: int) -> None:
        self.kept += size
        self.kept_of_cell += size

    def _drop(self, size: int) -> bool:
        self.dropped += size
        self.dropped_of_cell += size
        return False


def _display_id(message: dict[str, Any]) -> str:
    return (message["content"].get("transient") or {}).get("display_id") or ""


def _error(content: dict[str, Any], left: int) -> dict[str, Any]:
    """An error is kept in any case, shortened where it does not fit."""
    if sum(map(len, content["traceback"])) + len(content["evalue"]) <= left:
        return content
    lines = [line[:_SHORT] for line in content["traceback"][-10:]]
    return content | {"evalue": content["evalue"][:_SHORT], "traceback": lines}


def stream_head(packed: bytes, size: int) -> dict[str, Any] | None:
    """The first bytes of a stream message's text without unpacking the rest; None if it is written some other way."""
    found = _STREAM_HEAD.match(packed)
    if found is None:
        return None
    body = packed[found.end() : found.end() + size].decode("utf-8", "ignore")
    for cut in range(min(_LONGEST_ESCAPE, len(body)) + 1):
        try:
            text = json.loads(f'"{body[: len(body) - cut]}"', strict=False)
        except json.JSONDecodeError:  # the cut went through an escape
            continue
        return {"name": found[1].decode(), "text": text.encode("utf-8", "ignore").decode()}
    return None
