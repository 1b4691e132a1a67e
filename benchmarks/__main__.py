"""`python -m benchmarks editor`, `flows`, `history`, `kernels`, `planning` or `service`."""

import sys
from importlib import import_module

NAMES = ("editor", "flows", "history", "kernels", "planning", "service")

if len(sys.argv) < 2 or sys.argv[1] not in NAMES:
    raise SystemExit(f"usage: python -m benchmarks {{{','.join(NAMES)}}} [options]")
import_module(f"benchmarks.{sys.argv[1]}").main(sys.argv[2:])
