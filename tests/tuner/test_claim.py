import json
import os

import pytest

from scaling_keras.errors import SweepError
from scaling_keras.events.records import read_run_dir
from scaling_keras.events.schema import RunFacts, RunResult
from scaling_keras.events.writer import RunWriter
from scaling_keras.tuner import claim as claims
from scaling_keras.tuner.claim import CLAIM_FILE, Claim, Pulse, read_claim, replace_file


@pytest.fixture(autouse=True)
def _beats_always(monkeypatch):
    monkeypatch.setattr(claims, "BEAT_SECONDS", 0.0)


def test_a_run_says_who_trains_it_until_it_ends(tmp_path):
    claim = Claim(tmp_path / "run")
    assert read_claim(tmp_path / "run")["pid"] == os.getpid()
    claim.beat()
    claim.release()
    assert list((tmp_path / "run").iterdir()) == []


def test_a_process_whose_run_was_taken_over_ends(tmp_path):
    first = Claim(tmp_path)
    second = Claim(tmp_path)
    with pytest.raises(SweepError, match=r"trained by one process at a time.*has taken over"):
        first.beat()
    first.release()
    second.beat()
    claims.revoke_claim(tmp_path)
    with pytest.raises(SweepError, match="trained by one process at a time"):
        second.check()


def test_what_a_process_writes_into_a_run_that_was_taken_over_is_lost(tmp_path):
    Claim(tmp_path)
    hung = RunWriter(tmp_path)
    hung.write_facts(RunFacts(attempt=1))
    Claim(tmp_path)
    hung.write_point(5, {"loss": 1.0})
    hung.write_result(RunResult(attempt=1, status="failed"))
    record = read_run_dir(tmp_path)
    assert (list(record.facts), record.results, record.curves) == ([1], {}, {})
    assert not list(tmp_path.glob("*.tmp"))


def test_a_process_that_cannot_be_shut_out_is_named(tmp_path, monkeypatch):
    Claim(tmp_path)
    RunWriter(tmp_path).close()

    def fail(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(claims.shutil, "copy2", fail)
    with pytest.raises(SweepError, match=r"A run that is taken over needs.*No space left"):
        claims.revoke_claim(tmp_path)


def test_silence_is_measured_by_the_watchers_clock(tmp_path, monkeypatch):
    pulse = Pulse(tmp_path)
    assert not pulse.has_begun()
    claim = Claim(tmp_path)
    os.utime(tmp_path / CLAIM_FILE, (1e9, 1e9))  # Another machine's clock is years behind.
    assert pulse.silent_seconds() < 10
    now = claims.time.monotonic() + 100
    monkeypatch.setattr(claims.time, "monotonic", lambda: now)
    assert pulse.silent_seconds() >= 90
    claim.beat()
    assert pulse.silent_seconds() == 0


def test_a_damaged_claim_is_nobodys(tmp_path):
    (tmp_path / CLAIM_FILE).write_text("{")
    assert read_claim(tmp_path) == {}


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    file = tmp_path / "state.json"
    replace_file(file, json.dumps(1))

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_file(file, json.dumps(2))
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    assert file.read_text() == "1"
