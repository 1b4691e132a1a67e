"""The child that reads the code of nodes with jedi, for help with typing it: one JSON object a line. None of it runs.

It leaves when it has not been asked for a while, and when the server has gone. What takes too much memory ends it.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import sys
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jedi import Project, Script
    from jedi.api.classes import Signature

IDLE_SECONDS = 300
MOST_MEMORY = 2 * 10**9
"""Bytes."""
MOST_ITEMS = 1000
LONGEST_DOCUMENTATION = 1000
NOTHING: dict[str, dict[str, Any]] = {"complete": {"typed": "", "items": []}, "signature": {"signature": None}}
"""What is answered where nothing is known."""
STUBS = Path(__file__).parent / "stubs"


def main() -> None:
    """Say that we are ready, and answer until nobody asks."""
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    questions: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions,), daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as replies:
        os.dup2(2, 1)  # whatever is printed
        reader = Reader()
        reader.answer({"kind": "complete", "source": "pd.DataFrame().", "line": 1, "column": 15})  # takes seconds, once
        reply: dict[str, Any] = {}
        while True:
            replies.write(json.dumps(reply).encode() + b"\n")
            replies.flush()
            try:
                reply = _reply(reader, json.loads(questions.get(timeout=IDLE_SECONDS)))
            except queue.Empty:
                return


def _listen(questions: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        questions.put(line)
    os._exit(0)  # whoever asks has gone, however long an answer still takes


def _reply(reader: Reader, question: dict[str, Any]) -> dict[str, Any]:
    try:
        return reader.answer(question)
    except MemoryError:  # what is kept would be in the way of the next answer, too
        sys.exit("too little memory to read a node's code")
    except Exception:
        return {"broken": traceback.format_exc()}


class Reader:
    """Code as jedi sees it: with the packages of this Python, and with no file of a project."""

    def __init__(self) -> None:
        import jedi
        from jedi.api.environment import InterpreterEnvironment

        jedi.settings.auto_import_modules = []
        self._environment = InterpreterEnvironment()
        path = [str(STUBS), *(folder for folder in sys.path if folder)]
        self._project: Project = jedi.Project(os.devnull, sys_path=path, smart_sys_path=False)

        self._known = _known()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """`line` counts from 1, `column` from 0, in code points; NOTHING where there is no such place."""
        import jedi
        from parso.utils import split_lines

        source = question["source"].encode(errors="replace").decode()  # half characters
        lines = split_lines(source)
        kind, line, column = question["kind"], question["line"], question["column"]
        if line > len(lines) or column > len(lines[line - 1]):
            return NOTHING[kind]
        script = jedi.Script(f"{self._known}\n{source}", project=self._project, environment=self._environment)
        try:
            if kind == "signature":
                return {"signature": _signature(script, line + 1, column)}
            return _completions(script, line + 1, column, lines[line - 1][:column])
        except RecursionError:  # code that is nested deeply
            return NOTHING[kind]


def _known() -> str:
    """One line: what code may name without importing it."""
    from studio.compiler import FRONT_DOOR, MODULES

    modules = [f"import {module} as {name}" for name, module in MODULES.items()]
    return "; ".join([*modules, f"from studio import {', '.join(FRONT_DOOR)}"])


def _completions(script: Script, line: int, column: int, before: str) -> dict[str, Any]:
    """`typed` is the end of the text before, in the place of which an item stands."""
    found = [one for one in script.complete(line, column) if one.type != "path"]
    length = found[0].get_completion_prefix_length() if found else 0
    typed = before[len(before) - length :]
    shown = [one for one in found if typed.startswith("_") or not one.name.startswith("_")]
    items = [{"text": one.name_with_symbols, "type": one.type} for one in shown[:MOST_ITEMS]]
    return {"typed": typed, "items": items}


def _signature(script: Script, line: int, column: int) -> dict[str, Any] | None:
    """The call around the place: its text in three parts, the second being the argument that stands there."""
    found = script.get_signatures(line, column)
    if not found:
        return None
    best = next((one for one in found if one.index is not None), found[0])
    documentation = next(filter(None, (one.docstring(raw=True) for one in found)), "")
    opened, at = best.bracket_start
    return {
        "parts": _parts(best),
        "documentation": _beginning(documentation),
        "others": len({one.to_string() for one in found}) - 1,
        "line": opened - 1,
        "column": at,
    }


def _parts(signature: Signature) -> list[str]:
    """Where jedi does not know that a method is bound, it counts its arguments wrongly: then none is pointed out."""
    text = signature.to_string()
    params = [one.to_string() for one in signature.params]
    if params and params[0] == "self":
        return [text.replace("(self, ", "(", 1).replace("(self)", "()", 1), "", ""]
    if signature.index is None:
        return [text, "", ""]
    begin = text.index("(") + 1
    for param in params[: signature.index]:
        begin = text.index(param, begin) + len(param)
    begin = text.index(params[signature.index], begin)
    end = begin + len(params[signature.index])
    return [text[:begin], text[begin:end], text[end:]]


def _beginning(documentation: str) -> str:
    """What is said before the sections of a docstring, such as `Parameters`."""
    paragraphs = documentation.strip().split("\n\n")
    first = next((number for number, text in enumerate(paragraphs) if "\n---" in text or "\n===" in text), None)
    return "\n\n".join(paragraphs[:first])[:LONGEST_DOCUMENTATION]


if __name__ == "__main__":
    main()
