"""Domain events of plans."""

from typing import Final

from booking_domain.shared.events import Event
from booking_domain.shared.ids import PlanId


class PlanChanged(Event, subject="plan_id"):
    """Base of the events of a plan."""

    plan_id: PlanId


class PlanStarted(PlanChanged, topic="plan.started"):
    """The first period of a plan is paid, or one that had ended goes on."""


class PlanRenewed(PlanChanged, topic="plan.renewed"):
    """The next period of a plan is paid."""


class PlanAnnounced(PlanChanged, topic="plan.announced"):
    """The next period of a plan begins soon, and has its order."""

    by_customer: bool = False
    """Whether the customer has to pay it although the plan has a card: the deployment lacks the card's gateway."""


class PlanUnpaid(PlanChanged, topic="plan.unpaid"):
    """A period that is due is not paid: the card was declined, or the customer has not paid."""

    authentication: bool = False
    """Whether the customer has to authenticate the payment."""
    by_customer: bool = False
    """Also, if the customer has paid a part of it: the card is charged a whole period."""


class PlanPaused(PlanChanged, topic="plan.paused"):
    """The customer has paused a plan."""


class PlanResumed(PlanChanged, topic="plan.resumed"):
    """The customer has resumed a plan that was paused, or was ending."""


class PlanEnding(PlanChanged, topic="plan.ending"):
    """A plan ends with the period that is paid."""


class PlanEnded(PlanChanged, topic="plan.ended"):
    """A plan has ended."""


EVENTS: Final[tuple[type[PlanChanged], ...]] = (
    PlanStarted,
    PlanRenewed,
    PlanAnnounced,
    PlanUnpaid,
    PlanPaused,
    PlanResumed,
    PlanEnding,
    PlanEnded,
)
"""Each event of this context."""
