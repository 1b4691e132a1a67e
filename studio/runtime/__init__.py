"""What runs inside kernels: it loads a step's inputs, and writes what the step returns.

Importing it needs the standard library only; pyarrow and the frames' libraries are imported when a table is there.
"""

from studio.runtime.step import Step, open_step

__all__ = ["Step", "open_step"]
