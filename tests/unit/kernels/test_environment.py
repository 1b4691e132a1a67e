from __future__ import annotations

from pathlib import Path

import pytest

from studio.kernels.environment import order, variables
from studio.kernels.kernelspec import kernelspec
from studio.kernels.launcher import KernelRequest


def test_a_kernel_inherits_neither_keys_nor_store_of_a_service(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MILLRACE_KEYS", "MILLRACE_STORE", "MILLRACE_HOME"):
        monkeypatch.setenv(name, "secret")
    request = KernelRequest("python3", Path.cwd())
    spec = kernelspec("python3")
    for found in (variables(spec, request), order(spec, request)["env"]):
        assert found["MILLRACE_HOME"] == "secret"
        assert not {"MILLRACE_KEYS", "MILLRACE_STORE"} & found.keys()
