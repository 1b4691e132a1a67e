"""An IPython kernel that leaves politely on SIGTERM: exit handlers run, open files are flushed, in a few milliseconds.

It is started in two ways. As a command it is run by path with the Python of any environment, in place of
`-m ipykernel_launcher`; so it imports nothing of ours, and starts as ipykernel does. In a template it is prepared
before the fork: everything that needs no socket and no thread.

Not `shutdown_request`: with left-over subprocesses ipykernel takes seconds over it, and closing its application can
wait 10 s for a thread that has stopped. Whatever the step leaves running, the guard ends.
"""

import json
import os
import signal
import sys
import time
from typing import Any

OPTIONS = [
    "--IPKernelApp.capture_fd_output=False",  # a dying process's last words must reach the log, not its own pipe
    "--HistoryManager.enabled=False",
    "--log-level=ERROR",
]
WAIT = "--millrace-wait"
"""An argument of the command: start now, and take the order from standard input."""
KEPT = ("MPLBACKEND",)
"""Variables that starting the kernel has set."""
DELIVERY = "millrace_delivery"
"""The module in which credentials wait for the step: :mod:`studio.runtime.delivery` takes them."""


def main() -> None:
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    lend_studio()
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize([word for word in sys.argv[1:] if word != WAIT] + OPTIONS)
    if WAIT in sys.argv:
        take_order()
    serve(app)


class Lender:
    """Finds the package `studio` in an environment where it is not installed: after all other finders, and only it."""

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "studio":
            return None
        from importlib.util import spec_from_file_location

        folder = os.path.join(self.root, "studio")
        return spec_from_file_location(name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder])


def lend_studio() -> None:
    sys.meta_path.append(Lender())


# --------------------------------------------------------------------- before and after a fork


def prepare() -> Any:
    """ipykernel's application with its kernel and shell, as far as it comes without sockets and threads.

    To make the kernel after the fork would write to, and so copy, the pages of every module there is.
    """
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.parent_handle = 1  # the guard looks after it, not a polling thread
    super(IPKernelApp, app).initialize(OPTIONS)
    app.init_pdb()
    app.init_blackhole()
    app.kernel = app.kernel_class.instance(
        parent=app, session=app.session, log=app.log, profile_dir=app.profile_dir, user_ns=app.user_ns
    )
    app.init_shell()
    app.init_extensions()
    app.shell._sys_modules_keys = set(sys.modules)
    return app


def become_own(app: Any, key: str, file: str) -> None:
    """Give what was made before the fork an identity of its own."""
    from importlib.util import find_spec

    from jupyter_client.session import new_id

    launcher = find_spec("ipykernel_launcher")
    sys.argv = [launcher.origin if launcher and launcher.origin else "ipykernel_launcher.py", "-f", file]
    app.connection_file = file
    app.session.pid = os.getpid()
    app.session.session = new_id()
    app.session.key = key.encode()


def boot(app: Any, connection: Any, file: str) -> None:
    """Open the sockets of `connection`, and start what serves them. There is no heartbeat and no debugger."""
    from zmq.eventloop.zmqstream import ZMQStream

    become_own(app, connection["key"], file)
    app.transport, app.ip = connection["transport"], connection["ip"]
    for port in ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
        setattr(app, port, connection[port])
    app.init_sockets()
    app.write_connection_file()
    app.log_connection_info()
    app.init_io()
    app.init_signal()
    control, shell = app.control_thread, app.shell_channel_thread
    shell.shell_stream = ZMQStream(app.shell_socket, shell.io_loop)
    control_stream = ZMQStream(app.control_socket, control.io_loop)
    control.start()
    shell.start()
    app.kernel.record_ports({name + "_port": port for name, port in app._ports.items()})
    connect(
        app, control_thread=control, control_stream=control_stream, shell_channel_thread=shell,
        shell_stream=shell.shell_stream, stdin_socket=app.stdin_socket,
    )  # fmt: skip


def connect(app: Any, **channels: Any) -> None:
    """Tell the prepared kernel where its messages come from and go to."""
    kernel, shell = app.kernel, app.shell
    for name, channel in channels.items():
        setattr(kernel, name, channel)
    kernel.iopub_thread, kernel.iopub_socket = app.iopub_thread, app.iopub_socket
    shell.displayhook.pub_socket = shell.display_pub.pub_socket = app.iopub_socket
    app.displayhook.get_execution_count = lambda: kernel.execution_count


def take_order() -> None:
    """Wait for the order; from then on environment, directory, time zone and random numbers are the step's own."""
    data = b""
    while more := os.read(0, 65536):
        data += more
    if not data:
        os._exit(0)  # nobody needs this kernel
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    order = json.loads(data)
    deliver(order.get("credentials"))
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update({**kept, **order["env"]})
    time.tzset()
    os.chdir(order["directory"])
    seed()


def deliver(credentials: dict[str, Any] | None) -> None:
    """Keep them in memory alone: no variable, no file, nothing that children or other steps are born with."""
    if credentials:
        place = type(sys)(DELIVERY)
        vars(place)["credentials"] = credentials
        sys.modules[DELIVERY] = place


def seed() -> None:
    """The generators that were made before the fork would say the same in every kernel."""
    if "random" in sys.modules:
        sys.modules["random"].seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def finish(app: Any) -> None:
    """What depends on environment and directory: the plotting backend, and the user's startup files."""
    app.init_path()
    app.init_gui_pylab()
    app._run_startup_files()
    app._run_exec_lines()
    app._run_exec_files()
    app.shell.user_ns_hidden.update(app.shell.user_ns)
    sys.stdout.flush()
    sys.stderr.flush()


# --------------------------------------------------------------------- serving, and the end


def serve(app: Any) -> None:
    from tornado.ioloop import IOLoop

    mend_streams()
    loop = IOLoop.current()
    signal.signal(signal.SIGTERM, lambda *_: loop.add_callback_from_signal(loop.stop))
    keep_for_this_process(signal.SIGTERM)
    app.start()
    leave(app)


def keep_for_this_process(number: int) -> None:
    """Let the signal end children that user code forks, from their first instruction on: pools end theirs so."""

    def reset() -> None:
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [number])

    os.register_at_fork(
        before=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [number]),
        after_in_parent=lambda: signal.pthread_sigmask(signal.SIG_UNBLOCK, [number]),
        after_in_child=reset,
    )


def mend_streams() -> None:
    """Two things that ipykernel's streams lack here.

    `subprocess.run(..., stdout=sys.stdout)` works as it does in a stock kernel; the output goes to the log. And half a
    character (a lone surrogate) is shown escaped: no message can hold one, and its failure would stop the thread.
    """
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        if not hasattr(stream, "_original_stdstream_copy"):
            setattr(stream, "_original_stdstream_copy", descriptor)  # noqa: B010 - not an attribute of text files
        setattr(stream, "write", whole_characters(stream.write))  # noqa: B010


def whole_characters(write: Any) -> Any:
    def write_whole(text: Any) -> Any:
        if isinstance(text, str) and not text.isascii():
            text = text.encode("utf-8", "backslashreplace").decode()
        return write(text)

    return write_whole


def leave(app: Any) -> None:
    """What the interpreter does at its end, without the time it takes to tear itself down."""
    import atexit
    import gc
    import threading

    try:
        threading._shutdown()  # type: ignore[attr-defined]  # joins the threads and pools that the step left behind
        atexit.unregister(app.close)
        app.reset_io()
        names = app.shell.user_ns
        atexit._run_exitfuncs()
        names.clear()
        sys.modules.pop("__main__", None)
        gc.collect()  # closes, and so flushes, the files that the step left open
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
