"""Whether a provider can take a booking of a customer: one rule for placing, moving, accepting, paying and reviving."""

from typing import Final

from booking_domain.bookings.placing_errors import CustomerNotActive
from booking_domain.scheduling.errors import ProviderNotBookable
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.platform.ports import Repositories

NOT_BOOKABLE: Final = (ProviderNotBookable, CustomerNotActive)
"""What `require_bookable_schedule` raises."""


async def require_bookable_schedule(
    schedule: ProviderSchedule | None, customer_id: UserId, tx: Repositories
) -> ProviderSchedule:
    """Return the schedule if its provider takes bookings and the customer's account is active.

    The schedule must be locked: a database transaction that unpublishes the provider takes the same lock, so the later
    one sees what the earlier one decided.

    Raises:
        ProviderNotBookable: there is no such provider, or its profile is not published.
        CustomerNotActive: the customer's account is disabled or deleted, or there is none.
    """
    if schedule is None or not schedule.accepting:
        raise ProviderNotBookable
    await require_active(customer_id, tx)
    return schedule


async def require_active(customer_id: UserId, tx: Repositories) -> None:
    """Raise `CustomerNotActive` unless the customer has an active account."""
    if await tx.users.active_role(customer_id) is None:
        raise CustomerNotActive
