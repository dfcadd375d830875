"""One search at a time in a project: a lock file that says whose it is and outlives no search."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scaling_keras.errors import SweepError
from scaling_keras.tuner.claim import replace_file
from scaling_keras.tuner.places import needs_room, shown

LOCK_FILE = "search.lock"
BEAT_SECONDS = 5.0
STALE_AFTER_SECONDS = 30.0
_REMEDY = (
    "Make room, or choose another `directory`. What has been trained is read without a search: by "
    "`results` and `fit_law`, or `scaling-keras fit`."
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Holder:
    """What a lock file says of the search that wrote it.

    Attributes:
        token: Names the search.
        pid: Number of its process.
        host: Name of its machine.
        process_began: When it began; see `_process_began`.
        id_space: Within what the number names it; see `_id_space`.
    """

    token: str
    pid: int
    host: str
    process_began: str
    id_space: str

    @classmethod
    def from_json(cls, content: Any) -> _Holder:
        """Return what the content of a lock file says.

        Raises:
            ValueError: If no search wrote it so.
        """
        pid, token = content.get("pid"), content.get("token")
        # The token is part of a file's name, and the number is the kernel's.
        if type(pid) is not int or not 0 < pid < 2**31:
            raise ValueError
        if not isinstance(token, str) or not token.isalnum():
            raise ValueError
        texts = [str(content.get(name, "")) for name in ("host", "process_began", "id_space")]
        host, process_began, id_space = texts
        return cls(token=token, pid=pid, host=host, process_began=process_began, id_space=id_space)


@contextlib.contextmanager
def driver_lock(
    project: Path, *, stale_after_seconds: float = STALE_AFTER_SECONDS
) -> Iterator[None]:
    """Hold the lock of a project while a search runs.

    A lock left behind by a kill is taken over: at once if this process can see that the other is
    gone; else, as where that ran on another machine or in another container, once its file, which a
    living search touches every five seconds, hasn't changed while this process watched it. No clock
    of another machine is trusted.

    Args:
        project: The project's directory; it must be there.
        stale_after_seconds: How long to watch the lock of a process that can't be seen.

    Raises:
        SweepError: If another search holds it, the lock file is damaged, or none can be written.
    """
    file = project / LOCK_FILE
    token = uuid.uuid4().hex
    holder = _read(file)
    is_gone = holder is not None and _is_gone(holder, file, stale_after_seconds)
    if holder is not None and not is_gone:
        raise _refusal(file, holder)
    with needs_room("A search", project, _REMEDY):
        _take(file, token, instead_of=holder.token if holder else None)
    stop = threading.Event()
    beating = threading.Thread(target=_beat, args=(file, stop), daemon=True)
    beating.start()
    try:
        yield
    finally:
        stop.set()
        beating.join()
        with contextlib.suppress(SweepError):
            if (ours := _read(file)) is not None and ours.token == token:
                file.unlink(missing_ok=True)


def _take(file: Path, token: str, *, instead_of: str | None) -> None:
    """Write our lock, unless another search has come first.

    Two searches may find the same stale lock. Only one of them can create the file that is named
    after it, and it looks again before it replaces the lock.
    """
    own = _Holder(
        token=token,
        pid=os.getpid(),
        host=socket.gethostname(),
        process_began=_process_began(os.getpid()),
        id_space=_id_space(),
    )
    text = json.dumps(dataclasses.asdict(own))
    if instead_of is None:
        try:
            _create(file, text)
        except FileExistsError:
            raise _refusal(file, _read(file)) from None
        return
    turn = file.with_name(f"{LOCK_FILE}.{instead_of}.taken")
    try:
        _create(turn, text)
    except FileExistsError:
        raise SweepError(
            f"The lock of a killed search is taken over by one process. Received: {shown(turn)!r}, "
            f"which another one has just made, or left behind when it was killed itself. Search "
            f"again; delete that file if it is still there then."
        ) from None
    try:
        current = _read(file)
        if current is None or current.token != instead_of:
            raise _refusal(file, current)
        replace_file(file, text)
    finally:
        turn.unlink(missing_ok=True)


def _create(file: Path, text: str) -> None:
    """Write a file that mustn't be there yet, or raise a `FileExistsError`."""
    with file.open("x", encoding="utf-8") as stream:
        try:
            stream.write(text)
            stream.flush()
        except OSError:
            file.unlink()
            raise


def _beat(file: Path, stop: threading.Event) -> None:
    """Touch the lock file until told to stop."""
    while not stop.wait(BEAT_SECONDS):
        with contextlib.suppress(OSError):
            os.utime(file)


def _read(file: Path) -> _Holder | None:
    """Return who holds the lock; None if nobody does."""
    try:
        return _Holder.from_json(json.loads(file.read_bytes()))
    except FileNotFoundError:
        return None
    except OSError as error:
        why = f"can't be read ({error.strerror})"
    except (AttributeError, RecursionError, ValueError):
        why = "is damaged"
    raise SweepError(
        f"{LOCK_FILE} must be the JSON file that a search wrote. Received: {shown(file)!r}, "
        f"which {why}. Delete it if no other search uses the project."
    )


def _is_gone(holder: _Holder, file: Path, watch_seconds: float) -> bool:
    """Return whether the search that wrote a lock is no more."""
    if os.name == "posix" and _is_seen(holder):
        return not _is_alive(holder.pid) or _process_began(holder.pid) != holder.process_began
    before = _stamp(file)
    end = time.monotonic() + watch_seconds
    while time.monotonic() < end:
        time.sleep(min(1.0, watch_seconds))
        if _stamp(file) != before:
            return False
    return True


def _is_seen(holder: _Holder) -> bool:
    """Return whether the process that wrote a lock is among those that this one sees."""
    return (holder.host, holder.id_space) == (socket.gethostname(), _id_space())


def _id_space() -> str:
    """Return within what the number of a process names one; empty where that can't be known.

    Machines and containers may share the name of a host: what tells them apart is the start of the
    machine, and the kernel's namespace of process numbers.
    """
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{start} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _stamp(file: Path) -> tuple[int, int] | None:
    """Return what changes when the lock is touched or replaced."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _is_alive(pid: int) -> bool:
    """Return whether a process of this machine is running."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _process_began(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; empty where that can't be known.

    A number of a process that is gone may be another's by now.
    """
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    # The program's name, in parentheses, may hold anything; what follows it doesn't.
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _refusal(file: Path, holder: _Holder | None) -> SweepError:
    """Return the error for a project in use, by a search that may have ended just now."""
    who = f"process {holder.pid} on {holder.host}" if holder else "another process"
    return SweepError(
        f"A project has one search at a time. Received: {shown(file.parent)!r}, where {who} is "
        f"searching. Wait for it, stop it, or choose another `project_name`."
    )
