"""Text that every machine with Python has: the source of its standard library, as characters."""

from __future__ import annotations

import dataclasses
import hashlib
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from scaling_keras.errors import DataError

_LEFT_OUT_FOLDERS = frozenset(
    {
        # Installed packages and caches, which differ from machine to machine.
        "site-packages",
        "dist-packages",
        "__pycache__",
        # Tests, which many distributions of Python leave out.
        "test",
        "tests",
        "idle_test",
        # Code tables and the text of the help, which are not source that somebody wrote.
        "encodings",
        "pydoc_data",
    }
)
_FEWEST_FILES_TO_SPLIT = 20
_LARGEST_FILE = 64 * 2**20
_OTHER_BYTES_OF_ASCII = 0.01


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Vocabulary:
    """Which symbol stands for each byte.

    Attributes:
        name: `ascii` or `bytes`.
        size: Number of symbols.
        symbol_of_byte: Shape `(256,)`, values in `[0, size)`.
    """

    name: str
    size: int
    symbol_of_byte: npt.NDArray[np.uint8]


class SourceText:
    """Characters of source code, split by file into training and held-out text.

    Without a `path` the text is the `*.py` files of the running Python's standard library, without
    its tests: about 10 MB that are the same wherever that version of Python is installed, and
    need no download. Nothing is drawn at random: files are taken in the order of their names, and
    a file is held out if the hash of its relative path says so.

    One example is one character: a window of `context` characters and the `context` characters
    that follow each of them. The vocabulary is the 95 printable ASCII characters, newline, tab and
    one symbol for everything else; a text of your own in which more than 1 % is something else is
    taken byte by byte instead, with 256 symbols.

    Args:
        path: A file or a folder of UTF-8 text to use instead. In a folder every file that is text
            is used, except those in hidden folders. With fewer than 20 files the last part of each
            file is held out instead of whole files.
        context: Characters in a window, at least 2.
        held_out_fraction: Share of the files (or of each file's text) that is held out,
            between 0 and 1.
        n_validation_examples: Characters of held-out text that `validation` covers at most, spread
            evenly. The same ones whatever the batch size.

    Attributes:
        path: The file or folder that was read.
        context: As given.
        vocab_size: Number of symbols.
        digest: Hash of the training and the held-out text: the same text has the same.
        n_train_examples: Unique characters in the training text, in whole windows.
        n_validation_examples: Characters that `validation` covers.

    Raises:
        DataError: If there is no such path, it holds too little text, or an argument is out of
            its range.

    Example:
    >>> text = SourceText(context=32)
    >>> text.vocab_size
    98
    >>> inputs, targets = next(iter(text.train(batch_size=4, seed=0)))
    >>> tuple(inputs.shape), bool((inputs[:, 1:] == targets[:, :-1]).numpy().all())
    ((4, 32), True)
    """

    def __init__(
        self,
        path: str | Path | None = None,
        *,
        context: int = 64,
        held_out_fraction: float = 0.1,
        n_validation_examples: int = 65_536,
    ) -> None:
        if context < 2:
            raise DataError(
                f"`context` must be at least 2 characters. Received: context={context!r}."
            )
        if not 0 < held_out_fraction < 1:
            raise DataError(
                f"`held_out_fraction` must lie between 0 and 1, so that both parts hold text. "
                f"Received: held_out_fraction={held_out_fraction!r}."
            )
        if path is None:
            root = Path(sysconfig.get_path("stdlib"))
            files = _standard_library_files(root)
        else:
            root = Path(path)
            files = _text_files(root)
        parts = _split(files, held_out_fraction)
        vocabulary = _choose_vocabulary(parts)
        self.path = root
        self.context = context
        self.vocab_size = vocabulary.size
        self.digest = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
        self._train = _windows(parts[0], vocabulary, context)
        held_out = _windows(parts[1], vocabulary, context)
        for windows, part in ((self._train, "training"), (held_out, "held-out")):
            if not len(windows):
                raise DataError(
                    f"The {part} text must fill at least one window of {context} characters. "
                    f"Received: {sum(map(len, parts))} characters in {str(root)!r}. Give a longer "
                    f"text or a shorter `context`."
                )
        self._held_out = _evenly_spaced(held_out, max(1, n_validation_examples // context))
        self.n_train_examples = len(self._train) * context
        self.n_validation_examples = len(self._held_out) * context

    def train(self, batch_size: int = 4, seed: int = 0) -> tf.data.Dataset:
        """Return one pass over the training windows, shuffled by `seed`.

        Args:
            batch_size: Windows in a batch; a last, smaller batch is dropped.
            seed: The order of the windows is the same for the same seed. 0 is a seed.

        Returns:
            A finite dataset of `(inputs, targets)`, both of shape `(batch_size, context)`, int32.

        Raises:
            DataError: If the text does not fill one batch.
        """
        self._check_batch_size(batch_size, len(self._train), "training")
        order = np.random.default_rng(seed).permutation(len(self._train))
        return _batches(self._train, order, batch_size)

    def validation(self, batch_size: int = 64) -> tf.data.Dataset:
        """Return the held-out windows in a fixed order.

        Args:
            batch_size: Windows in a batch; the last one may be smaller.

        Returns:
            A finite dataset of `(inputs, targets)`, both of shape `(batch, context)`, int32.

        Raises:
            DataError: If `batch_size` is not at least 1.
        """
        self._check_batch_size(batch_size, batch_size, "held-out")
        windows = tf.data.Dataset.from_tensor_slices(self._held_out)
        return windows.batch(batch_size).map(_inputs_and_targets).prefetch(2)

    def _check_batch_size(self, batch_size: int, n_windows: int, part: str) -> None:
        """Raise unless a batch holds at least one window and the text fills it."""
        if not 1 <= batch_size <= n_windows:
            raise DataError(
                f"`batch_size` must be at least 1 and at most the {n_windows} windows of "
                f"{self.context} characters that the {part} text of {str(self.path)!r} fills. "
                f"Received: batch_size={batch_size!r}. Lower it or give a longer text."
            )


def _standard_library_files(root: Path) -> dict[str, bytes]:
    """Return the sources below `root` by relative path, in the order of their paths."""
    files = {}
    for file in root.rglob("*.py"):
        relative = file.relative_to(root)
        if not _LEFT_OUT_FOLDERS.intersection(relative.parts[:-1]):
            files[relative.as_posix()] = file
    if not files:
        raise DataError(
            f"The standard library's source must be installed to serve as text. Received: no *.py "
            f"files below {str(root)!r}. Give a file or a folder of text as `path`."
        )
    return {name: files[name].read_bytes() for name in sorted(files)}


def _text_files(root: Path) -> dict[str, bytes]:
    """Return the user's text by relative path, in the order of the paths."""
    if root.is_file():
        contents = {root.name: _read_text(root)}
    elif root.is_dir():
        contents = {}
        for file in sorted(root.rglob("*"), key=lambda file: file.relative_to(root).as_posix()):
            relative = file.relative_to(root)
            if file.is_file() and not any(part.startswith(".") for part in relative.parts):
                contents[relative.as_posix()] = _read_text(file)
    else:
        raise DataError(
            f"`path` must be a file or a folder of text. Received: {str(root)!r}, which does not "
            f"exist. Check the spelling, or leave it out to use the standard library's source."
        )
    texts = {name: content for name, content in contents.items() if content}
    if not texts:
        raise DataError(
            f"`path` must hold UTF-8 text. Received: {str(root)!r}, in which no file is text. "
            f"Give a text file, or a folder of them."
        )
    return texts


def _read_text(file: Path) -> bytes:
    """Return a file's bytes if it is text, none if it is something else or very large."""
    try:
        if file.stat().st_size > _LARGEST_FILE:
            with file.open("rb") as stream:
                content = stream.read(_LARGEST_FILE)
        else:
            content = file.read_bytes()
    except OSError as error:
        raise DataError(
            f"Every file of the text must be readable. Received: {str(file)!r} "
            f"({error.strerror}). Change its permissions or move it elsewhere."
        ) from error
    if b"\0" in content[:4096]:
        return b""
    # A cut may have split the last character, which `ignore` allows for there only.
    if len(content.decode("utf-8", "ignore").encode()) < len(content) - 3:
        return b""
    return content


def _split(files: dict[str, bytes], held_out_fraction: float) -> tuple[bytes, bytes]:
    """Return training and held-out text, newlines as on Unix."""
    train: list[bytes] = []
    held_out: list[bytes] = []
    for name, content in files.items():
        text = content.replace(b"\r\n", b"\n")
        if len(files) < _FEWEST_FILES_TO_SPLIT:
            cut = len(text) - round(len(text) * held_out_fraction)
            train.append(text[:cut])
            held_out.append(text[cut:])
        elif _is_held_out(name, held_out_fraction):
            held_out.append(text)
        else:
            train.append(text)
    return b"\n".join(train), b"\n".join(held_out)


def _is_held_out(name: str, held_out_fraction: float) -> bool:
    """Return whether the hash of a relative path falls into the held-out share."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") < held_out_fraction * 2**64


def _choose_vocabulary(parts: Sequence[bytes]) -> _Vocabulary:
    """Return the ASCII vocabulary, or bytes where more than 1 % would have no symbol."""
    ascii_bytes = [*range(0x20, 0x7F), ord("\n"), ord("\t")]
    other = len(ascii_bytes)
    symbol_of_byte = np.full(256, other, dtype=np.uint8)
    symbol_of_byte[ascii_bytes] = np.arange(other, dtype=np.uint8)
    counts = np.zeros(256)
    for part in parts:
        counts += np.bincount(np.frombuffer(part, np.uint8), minlength=256)
    n_other = int(np.sum(counts[symbol_of_byte == other]))
    if n_other > _OTHER_BYTES_OF_ASCII * np.sum(counts):
        return _Vocabulary(name="bytes", size=256, symbol_of_byte=np.arange(256, dtype=np.uint8))
    return _Vocabulary(name="ascii", size=other + 1, symbol_of_byte=symbol_of_byte)


def _windows(text: bytes, vocabulary: _Vocabulary, context: int) -> npt.NDArray[np.uint8]:
    """Return non-overlapping windows, shape `(windows, context + 1)`; the ends are shared."""
    symbols = vocabulary.symbol_of_byte[np.frombuffer(text, np.uint8)]
    n_windows = max(0, (len(symbols) - 1) // context)
    starts = np.arange(n_windows)[:, np.newaxis] * context
    windows: npt.NDArray[np.uint8] = symbols[starts + np.arange(context + 1)]
    return windows


def _evenly_spaced(windows: npt.NDArray[np.uint8], n_windows: int) -> npt.NDArray[np.uint8]:
    """Return at most `n_windows` of the windows, spread evenly."""
    if n_windows >= len(windows):
        return windows
    return windows[np.arange(n_windows) * len(windows) // n_windows]


def _batches(
    windows: npt.NDArray[np.uint8], order: npt.NDArray[np.int64], batch_size: int
) -> tf.data.Dataset:
    """Return full batches of the windows in the given order."""
    n_batches = len(order) // batch_size
    indices = tf.constant(order[: n_batches * batch_size].reshape(n_batches, batch_size))
    source = tf.constant(windows)
    batches = tf.data.Dataset.from_tensor_slices(indices)
    return batches.map(lambda index: _inputs_and_targets(tf.gather(source, index))).prefetch(4)


def _inputs_and_targets(windows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the windows without their last and without their first symbol."""
    symbols = tf.cast(windows, tf.int32)
    return symbols[:, :-1], symbols[:, 1:]
