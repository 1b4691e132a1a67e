"""Problems of a flow, found without running it. No user code is executed in this process."""

from studio.validator.nodes import Ports
from studio.validator.validator import Host, InvalidFlow, Validation, migrate_flow, validate
from studio.validator.values import resolve_inputs, resolve_params

__all__ = ["Host", "InvalidFlow", "Ports", "Validation", "migrate_flow", "resolve_inputs", "resolve_params", "validate"]
