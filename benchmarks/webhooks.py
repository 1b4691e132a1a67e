"""Senders of webhooks: deliveries of 50 kB, each with an id of its own.

A sender is a process of its own: `python -m benchmarks.webhooks HOST:PORT SECONDS RATE CONNECTIONS`. It prints the
milliseconds that each delivery took from the time when it was due; RATE 0 is as fast as it can.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass

BODY = json.dumps({"number": "7", "lines": ["x" * 100] * 480}).encode()


@dataclass(frozen=True)
class Load:
    """What a sender saw."""

    milliseconds: list[float]
    seconds: float

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


def send(address: str, seconds: float, rate: float = 0, connections: int = 16) -> Load:
    """Let a process send, at a `rate` per second or as fast as it can; fails if anything but 202 comes back."""
    command = [sys.executable, "-m", "benchmarks.webhooks", address, str(seconds), str(rate), str(connections)]
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return Load(found["milliseconds"], min(found["seconds"], time.perf_counter() - begun))


async def _send_all(address: str, seconds: float, rate: float, connections: int) -> dict[str, object]:
    loop, taken = asyncio.get_running_loop(), []
    begun = loop.time()
    due = iter(lambda: begun, None) if not rate else (begun + number / rate for number in range(int(seconds * rate)))

    async def one() -> None:
        reader, writer = await asyncio.open_connection(*address.rsplit(":", 1))
        for at in due:
            if loop.time() > begun + seconds:
                break
            await asyncio.sleep(max(0.0, at - loop.time()))
            started = at if rate else loop.time()
            writer.write(_request())
            await _answer(reader)
            taken.append(1000 * (loop.time() - started))
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return {"milliseconds": taken, "seconds": loop.time() - begun}


def _request() -> bytes:
    lines = [
        "POST /hooks/orders HTTP/1.1", "Host: benchmark", "Content-Type: application/json",
        f"Content-Length: {len(BODY)}", f"Idempotency-Key: {time.perf_counter_ns()}",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode() + BODY


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    body = await reader.readexactly(length)
    if b" 202 " not in head.split(b"\r\n")[0]:
        raise SystemExit(f"refused: {head!r} {body!r}")


if __name__ == "__main__":
    address, *numbers = sys.argv[1:]
    seconds, rate, connections = map(float, numbers)
    json.dump(asyncio.run(_send_all(address, seconds, rate, int(connections))), sys.stdout)
