"""A flow that sends an e-mail, as analysts build it: a credential by its name, recipients from the flow's inputs."""

from __future__ import annotations

from studio.app import App
from studio.flow import Flow, FlowInput
from tests.mailbox import mailbox

NUMBERS = """
import pandas as pd

def run() -> Table:
    return pd.DataFrame({"n": [1]})
"""


def test_a_flow_sends_a_table_to_whom_its_input_names(app: App) -> None:
    flow = Flow.new("Report")
    flow.inputs = [FlowInput(name="whom", default="ada@example.com")]
    flow.add("code", "numbers", source=NUMBERS)
    params = {"to": {"$input": "whom"}, "subject": "Numbers", "table_as": "csv", "server": {"$credential": "office"}}
    flow.add("send.email", "send", params=params, inputs={"table": "numbers.table"})
    with mailbox() as box:
        values = {"host": "127.0.0.1", "port": box.port, "security": "none", "sender": "robot@example.com"}
        app.credentials.add("office", "smtp", values)
        view = app.run(flow, inputs={"whom": "bob@example.com"}, workers=1)
    assert view.ok, view.step("send").failure
    assert box.recipients == [["bob@example.com"]]
    assert view.value("send", "sent")["message_id"] == box.mails[0]["Message-ID"]
    (part,) = box.mails[0].iter_attachments()
    assert part.get_content().splitlines() == ["\ufeffn", "1"]
