import math

import numpy as np
import pytest

from scaling_keras.errors import RunsError
from scaling_keras.events.assembling import STALL_SECONDS, assemble, choose_losses, merge_attempts
from scaling_keras.events.records import RunRecord
from scaling_keras.events.schema import RunFacts, RunResult

COUNTS = {"embedding": 100, "head": 10, "hidden": 1, "trainable": 111, "total": 120}
NOW = 1_000_000.0


def _record(name="run", *, facts=None, results=None, curves=None, last_wall_time=NOW, problems=()):
    facts = {1: RunFacts(n_params=COUNTS, train_flops_per_example=2.0)} if facts is None else facts
    curves = {"loss": [(100, 3.0), (200, 2.0)]} if curves is None else curves
    return RunRecord(
        name=name,
        facts=facts,
        results={1: RunResult(n_examples=200)} if results is None else results,
        curves={
            metric: np.array([(seen, NOW + seen, value) for seen, value in points])
            for metric, points in curves.items()
        },
        last_wall_time=last_wall_time,
        problems=problems,
    )


def _assemble(*records, **options):
    return assemble(records, now=NOW, **options)


def test_a_run_has_its_facts_and_the_loss_of_its_curve():
    (run,) = _assemble(_record())
    assert (run.name, run.status, run.loss_name) == ("run", "completed", "loss")
    assert (run.n_params, run.n_examples, run.loss) == (111.0, 200.0, 2.0)
    assert (run.train_flops_per_example, run.train_flops) == (2.0, 400.0)
    np.testing.assert_array_equal(run.curves["loss"], [[100, 3.0], [200, 2.0]])
    assert run.facts["result"]["n_examples"] == 200


@pytest.mark.parametrize(
    ("convention", "expected"),
    [("total", 111), ("non_embedding", 1), ("non_embedding_plus_head", 11)],
)
def test_n_params_follows_the_convention(convention, expected):
    table = _assemble(_record(), param_convention=convention)
    assert table.param_convention == convention
    assert table["n_params"] == [expected]


@pytest.mark.parametrize(("choice", "expected"), [("final", 4.0), ("best", 1.0), ("tail", 3.5)])
def test_the_loss_is_the_one_chosen(choice, expected):
    curve = [(10, 5.0), (90, 1.0), (95, 3.0), (100, 4.0)]
    table = _assemble(_record(curves={"loss": curve}), loss=choice)
    assert table.loss_choice == choice
    assert table["loss"] == [expected]


def test_losses_of_a_result_serve_where_the_curves_were_left_out():
    losses = {"val_loss": {"final": 2.0, "best": 1.0, "tail": 1.5}}
    record = _record(curves={}, results={1: RunResult(losses=losses, n_examples=7)})
    assert _assemble(record, loss="best")["loss"] == [1.0]
    assert _assemble(record)["n_examples"] == [7]


def test_held_out_and_training_losses_are_never_mixed():
    both = _record("both", curves={"loss": [(1, 1.0)], "val_loss": [(1, 2.0)]})
    training_only = _record("training-only")
    table = _assemble(both, training_only)
    assert [run.name for run in table] == ["both"]
    assert table["loss"] == [2.0]
    (exclusion,) = table.excluded
    assert exclusion.name == "training-only"
    assert "no val_loss, only loss" in exclusion.reason
    assert list(_assemble(both, training_only, metric="loss")["loss"]) == [1.0, 2.0]


def test_a_loss_that_is_summed_over_batches_is_not_mixed_with_means():
    summed = _record("summed", facts={1: RunFacts(n_params=COUNTS, loss_reduction="sum")})
    table = _assemble(_record("mean"), summed)
    assert [run.name for run in table] == ["mean"]
    (exclusion,) = table.excluded
    assert "the sum over each batch (reduction='sum')" in exclusion.reason
    assert [run.name for run in _assemble(summed)] == ["summed"]


def test_a_metric_beside_a_summed_loss_stands_with_those_of_means():
    curves = {"loss": [(1, 1.0)], "val_error": [(1, 2.0)]}
    facts = {1: RunFacts(n_params=COUNTS, loss_reduction="sum")}
    records = [_record("mean", curves=curves), _record("summed", facts=facts, curves=curves)]
    assert len(_assemble(*records, metric="val_error")) == 2


def test_a_completed_run_without_a_loss_is_excluded_with_its_own_reason():
    result = RunResult(reason="the examples it has seen are unknown")
    table = _assemble(_record("a", results={1: result}, curves={}), _record("b"))
    assert [run.name for run in table] == ["b"]
    assert table.excluded[0].reason == "the examples it has seen are unknown"


def test_a_run_that_has_not_validated_yet_stays_with_a_loss_of_nan():
    done = _record("done", curves={"val_loss": [(1, 2.0)]})
    young = _record("young", results={})
    run = _assemble(done, young).runs[1]
    assert run.status == "running"
    assert math.isnan(run.loss)
    assert run.loss_name == "val_loss"


def test_a_silent_run_without_a_result_is_stalled():
    fresh = _record("fresh", results={}, last_wall_time=NOW - STALL_SECONDS + 1)
    silent = _record("silent", results={}, last_wall_time=NOW - 2 * STALL_SECONDS)
    table = _assemble(fresh, silent)
    assert [run.status for run in table] == ["running", "stalled"]
    assert table.runs[1].reason == "its last event is 20 minutes old"


def test_a_completed_run_whose_loss_is_nan_has_diverged():
    (run,) = _assemble(_record(curves={"loss": [(1, 1.0), (2, math.nan)]}), loss="best")
    assert run.status == "diverged"
    assert run.reason == "its final loss is not finite"


def test_status_and_reason_of_the_result_are_kept():
    result = RunResult(status="failed", reason="out of memory", n_examples=100)
    (run,) = _assemble(_record(results={1: result}, curves={}))
    assert (run.status, run.reason) == ("failed", "out of memory")
    assert math.isnan(run.loss)


def test_only_the_newest_attempt_says_how_a_run_stands():
    facts = {
        1: RunFacts(n_params=COUNTS, size="old"),
        2: RunFacts(attempt=2, n_params=COUNTS, size="new", n_examples_before=100),
    }
    results = {1: RunResult(status="stopped", n_examples=150)}
    (run,) = _assemble(_record(facts=facts, results=results, curves={}))
    assert (run.size, run.status, run.n_examples) == ("new", "running", 100)


def test_what_can_not_be_read_is_excluded_with_the_reason():
    table = _assemble(
        _record("damaged", problems=("events.1: a record is damaged",)),
        _record("bare", facts={}),
        _record("good"),
    )
    assert [run.name for run in table] == ["good"]
    assert table.excluded[0].reason == "events.1: a record is damaged"
    assert "no facts" in table.excluded[1].reason


def test_a_run_without_counts_has_an_unknown_n_params():
    (run,) = _assemble(_record(facts={1: RunFacts()}))
    assert math.isnan(run.n_params)
    assert math.isnan(run.train_flops)


def test_a_count_that_found_no_flops_is_unknown():
    facts = {1: RunFacts(n_params=COUNTS, train_flops_per_example=0.0)}
    results = {1: RunResult(n_examples=200, train_flops=0.0)}
    (run,) = _assemble(_record(facts=facts, results=results))
    assert math.isnan(run.train_flops)
    assert math.isnan(run.train_flops_per_example)
    assert len(_assemble(_record(facts=facts, results=results)).usable()) == 1


def test_no_records_make_an_empty_table():
    assert len(_assemble(metric="loss")) == 0


def test_an_unknown_choice_of_loss_is_an_error():
    with pytest.raises(RunsError, match=r"`loss` must be one of final, best, tail\. Received"):
        _assemble(_record(), loss="val_loss")


def test_an_unknown_convention_is_an_error():
    with pytest.raises(RunsError, match="`param_convention` must be one of"):
        _assemble(_record(), param_convention="kaplan")


def test_a_metric_that_no_run_has_is_an_error_that_names_those_there_are():
    record = _record(curves={"loss": [(1, 1.0)], "mae": [(1, 1.0)], "iterations": [(1, 1.0)]})
    with pytest.raises(RunsError, match=r"Received: 'acc'; recorded: loss, mae\. Name one"):
        _assemble(record, metric="acc")


def _points(*rows):
    return np.array(rows, dtype=float)


def test_a_resumed_attempt_goes_on_where_its_weights_were():
    # The first attempt died at 300; the weights of 200 were restored at time 10.
    points = _points((100, 1, 5), (200, 2, 4), (300, 3, 3), (250, 11, 3.5), (400, 12, 2))
    facts = {
        1: RunFacts(start_time=0.0),
        2: RunFacts(attempt=2, start_time=10.0, n_examples_before=200),
    }
    merged = merge_attempts(points, facts)
    np.testing.assert_array_equal(merged[:, 0], [100, 200, 250, 400])
    np.testing.assert_array_equal(merged[:, 2], [5, 4, 3.5, 2])


def test_an_attempt_with_new_weights_replaces_what_was_there():
    points = _points((100, 1, 5), (200, 2, 4), (300, 3, 3), (150, 11, 6))
    facts = {1: RunFacts(start_time=0.0), 2: RunFacts(attempt=2, start_time=10.0)}
    np.testing.assert_array_equal(merge_attempts(points, facts), [[150, 11, 6]])


def test_unsorted_points_with_duplicates_are_sorted_and_the_newest_kept():
    points = _points((200, 4, 3.5), (100, 1, 5), (200, 2, 4), (300, 5, 2))
    merged = merge_attempts(points, {1: RunFacts()})
    np.testing.assert_array_equal(merged[:, [0, 2]], [[100, 5], [200, 3.5], [300, 2]])


def test_the_tail_of_a_short_curve_is_its_last_point():
    assert choose_losses(_points((0, 0, 2.0))) == {"final": 2.0, "best": 2.0, "tail": 2.0}


def test_the_best_loss_passes_over_nan():
    losses = choose_losses(_points((1, 0, 2.0), (2, 0, math.nan)))
    assert losses["best"] == 2.0
    assert math.isnan(losses["final"])
    assert math.isnan(choose_losses(_points((1, 0, math.nan)))["best"])
