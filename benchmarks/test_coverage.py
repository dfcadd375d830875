"""How often 90 % intervals hold the truth, over the sweeps of known laws that the tests draw."""

from __future__ import annotations

import time

import pytest

from tests.coverage_study import LADDERS, STUDIES

N_SWEEPS = 100


@pytest.mark.parametrize("name", [*STUDIES, *LADDERS])
def test_share_of_intervals_that_hold_the_truth(name, capsys):
    begin = time.process_time()
    held = (STUDIES | LADDERS)[name].held(range(N_SWEEPS))
    seconds = time.process_time() - begin
    with capsys.disabled():
        print(f"\n{name}, {N_SWEEPS} sweeps, {seconds:.0f} CPU s")
        for quantity, count in held.items():
            print(f"  {quantity:<26} {count / N_SWEEPS:.0%}")
    assert held
