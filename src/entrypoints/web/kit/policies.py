"""What a cancellation gives back, and how often a booking may be moved, in words."""

from collections.abc import Iterator
from typing import Final

from booking_domain.bookings.policy import CancellationPolicy
from entrypoints.languages.documents import Phrase, Plural, Wording
from entrypoints.web.kit.formats import DAYS

_WHOLE: Final = 100
_A_DAY: Final = 24
_HOURS: Final = Plural("{count} hour", "{count} hours")
_MOVES: Final = Plural("You can move it {count} time.", "You can move it up to {count} times.")


def policy_sentences(policy: CancellationPolicy, say: Wording) -> Iterator[str]:
    """A sentence for each step of the policy, the most notice first, and one for the limit to moves."""
    for tier in sorted(policy.tiers, reverse=True):
        notice = _notice(tier.hours_before, say)
        if tier.percent == _WHOLE:
            yield say(Phrase("Cancel up to {notice} before: you get everything back."), notice=notice)
        else:
            percent = say.values(tier.percent)
            yield say(Phrase("Cancel up to {notice} before: you get {percent} % back."), notice=notice, percent=percent)
    if policy.late_keeps == _WHOLE:
        yield say(Phrase("Later, what you paid is kept."))
    elif policy.late_keeps:
        yield say(Phrase("Later, {percent} % of what you paid is kept."), percent=say.values(policy.late_keeps))
    if policy.max_reschedules:
        yield say.count(_MOVES, policy.max_reschedules)
    elif policy.max_reschedules is not None:
        yield say(Phrase("You cannot move it to another time."))


def _notice(hours: int, say: Wording) -> str:
    if hours % _A_DAY == 0 and hours > _A_DAY:
        return say.count(DAYS, hours // _A_DAY)
    return say.count(_HOURS, hours)
