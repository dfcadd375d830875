"""A worker of `local_processes`, which starts it by `command`.

It receives what runs trials, then plans, over the pipe whose file descriptor it is given, and sends
back how they go. It ends when the pipe does, so it never outlives the search.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
from multiprocessing.connection import Connection

from scaling_keras.tuner.quiet_import import import_quietly

READY, ADVANCED, ENDED, RAISED = "ready", "advanced", "ended", "raised"
_START = (
    f"import sys; sys.path[:] = sys.argv[2:]; from {__name__} import main; main(int(sys.argv[1]))"
)


def command(descriptor: int) -> list[str]:
    """Return the command of a worker that finds modules where this process does.

    Nowhere else: `python -m` would look in the current directory first.
    """
    return [sys.executable, "-c", _START, str(descriptor), *sys.path]


def main(descriptor: int) -> None:
    """Run trials until there are no more, or the search is gone."""
    connection = Connection(descriptor)
    inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    try:
        # TensorFlow's notices would stand among the progress of the search, once for each process.
        import_quietly()
        # Only then, for it loads TensorFlow.
        from scaling_keras.tuner.executors import packing
    except KeyboardInterrupt:
        return  # The search has been stopped before it had begun here.
    try:
        run_trial = packing.unpack(inbox.get() or b"")
        run_trial.tell(lambda plan, fraction: connection.send((ADVANCED, fraction)))
        connection.send((READY, None))
        while (packed := inbox.get()) is not None:
            connection.send((ENDED, run_trial(packing.unpack_plan(packed))))
    except BaseException as error:
        # Whatever it is, Ctrl-C too, it ends the search, which runs in the other process, and which
        # then interrupts all that are at work: this one has nothing left to be interrupted in.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        connection.send((RAISED, packing.as_told(error)))


def _receive(connection: Connection, inbox: queue.SimpleQueue[bytes | None]) -> None:
    """Pass on what comes; end the process at once when the search's process is gone."""
    while True:
        try:
            message = connection.recv_bytes()
        except (EOFError, OSError):
            os._exit(1)
        inbox.put(message or None)
