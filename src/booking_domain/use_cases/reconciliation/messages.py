"""Tell all admins of a run that left findings or does not finish. May run any number of times."""

from typing import Final

from booking_domain.notifications.notices import NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.reconciliation.events import RunChanged, RunDelayed
from booking_domain.reconciliation.model import RunStatus
from booking_domain.use_cases.notices.admins import notify_admins
from booking_domain.use_cases.platform.ports import Reads

LEFT_FINDINGS: Final = NoticeTemplate(
    subject="Payments of {day} do not agree with {gateway}",
    text="Findings of the reconciliation of {day} with {gateway} that an admin has to settle: {open}.",
)
DELAYED: Final = NoticeTemplate(
    subject="The reconciliation with {gateway} is delayed",
    text="The reconciliation of {day} with {gateway} has not finished after {attempts} attempts. It is repeated until "
    "it does.",
)


async def notify_of_run(event: RunChanged, /, *, reads: Reads, notifier: Notifier, translator: Translator) -> None:
    """Send the notifications; none of a delay that is over."""
    run = await reads.reconciliation.run(event.run_id)
    delayed = isinstance(event, RunDelayed)
    if run is None or (delayed and run.status is RunStatus.FINISHED):
        return
    notice = (DELAYED if delayed else LEFT_FINDINGS).fill(
        day=run.day, gateway=run.gateway, open=str(run.open), attempts=str(run.attempts)
    )
    await notify_admins(event, notice, reads=reads, notifier=notifier, translator=translator)
