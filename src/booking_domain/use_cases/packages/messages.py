"""Tell customers of packages that they have bought or got, of money that was returned, and of visits that expire."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate
from booking_domain.packages.events import (
    PackageChanged,
    PackageExpiring,
    PackageRefunded,
    PackageSold,
    PackageTransferred,
)
from booking_domain.packages.model import Package, PackageOffer
from booking_domain.plans.model import Plan, PlanOffer
from booking_domain.shared.money import Money
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads

_SOLD: Final = NoticeTemplate(
    subject="Your package “{package_name}”",
    text="You have bought the package “{package_name}” of {seller}. Visits: {visits}.",
    details=("They expire on: {visits_end}",),
)
_RECEIVED: Final = NoticeTemplate(
    subject="You have got visits of the package “{package_name}”",
    text="Somebody has given you visits of the package “{package_name}” of {seller}. Visits: {visits}.",
    details=("They expire on: {visits_end}",),
)
_REFUNDED: Final = NoticeTemplate(
    subject="Visits of your package “{package_name}” were refunded",
    text="{seller} has returned {refund} for visits of the package “{package_name}”. Visits: {visits}.",
    details=("Reason: {reason}",),
)
_EXPIRING: Final = NoticeTemplate(
    subject="Visits of your package “{package_name}” expire soon",
    text="Visits of the package “{package_name}” of {seller} expire on {visits_end}. Visits: {visits}.",
)
_TEMPLATES: Final = {
    PackageSold.topic: _SOLD,
    PackageTransferred.topic: _RECEIVED,
    PackageRefunded.topic: _REFUNDED,
    PackageExpiring.topic: _EXPIRING,
}


async def _notices(event: PackageChanged, reads: Reads) -> AsyncIterator[Addressed]:
    package = await reads.packages.get(event.package_id)
    if package is None:
        return
    visits, refund, reason = package.visits, Money.zero(package.price.currency), None
    if isinstance(event, PackageExpiring):
        visits = package.balance
    if isinstance(event, PackageRefunded):
        entry = await reads.packages.entry(event.entry_id)
        if entry is None:
            return
        visits, reason = -entry.visits, entry.reason
        refund = Money(amount=-entry.amount, currency=package.price.currency)
    seller, time_zone = await seller_of(package, reads)
    ends = package.expires_at
    notice = _TEMPLATES[event.topic].fill(
        package_name=package.name,
        seller=seller,
        visits=str(visits),
        visits_end="" if ends is None else ends.astimezone(ZoneInfo(time_zone)).date(),
        refund=refund,
        reason=reason or "",
    )
    yield Addressed(package.customer_id, notice)


async def seller_of(package: Package | PackageOffer | Plan | PlanOffer, reads: Reads) -> tuple[str, str]:
    """The name of the provider or the salon, and its time zone."""
    if package.salon_id is not None:
        salon = await reads.salons.get(package.salon_id)
        return (package.name, "UTC") if salon is None else (salon.salon.name, salon.salon.time_zone)
    provider = None if package.provider_id is None else await reads.providers.get(package.provider_id)
    return (package.name, "UTC") if provider is None else (provider.profile.display_name, provider.time_zone)


MESSAGES: Final = Messages(
    notices=(
        NoticesOf(
            dict.fromkeys(
                (PackageSold, PackageTransferred, PackageRefunded, PackageExpiring), Told((Reader.CUSTOMER,))
            ),
            _notices,
        ),
    ),
    templates=_TEMPLATES,
    fields={
        "visits_end": NoticeField("The day on which visits expire.", date(2026, 12, 24)),
    },
)
