import pytest

from scaling_keras.events.choosing import is_chosen, none_chosen

NAMES = ("demo/a", "demo/b-old", "mlp-1", "mlp-2", "lm/deep/x")


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ("", NAMES),
        (" , ", NAMES),
        ("demo", ("demo/a", "demo/b-old")),
        ("demo/*", ("demo/a", "demo/b-old")),
        ("mlp-?", ("mlp-1", "mlp-2")),
        ("mlp-[!1]", ("mlp-2",)),
        ("mlp-1, lm", ("mlp-1", "lm/deep/x")),
        ("!demo", ("mlp-1", "mlp-2", "lm/deep/x")),
        ("demo,!*-old", ("demo/a",)),
        ("Demo", ()),
        ("de", ()),
    ],
)
def test_patterns_name_runs_and_what_lies_below(patterns, chosen):
    assert tuple(name for name in NAMES if is_chosen(name, patterns)) == chosen


def test_many_stars_take_no_time_that_grows_with_their_number():
    assert not is_chosen("a" * 2_000, "*a" * 200 + "b")


def test_the_sentence_names_some_of_the_runs():
    assert none_chosen(NAMES, "no*") == (
        "A pattern must match the name of a run. Received: 'no*', and runs named demo/a, "
        "demo/b-old, lm/deep/x and 2 more. Give names or directories, with `*` for any text."
    )
