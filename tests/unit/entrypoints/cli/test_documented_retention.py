"""The table of retentions names jobs of the worker, and the times of the code."""

from datetime import timedelta

from entrypoints.cli.documented_retention import OPERATOR, RETENTIONS, _text, retention
from entrypoints.worker.contexts import CONTEXTS


def test_every_job_that_enforces_a_retention_exists() -> None:
    swept = {sweep.name for context in CONTEXTS for sweep in context.sweeps}
    periodic = {each.name for context in CONTEXTS for each in context.periodic}
    assert {each.job for each in RETENTIONS if each.job} <= swept | periodic


def test_who_may_keep_something_longer_by_a_setting_has_one() -> None:
    assert all((each.longer == OPERATOR) is isinstance(each.after, str) for each in RETENTIONS)


def test_times_are_written_in_their_largest_unit() -> None:
    lengths = (timedelta(days=1), timedelta(days=180), timedelta(hours=5), timedelta(minutes=10), timedelta(seconds=1))
    assert [_text(each) for each in lengths] == ["1 day", "180 days", "5 hours", "10 minutes", "0:00:01"]
    assert "| 30 days after its deletion" in retention()
