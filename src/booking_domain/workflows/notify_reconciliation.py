"""Tell all admins of a run that left findings or does not finish. May run any number of times."""

from typing import Final

from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.notifications.notices import Notice, NoticeTemplate, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.reconciliation.events import RunChanged, RunDelayed
from booking_domain.reconciliation.model import RunStatus
from booking_domain.shared.actor import Role
from booking_domain.shared.events import Event
from booking_domain.workflows.notify_parties import notify_user
from booking_domain.workflows.ports import Reads

MOST_ADMINS: Final = 100
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


async def notify_admins(
    event: Event, notice: Notice, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Notify all active admins."""
    admins = UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=MOST_ADMINS)
    for admin in await reads.users.page(admins):
        await notify_user(admin, event, notice, notifier=notifier, translator=translator)
