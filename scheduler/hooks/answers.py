"""What a caller is answered who waits for the flow's *Respond* node."""

from __future__ import annotations

import asyncio
import logging

from scheduler.hooks.receiver import Made, Receiver
from scheduler.hooks.reply import Reply, problem
from scheduler.hooks.waiting import Answer, Waiting
from scheduler.webhooks import responders
from studio.artifacts.root import ArtifactRoot
from studio.artifacts.values import read_value
from studio.exceptions import ArtifactError, StoreError
from studio.manifest import Artifact
from studio.run import RunState

logger = logging.getLogger(__name__)


class Answers:
    """Answers of flows. Close it, so that nobody waits any longer."""

    def __init__(self, receiver: Receiver, root: ArtifactRoot) -> None:
        self._receiver = receiver
        self._root = root
        self._waiting = Waiting(receiver.store)

    def close(self) -> None:
        self._waiting.close()

    async def of(self, made: Made) -> Reply:
        """The flow's answer within the time that the trigger gives it, or else where the run is found, and why."""
        steps = responders(made.hook.flow()[1])
        if not steps:
            return self._receiver.reply(made.delivery, "The flow has no Respond node.")
        assert made.delivery.run_id is not None
        future = self._waiting.wait(made.delivery.run_id, steps)
        if future is None:
            return self._receiver.reply(made.delivery, "Too many callers wait for an answer.")
        seconds = made.hook.settings.respond_seconds
        try:
            answer = await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError:
            return self._receiver.reply(made.delivery, f"The flow has not answered within {seconds:g} s.")
        finally:
            self._waiting.forget(future)
        return await asyncio.to_thread(self._answered, made, answer)

    def _answered(self, made: Made, answer: Answer) -> Reply:
        reply = self._reply(made, answer)
        try:
            if reply.status != made.delivery.status:
                self._receiver.store.deliveries.set_status(made.delivery.id, reply.status)
        except StoreError as error:  # the run is there, and so is its answer
            logger.warning("the delivery's log does not say what it got: %s", error)
        return reply

    def _reply(self, made: Made, answer: Answer) -> Reply:
        if isinstance(answer, Artifact):
            return self._given(made, answer)
        if answer is None:
            return self._receiver.reply(made.delivery, "The service ends.")
        if answer is RunState.SUCCEEDED:
            return self._receiver.reply(made.delivery, "The run has ended without an answer.")
        run_id = str(made.delivery.run_id)
        return problem(502, f"The run has {answer}.", more={"run": run_id, "link": self._receiver.link(run_id)})

    def _given(self, made: Made, artifact: Artifact) -> Reply:
        try:
            value = read_value(self._root, artifact)
        except (ArtifactError, OSError) as error:
            logger.warning("the answer of run %s cannot be read: %s", made.delivery.run_id, error)
            return self._receiver.reply(made.delivery, "The flow's answer cannot be read.")
        headers = [*value["headers"].items(), ("Millrace-Run", str(made.delivery.run_id))]
        return Reply(value["status"], tuple(headers), value["body"].encode())
