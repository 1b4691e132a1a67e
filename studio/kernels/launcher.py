"""Kernels and who starts them: the protocols that the engine knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol


@dataclass(frozen=True)
class KernelRequest:
    """What kernel to start, where, and what it may use."""

    kernel: str
    """Name of a Jupyter kernelspec, `python3` for ours."""
    directory: Path
    """Its working directory."""
    env: dict[str, str] = field(default_factory=dict)
    """Added to this process's environment."""
    memory: int | None = None
    """Bytes of anonymous memory, summed over the kernel and its children; None for no limit."""
    log: Path | None = None
    """Gets what C code and subprocesses print; None drops it."""
    log_limit: int = 10_000_000
    """Bytes kept in the log; what is beyond is counted and dropped."""
    cpu: float | None = None
    """CPU seconds, summed likewise, from the kernel's start on."""
    processes: int | None = 1000
    """How many there may be at once, the kernel included."""
    lane: Literal["kernel", "direct"] = "kernel"
    """`direct`: without standard input, debugger and other clients, for two thirds of the CPU time, where possible."""
    preload: tuple[str, ...] = ()
    """Modules that it profits from having imported before it starts."""
    credentials: dict[str, Any] = field(default_factory=dict, repr=False)
    """Argument -> what the step is entrusted with. It reaches the kernel's memory, and nothing else."""


@dataclass(frozen=True)
class Usage:
    """What a kernel used, known once it is gone."""

    exit_code: int | None = None
    """As Python counts: negative for a signal. None if nobody could tell."""
    cpu_seconds: float = 0.0
    peak_memory: int = 0
    """Bytes resident at most, pages of mapped files included."""
    breach: Literal["memory", "cpu", "processes"] | None = None
    """The limit that ended it."""
    used: float = 0.0
    """How much was in use then: bytes, seconds or processes."""


class Kernel(Protocol):
    """A running kernel process that belongs to us. Thread-safe."""

    @property
    def pid(self) -> int:
        """Process id, and that of its process group."""

    @property
    def connection(self) -> dict[str, Any]:
        """The connection file's content, the key as text."""

    @property
    def language_info(self) -> dict[str, Any] | None:
        """What `kernel_info` would say of the language, where the launcher knows it; else the engine asks."""

    @property
    def polite(self) -> bool:
        """Whether SIGTERM makes it run its exit handlers and flush its files; else the engine sends a request."""

    def fileno(self) -> int:
        """A file descriptor that becomes readable when the kernel has died."""

    def poll(self) -> int | None:
        """The exit code, None while it lives."""

    def wait(self, seconds: float) -> bool:
        """Whether it has died, at the latest after so many seconds."""

    def signal(self, number: int) -> None:
        """Send a signal to the kernel alone; nothing happens if it is dead."""

    def kill(self) -> None:
        """End the process group, children and stragglers, and return when they are gone. May be called again."""

    def close(self) -> Usage:
        """Kill what is left, let go of everything, and say what was used. May be called again."""


class KernelLauncher(Protocol):
    """Starts kernels. Thread-safe."""

    def launch(self, request: KernelRequest) -> Kernel:
        """A kernel whose process exists; the engine waits until it answers."""

    def close(self) -> None:
        """End every kernel that is still running."""
