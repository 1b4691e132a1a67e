"""Every way to start a kernel: what is true of one is true of all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from studio.kernels.cold import ColdLauncher
from studio.kernels.guarded import GuardedKernel
from studio.kernels.launcher import KernelLauncher, KernelRequest
from studio.kernels.warm import WarmLauncher


class DirectLauncher(WarmLauncher):
    """Asks for the direct lane."""

    def launch(self, request: KernelRequest) -> GuardedKernel:
        return super().launch(replace(request, lane="direct"))


LAUNCHERS: dict[str, Callable[[], KernelLauncher]] = {
    "cold": ColdLauncher,
    "cold with spares": lambda: ColdLauncher(spares=1),
    "forked": WarmLauncher,
    "direct": DirectLauncher,
}
