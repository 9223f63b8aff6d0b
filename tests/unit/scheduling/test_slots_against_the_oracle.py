from hypothesis import given
from tests.unit.effort import examples
from tests.unit.scheduling.oracle import offered_minute_by_minute
from tests.unit.strategies.calendars import Question, questions


@examples(400)
@given(questions())
def test_the_slots_are_those_that_a_slow_minute_by_minute_search_finds(question: Question) -> None:
    assert question.offered() == offered_minute_by_minute(question, question.window.start.date())
