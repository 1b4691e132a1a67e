from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[3]
MODULES = ("ring", "envelope", "sealing", "scrubber")


@pytest.mark.parametrize("heavy", ["cryptography", "ahocorasick_rs", "pydantic", "pandas"])
def test_the_vault_is_imported_without(heavy: str) -> None:
    code = f"import sys, {', '.join(f'studio.vault.{name}' for name in MODULES)}; sys.exit({heavy!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=HOUSE, check=True)
