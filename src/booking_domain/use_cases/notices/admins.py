"""Notify the admins."""

from typing import Final

from booking_domain.identity.model import UserStatus
from booking_domain.identity.ports import UserFilter
from booking_domain.notifications.notices import Notice, Translator
from booking_domain.notifications.ports import Notifier
from booking_domain.shared.actor import Role
from booking_domain.shared.events import Event
from booking_domain.use_cases.notices.parties import notify_user
from booking_domain.use_cases.platform.ports import Reads

MOST_ADMINS: Final = 100


async def notify_admins(
    event: Event, notice: Notice, *, reads: Reads, notifier: Notifier, translator: Translator
) -> None:
    """Notify all active admins."""
    admins = UserFilter(role=Role.ADMIN, status=UserStatus.ACTIVE, limit=MOST_ADMINS)
    for admin in await reads.users.page(admins):
        await notify_user(admin, event, notice, notifier=notifier, translator=translator)
