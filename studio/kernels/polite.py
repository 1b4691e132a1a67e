"""An IPython kernel that leaves politely on SIGTERM: exit handlers run, open files are flushed, in a few milliseconds.

Run by path with the Python of any environment, in place of `-m ipykernel_launcher`; so it imports nothing of ours.

Not `shutdown_request`: with left-over subprocesses ipykernel takes seconds over it, and closing its application can
wait 10 s for a thread that has stopped. Whatever the step leaves running, the guard ends.
"""

import os
import signal
import sys

OPTIONS = [
    "--IPKernelApp.capture_fd_output=False",  # a dying process's last words must reach the log, not its own pipe
    "--HistoryManager.enabled=False",
    "--log-level=ERROR",
]


def main() -> None:
    if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)):
        del sys.path[0]
    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    app = IPKernelApp.instance()
    app.initialize([*sys.argv[1:], *OPTIONS])
    give_descriptors()
    loop = IOLoop.current()
    signal.signal(signal.SIGTERM, lambda *_: loop.add_callback_from_signal(loop.stop))
    app.start()
    leave(app)


def give_descriptors() -> None:
    """`subprocess.run(..., stdout=sys.stdout)` works as it does in a stock kernel; the output goes to the log."""
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        if not hasattr(stream, "_original_stdstream_copy"):
            setattr(stream, "_original_stdstream_copy", descriptor)  # noqa: B010 - not an attribute of text files


def leave(app) -> None:  # type: ignore[no-untyped-def]
    """What the interpreter does at its end, without the time it takes to tear itself down."""
    import atexit
    import gc
    import threading

    try:
        threading._shutdown()  # type: ignore[attr-defined]  # joins the threads and pools that the step left behind
        atexit.unregister(app.close)
        app.reset_io()
        names = app.kernel.shell.user_ns
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
