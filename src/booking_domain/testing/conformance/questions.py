"""Questions as JSON, so that an implementation in any language answers drawn ones."""

from datetime import datetime
from typing import Any

from booking_domain.scheduling.as_json import calendar_json, claim_json
from booking_domain.testing.question import Question


def question_json(question: Question, *explained: datetime) -> dict[str, Any]:
    """Encode a question as a vector without an answer, with starts to explain.

    `calendar_of` and `claims_of` decode its calendar and claims.
    """
    return {
        "calendar": calendar_json(question.calendar),
        "claims": [claim_json(claim) for claim in question.claims],
        "now": question.now.isoformat(),
        "window": {"from": question.window.start.isoformat(), "to": question.window.end.isoformat()},
        "durationMinutes": question.duration_minutes,
        "explain": [{"slot": start.isoformat()} for start in explained],
    }
