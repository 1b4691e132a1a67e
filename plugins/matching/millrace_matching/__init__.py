"""Components that match the rows of two tables."""

from collections.abc import Sequence

from studio import Component, hookimpl


@hookimpl
def register_components() -> Sequence[Component]:
    from millrace_matching.fuzzy import fuzzy_match
    from millrace_matching.reconcile import reconcile

    return [fuzzy_match, reconcile]
