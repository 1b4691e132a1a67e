"""Runs `millrace`, and kills its process as `kill -9` does before or after a function is called for the nth time.

python -m tests.killing studio.dispatcher.driver:Driver.end before 1 serve
"""

from __future__ import annotations

import itertools
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(function: Callable[..., Any], when: str, count: int) -> Callable[..., Any]:
    """The function, whose nth call is the process's end."""
    calls = itertools.count(1)

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        last = next(calls) == count
        if last and when == "before":
            die()
        result = function(*args, **kwargs)
        if last:
            die()
        return result

    return wrapped


def main() -> None:
    point, when, count, *arguments = sys.argv[1:]
    module, _, path = point.partition(":")
    *holders, name = path.split(".")
    holder: Any = import_module(module)
    for one in holders:
        holder = getattr(holder, one)
    setattr(holder, name, deadly(getattr(holder, name), when, int(count)))
    from studio.cli.main import main as millrace

    sys.argv = ["millrace", *arguments]
    millrace()


if __name__ == "__main__":
    main()
