import pytest

from scaling_keras.errors import SweepError
from scaling_keras.tuner.sizes import TargetSize, size_name
from scaling_keras.tuner.sweep import GridSweep, check_names, plan_trial
from tests.tuner.paper_models import PaperModels

SIZES = ({"width": 32, "depth": 2}, {"width": 16, "depth": 2})


def cost(size):
    return 6.0 * size["width"] ** 2


class Models(PaperModels):
    """Models whose parameters are the square of their width; some can't be built."""

    def why_skipped(self, size):
        return ""

    def train_flops_per_example(self, plan):
        return float("inf") if plan.size["width"] in self.broken else cost(plan.size)


def test_a_grid_holds_every_combination_once():
    plans = GridSweep(sizes=SIZES, n_examples=[100, 400], seeds=[0, 7]).plan(Models())
    combinations = {(plan.size["width"], plan.n_examples, plan.seed) for plan in plans}
    assert len(plans) == len(combinations) == 8
    assert len({plan.name for plan in plans}) == 8


def test_the_cheapest_trial_comes_first():
    plans = GridSweep(sizes=SIZES, n_examples=[400, 100]).plan(Models())
    costs = [cost(plan.size) * plan.n_examples for plan in plans]
    assert costs == sorted(costs)


def test_sizes_that_cannot_be_built_come_last():
    plans = GridSweep(sizes=SIZES, n_examples=[100, 10_000]).plan(Models(broken=(16,)))
    assert [plan.size["width"] for plan in plans] == [32, 32, 16, 16]


def test_a_trial_is_named_after_what_it_trains():
    plan = plan_trial({"width": 16, "norm": "rms/1"}, 4_000, 0)
    assert plan.name == "width16-normrms-1_4000_seed0"
    assert plan.size_name == size_name(plan.size) == "width16-normrms-1"


def test_a_name_that_is_too_long_for_a_directory_is_cut_and_stays_different():
    def plan(last, letter="a"):
        values = {f"{letter}_hyperparameter_{i}": 0.1234567890123 for i in range(9)}
        return plan_trial({"width": 16}, 4_000, 0, hyperparameters={**values, "last": last})

    names = {plan(1).name, plan(2).name, plan(1, "\u00e9").name, plan(1, "\u00e9" * 60).name}
    assert len(names) == 4
    assert all(len(name.encode()) <= 255 for name in names)
    assert all(name.startswith("width16_4000_") for name in names)
    assert plan(1).name == plan(1).name


def test_a_name_that_a_directory_can_just_have_is_left_alone():
    size = {"w" * 236: 1}
    assert plan_trial(size, 10_000, 0).name == f"{'w' * 236}1_10000_seed0"


def test_two_different_trials_of_one_name_are_refused():
    same = plan_trial({"n": "a b"}, 10, 0)
    check_names([same, plan_trial({"n": "a b"}, 10, 0)])
    with pytest.raises(SweepError, match=r"'a b'.* and .*'a-b'.*, both 'na-b_10_seed0'\. Give one"):
        check_names([same, plan_trial({"n": "a-b"}, 10, 0)])


def test_equal_trials_are_one_and_different_ones_of_one_name_stay_to_be_refused():
    first, other, last = (plan_trial({"n": n}, 10, 0) for n in ("a b", "a-b", "c"))

    class Own(GridSweep):
        def plan(self, models):
            return (first, other, plan_trial({"n": "a b"}, 10, 0), last)

    trials = Own(sizes=SIZES, n_examples=[1]).trials(Models())
    assert trials == (first, other, last)
    with pytest.raises(SweepError, match=r"both 'na-b_10_seed0'"):
        check_names(trials)


def test_budgets_may_be_written_as_floats_of_whole_numbers():
    sweep = GridSweep(sizes=SIZES, n_examples=[1e5])
    assert sweep.n_examples == (100_000,)


@pytest.mark.parametrize("n_examples", [[0], [-5], [1.5], ["many"], [float("nan")], [None]])
def test_a_budget_must_be_a_positive_whole_number(n_examples):
    with pytest.raises(SweepError, match="`n_examples` must be whole numbers of at least 1"):
        GridSweep(sizes=SIZES, n_examples=n_examples)


def test_a_seed_must_not_be_negative():
    with pytest.raises(SweepError, match="`seeds` must be whole numbers of at least 0"):
        GridSweep(sizes=SIZES, n_examples=[1], seeds=[-1])


@pytest.mark.parametrize(
    ("name", "values"), [("n_examples", []), ("n_examples", [5, 5]), ("seeds", [])]
)
def test_a_list_must_not_be_empty_or_have_duplicates(name, values):
    with pytest.raises(SweepError, match=f"`{name}` must be a list of different numbers"):
        GridSweep(**{"sizes": SIZES, "n_examples": [1], name: values})


def test_a_size_that_is_solved_for_is_the_same_in_any_order():
    class Solving(Models):
        def resolve(self, size):
            return {"depth": 2, "width": 32} if isinstance(size, TargetSize) else size

    target = TargetSize(n_params=100, vary="width", fixed={"depth": 2})
    with pytest.raises(SweepError, match="`sizes` must be different"):
        GridSweep(sizes=[SIZES[0], target], n_examples=[1]).plan(Solving())
