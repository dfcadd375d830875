import re

import pytest

from scaling_keras.plotting.sheet import draw_sheet, inline_svg
from tests.requirements import require_module


class Straight:
    """The smallest display there is."""

    def plot(self, ax=None):
        ax.plot([1, 2], [1, 2], label="a")
        ax.legend()
        return ax


@pytest.fixture(scope="module")
def files():
    require_module("matplotlib")
    return draw_sheet([Straight(), Straight()], creator="made by me")


def test_a_sheet_is_the_same_each_time_whatever_the_user_set(files):
    mpl = require_module("matplotlib")
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.fonttype": "none"}):
        before = dict(mpl.rcParams)
        again = draw_sheet([Straight(), Straight()], creator="made by me")
        assert dict(mpl.rcParams) == before
    assert again == files


def test_a_sheet_says_what_made_it(files):
    assert b"made by me" in files["png"][:4096]
    assert b"made by me" in files["svg"]


def test_an_inline_picture_refers_to_its_own_parts_only(files):
    text = inline_svg(files["svg"], prefix="law")
    assert text.startswith("<svg")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert all(name.startswith("law-") for name in ids)
    refers = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)
    assert {a or b for a, b in refers} <= set(ids)
    assert "<metadata>" not in text
