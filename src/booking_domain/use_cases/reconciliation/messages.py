"""Tell all admins of a run that left findings or does not finish."""

from collections.abc import AsyncIterator
from typing import Final

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.reconciliation.events import FindingsReported, RunChanged, RunDelayed
from booking_domain.reconciliation.model import RunStatus
from booking_domain.shared.actor import Role
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_LEFT_FINDINGS: Final = NoticeTemplate(
    subject="Payments of {day} do not agree with {gateway}",
    text="Findings of the reconciliation of {day} with {gateway} that an admin has to settle: {open}.",
)
_DELAYED: Final = NoticeTemplate(
    subject="The reconciliation with {gateway} is delayed",
    text="The reconciliation of {day} with {gateway} has not finished after {attempts} attempts. It is repeated until "
    "it does.",
)


async def _notices(event: RunChanged, reads: Reads) -> AsyncIterator[Addressed]:
    """Send the notifications; none of a delay that is over."""
    run = await reads.reconciliation.run(event.run_id)
    delayed = isinstance(event, RunDelayed)
    if run is None or (delayed and run.status is RunStatus.FINISHED):
        return
    notice = (_DELAYED if delayed else _LEFT_FINDINGS).fill(
        day=run.day, gateway=run.gateway, open=run.open, attempts=run.attempts
    )
    yield Addressed(Role.ADMIN, notice)


MESSAGES: Final = Messages(
    notices=(NoticesOf(dict.fromkeys((RunDelayed, FindingsReported), Told((Reader.ADMINS,))), _notices),),
    templates={"reconciliation.left_findings": _LEFT_FINDINGS, "reconciliation.delayed": _DELAYED},
    fields={"open": NoticeField("How many findings wait for an admin.", "2")},
)
