"""Every error that Millrace raises on purpose.

A user's mistake is a :class:`UserError`: one line that says what is wrong, and its cure. Anything else is our own
fault and keeps its traceback.
"""


class MillraceError(Exception):
    """Something in Millrace went wrong."""

    code = "error"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)

    @property
    def message(self) -> str:
        return str(self.args[0])


class UserError(MillraceError):
    """The input is wrong, and whoever gave it can mend it.

    Authors of components raise it: ``raise UserError("The server knows no report 17.", cure="Choose a report.")``.
    `field` names the param at fault, `line` the line of a source or file, `retryable` says that trying again may help.
    """

    code = "user"

    def __init__(
        self, message: str, *, cure: str = "", field: str = "", line: int | None = None, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.cure = cure
        self.field = field
        self.line = line
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.message} {self.cure}".strip()


class FlowError(UserError):
    """The flow document cannot be read, or is not valid."""

    code = "flow"


class BundleError(UserError):
    """What the flow wants to carry along cannot be packed or unpacked."""

    code = "bundle"


class ArtifactError(UserError):
    """A value cannot be stored at, or read from, a port."""

    code = "artifact"


class VaultError(UserError):
    """A secret cannot be encrypted or opened, or a key cannot be used."""

    code = "vault"


class StoreError(UserError):
    """The store cannot be used."""

    code = "store"


class Conflict(UserError):
    """Somebody else has changed it meanwhile."""

    code = "conflict"


class InUse(UserError):
    """Others need it."""

    code = "in_use"


class NotFound(UserError):
    """There is nothing by that name."""

    code = "not_found"


class PluginError(MillraceError):
    """A plugin raised, hung or died while the plugin host asked it something. `traceback` is the plugin's own."""

    code = "plugin"

    def __init__(self, message: str | None = None, *, traceback: str = "") -> None:
        super().__init__(message)
        self.traceback = traceback


class TransitionError(MillraceError):
    """That state does not follow from the present one."""

    code = "transition"


class LeaseLost(MillraceError):
    """Another dispatcher owns the run now."""

    code = "lease_lost"


class ExecutorError(UserError):
    """Steps cannot be executed now."""

    code = "executor"
