"""The command line in a hurry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster import QUICK, Millrace


@pytest.fixture
def millrace(tmp_path: Path) -> Millrace:
    return Millrace(tmp_path / "home", QUICK)
