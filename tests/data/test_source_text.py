from collections import Counter

import numpy as np
import pytest

from scaling_keras.data.source_text import SourceText
from scaling_keras.errors import DataError


@pytest.fixture(scope="module")
def library():
    return SourceText(context=64)


def sentences(n):
    return "".join(f"Line {i} says that {i * i} is the square of {i}.\n" for i in range(n))


@pytest.fixture
def folder(tmp_path):
    for i in range(40):
        (tmp_path / f"chapter{i:02d}.txt").write_text(sentences(50))
    return tmp_path


def batches(dataset):
    return [(inputs.numpy(), targets.numpy()) for inputs, targets in dataset]


def test_the_standard_library_is_text_enough_and_the_same_each_time(library):
    assert library.n_train_examples > 4_000_000
    assert library.n_validation_examples == 65_536
    assert library.vocab_size == 98
    again = SourceText(context=64)
    assert again.digest == library.digest
    first, second = (next(iter(text.train(4, seed=3))) for text in (library, again))
    assert np.array_equal(first[0], second[0])


def test_targets_are_the_inputs_one_character_later(library):
    inputs, targets = next(iter(library.train(8, seed=0)))
    assert inputs.shape == targets.shape == (8, 64)
    assert np.array_equal(inputs[:, 1:], targets[:, :-1])
    assert inputs.numpy().max() < library.vocab_size


def test_each_seed_has_its_own_order_and_zero_is_one_of_them(library):
    first, again, other = (next(iter(library.train(8, seed=seed)))[0] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_pass_shows_every_window_once_in_full_batches(folder):
    text = SourceText(folder, context=16)
    seen = np.concatenate([inputs for inputs, _ in batches(text.train(4, seed=0))])
    n_windows = text.n_train_examples // 16
    assert len(seen) == n_windows // 4 * 4
    everything = np.concatenate([inputs for inputs, _ in batches(text.train(1, seed=1))])
    counts, all_counts = (Counter(map(bytes, part.astype(np.uint8))) for part in (seen, everything))
    assert counts <= all_counts


def test_the_length_of_a_pass_is_known(folder):
    text = SourceText(folder, context=16)
    assert int(text.train(4, seed=0).cardinality()) == text.n_train_examples // 64


def test_files_are_held_out_whole_by_their_names(folder):
    before = SourceText(folder, context=16)
    (folder / "chapter00.txt").write_text(sentences(60))
    (folder / "appendix.txt").write_text("")
    after = SourceText(folder, context=16)
    # The file that grew is in one of the parts; the other is what it was.
    changed = [
        before.n_train_examples != after.n_train_examples,
        before.n_validation_examples != after.n_validation_examples,
    ]
    assert sorted(changed) == [False, True]
    assert before.digest != after.digest


def test_a_tenth_of_the_files_is_held_out(folder):
    text = SourceText(folder, context=16, held_out_fraction=0.3)
    share = text.n_validation_examples / (text.n_validation_examples + text.n_train_examples)
    assert 0.1 < share < 0.5


def test_the_end_of_a_single_file_is_held_out(tmp_path):
    file = tmp_path / "book.txt"
    file.write_text("a" * 9_000 + "b" * 1_000)
    text = SourceText(file, context=16)
    (train,), (held_out,) = (
        {tuple(np.unique(inputs)) for inputs, _ in batches(part)}
        for part in (text.train(500, seed=0), text.validation(500))
    )
    assert len(train) == len(held_out) == 1
    assert train != held_out


def test_validation_is_spread_evenly_and_the_same_whatever_the_batch(folder):
    text = SourceText(folder, context=16, n_validation_examples=320)
    assert text.n_validation_examples == 320
    small, large = (
        np.concatenate([inputs for inputs, _ in batches(text.validation(size))]) for size in (3, 20)
    )
    assert np.array_equal(small, large)
    whole = SourceText(folder, context=16)
    everything = np.concatenate([inputs for inputs, _ in batches(whole.validation(64))])
    places = [np.flatnonzero((everything == window).all(axis=1))[0] for window in small]
    assert np.ptp(np.diff(places)[:5]) <= len(everything)
    assert places[-1] > 0.9 * len(everything)


def test_text_that_is_hardly_ascii_is_taken_byte_by_byte(tmp_path):
    file = tmp_path / "greek.txt"
    file.write_text("Μῆνιν ἄειδε θεὰ Πηληϊάδεω Ἀχιλῆος\n" * 50, encoding="utf-8")
    text = SourceText(file, context=16)
    assert text.vocab_size == 256
    inputs, _ = next(iter(text.train(4, seed=0)))
    assert inputs.numpy().max() > 127


def test_a_few_foreign_characters_share_one_symbol(tmp_path):
    file = tmp_path / "plain.txt"
    file.write_text("plain text, but for one naïve word\n" * 3 + "and more of it\n" * 200)
    text = SourceText(file, context=16)
    assert text.vocab_size == 98
    inputs, _ = next(iter(text.train(text.n_train_examples // 16, seed=0)))
    assert inputs.numpy().max() == 97


def test_newlines_of_windows_count_once(tmp_path):
    for name, newline in (("unix", "\n"), ("dos", "\r\n")):
        (tmp_path / name).write_bytes(newline.join(["some line"] * 400).encode())
    unix, dos = (SourceText(tmp_path / name, context=16) for name in ("unix", "dos"))
    assert unix.n_train_examples == dos.n_train_examples


def test_what_is_no_text_or_hidden_is_passed_over(folder):
    before = SourceText(folder, context=16)
    (folder / "picture.bin").write_bytes(b"\0\1\2" * 5_000)
    (folder / "latin.txt").write_bytes("Grüße, Öl und Käse ".encode("latin-1") * 500)
    (folder / ".git").mkdir()
    (folder / ".git" / "log.txt").write_text(sentences(100))
    assert SourceText(folder, context=16).digest == before.digest


def test_a_path_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DataError, match="which does not exist"):
        SourceText(tmp_path / "nothing")


def test_a_folder_without_text_is_refused(tmp_path):
    (tmp_path / "picture.bin").write_bytes(b"\0\1\2" * 5_000)
    with pytest.raises(DataError, match="in which no file is text"):
        SourceText(tmp_path)


def test_a_text_too_short_for_a_window_is_refused(tmp_path):
    file = tmp_path / "note.txt"
    file.write_text("too short to learn from")
    with pytest.raises(DataError, match="training text must fill at least one window of 64"):
        SourceText(file)
    file.write_text("long enough to train, not to hold out " * 4)
    with pytest.raises(DataError, match="held-out text must fill at least one window of 64"):
        SourceText(file)


def test_a_file_that_may_not_be_read_is_named(tmp_path, monkeypatch):
    file = tmp_path / "secret.txt"
    file.write_text("text")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(DataError, match=r"secret\.txt' \(Permission denied\)"):
        SourceText(file)


def test_a_python_without_its_source_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    with pytest.raises(DataError, match="source must be installed to serve as text"):
        SourceText()


@pytest.mark.parametrize("context", [1, 0, -5])
def test_a_context_below_two_is_refused(context):
    with pytest.raises(DataError, match=f"`context` must be at least 2.*context={context}"):
        SourceText(context=context)


@pytest.mark.parametrize("fraction", [0, 1, -0.1, float("nan")])
def test_a_held_out_fraction_must_leave_both_parts(fraction):
    with pytest.raises(DataError, match="`held_out_fraction` must lie between 0 and 1"):
        SourceText(held_out_fraction=fraction)


@pytest.mark.parametrize("batch_size", [0, 10**9])
def test_a_batch_must_hold_a_window_and_be_filled(library, batch_size):
    with pytest.raises(DataError, match=f"`batch_size` must be at least 1.*{batch_size}"):
        library.train(batch_size, seed=0)


def test_a_validation_batch_must_hold_a_window(library):
    with pytest.raises(DataError, match="`batch_size` must be at least 1"):
        library.validation(0)
