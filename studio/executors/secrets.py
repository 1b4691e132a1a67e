"""The secrets that one attempt is entrusted with, and how they are kept out of whatever it leaves behind.

What is not seen: a secret inside of what is compressed or encrypted by other means than Parquet and zip (Excel), drawn
in an image, in another character set, or written with other characters in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from studio.artifacts.contents import contents
from studio.credential import texts_in
from studio.exceptions import UserError, VaultError
from studio.kernels.engine import Execution
from studio.order import Order
from studio.problem import Failure
from studio.vault.scrubber import Scrubber
from studio.vault.sealing import Recipient, read_delivery_key, unseal

WORDS_OF_FORMAT = ("cell_type", "output_type", "name", "id")
"""Keys of a notebook whose values are no user's."""


class SecretInOutput(UserError):
    """An output holds a secret in clear."""

    code = "secret_in_output"


class Secrets:
    """Opened credentials: argument -> name, type, values, and which of the values are secret."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self.credentials = credentials
        self.scrubber = Scrubber([text for one in credentials.values() for text in _secret_texts(one)])

    def scrubbed(self, execution: Execution) -> Execution:
        """All that the execution carries, without secrets."""
        for cell in execution.notebook["cells"]:
            self._join_streams(cell.get("outputs", []))
        scrub = self.scrubber.scrub
        return replace(
            execution, notebook=self._scrubbed(execution.notebook),
            ename=scrub(execution.ename), evalue=scrub(execution.evalue), traceback=scrub(execution.traceback),
        )  # fmt: skip

    def scrubbed_failure(self, failure: Failure) -> Failure:
        scrub = self.scrubber.scrub
        return replace(failure, message=scrub(failure.message), cure=scrub(failure.cure))

    def _scrubbed(self, part: Any) -> Any:
        """A part of a notebook. What makes it one stays, even if the secret is a word of the format, such as `text`."""
        if self.scrubber.scrub_json(part) is part:
            return part
        if isinstance(part, dict):
            return type(part)((key, self._scrubbed_value(key, value)) for key, value in part.items())
        if isinstance(part, list) and any(isinstance(item, dict) for item in part):
            return [self._scrubbed(item) for item in part]
        return self.scrubber.scrub_json(part)

    def _scrubbed_value(self, key: str, value: Any) -> Any:
        if key in WORDS_OF_FORMAT:
            return value
        return self.scrubber.scrub_json(value) if key == "data" else self._scrubbed(value)

    def _join_streams(self, outputs: list[dict[str, Any]]) -> None:
        """A secret that one stream printed in parts, with other outputs in between, is found in none of the parts."""
        streams = sorted((one for one in outputs if one["output_type"] == "stream"), key=lambda one: str(one["name"]))
        for _, group in groupby(streams, key=lambda one: one["name"]):
            parts = list(group)
            texts = [part["text"] for part in parts]
            if len(parts) > 1 and self.scrubber.scrub("".join(texts)) != "".join(map(self.scrubber.scrub, texts)):
                stream = self.scrubber.stream()
                for part in parts:
                    part["text"] = stream.feed(part["text"])
                parts[-1]["text"] += stream.flush()

    def check_output(self, port: str, file: Path, described: dict[str, Any]) -> None:
        """Raise :class:`SecretInOutput` if a secret is in the file or in what is told of it."""
        told = [described["name"], described["preview"], [one["name"] for one in described["columns"] or []]]
        if not _holds(self.scrubber, file, told):
            return
        raise SecretInOutput(
            f"The output {port!r} holds the secret of the credential {self._culprit(file, told)!r} in clear.",
            cure="Leave it out of what the step returns.",
        )

    def _culprit(self, file: Path, told: Any) -> str:
        credentials = self.credentials.values()
        return next(str(one["name"]) for one in credentials if _holds(Scrubber(list(_secret_texts(one))), file, told))


def _holds(scrubber: Scrubber, file: Path, told: Any) -> bool:
    return scrubber.scrub_json(told) is not told or scrubber.finds(contents(file))


def _secret_texts(credential: dict[str, Any]) -> Iterator[str]:
    for field in credential["secret"]:
        yield from texts_in(credential["values"].get(field))


def open_secrets(order: Order, key_file: Path | None) -> Secrets | None:
    """The order's credentials; None if there are none. Raises :class:`VaultError` if they cannot be opened here."""
    if not order.credentials:
        return None
    if key_file is None:
        raise VaultError(
            "This worker has no delivery key, so it cannot open the step's credentials.",
            cure="Set MILLRACE_DELIVERY_KEY for the worker: the path of the key file that the service uses.",
        )
    recipient = Recipient(order.run, order.step, order.attempt)
    return Secrets(unseal(order.credentials, recipient, read_delivery_key(key_file)))
