import pytest

from tests.requirements import require_module, require_program


def test_a_missing_module_skips_and_says_what_is_missing(monkeypatch):
    monkeypatch.delenv("SCALING_KERAS_REQUIRE_ALL", raising=False)
    with pytest.raises(pytest.skip.Exception, match="needs the Python package of 'not_there'"):
        require_module("not_there")


def test_a_missing_program_fails_where_nothing_may_be_missing(monkeypatch):
    monkeypatch.setenv("SCALING_KERAS_REQUIRE_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="needs the program not-there or nor-this"):
        require_program("not-there", "nor-this")


def test_what_is_there_is_returned():
    assert require_module("json").dumps([]) == "[]"
    assert require_program("not-there", "python3")
