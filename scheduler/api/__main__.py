"""`python -m scheduler.api` writes the OpenAPI document to docs/openapi.json."""

from __future__ import annotations

import json
import tempfile
from importlib.metadata import version
from pathlib import Path

from scheduler.api.app import make_api
from scheduler.feeder import Feeder
from scheduler.metrics import Metrics
from scheduler.slicing import Slicing
from studio.app import App
from studio.settings import Settings

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as home, App.open(Settings.from_environment({"MILLRACE_HOME": home})) as app:
        metrics = Metrics(app.store, dict)
        api = make_api(
            app, version("millrace"), list, lambda: None,
            drain=list, feeder=Feeder(app.store), slicing=Slicing(app.root), metrics=metrics,
        )  # fmt: skip
        FILE.write_text(json.dumps(api.openapi(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
