"""Points expire, and customers are told before, at most once in `WARNING` for each account."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Final

from booking_domain.loyalty.events import PointsExpireSoon
from booking_domain.loyalty.lots import Issuer, LoyaltyAccountId
from booking_domain.notifications.fields import NoticeField
from booking_domain.notifications.notices import NoticeTemplate, NoticeValue
from booking_domain.shared.executor import UseCase, UseCaseContext
from booking_domain.shared.ids import EventId
from booking_domain.shared.permissions import Permission
from booking_domain.use_cases.loyalty.accounts import cause, post
from booking_domain.use_cases.notices.declarations import Addressed, Messages, NoticesOf, Reader, Told
from booking_domain.use_cases.platform.ports import Reads, Repositories

_SUBJECT: Final = "Points are about to expire"
_OF_ISSUER: Final = NoticeTemplate(
    subject=_SUBJECT,
    text="Points that you have with {points_issuer} and that expire by {expiry_day}: {points}. "
    "You can redeem them on a booking.",
)
_OF_PLATFORM: Final = NoticeTemplate(
    subject=_SUBJECT,
    text="Points that you have and that expire by {expiry_day}: {points}. You can redeem them on a booking.",
)


async def _expire(account_id: LoyaltyAccountId, tx: Repositories, context: UseCaseContext) -> None:
    """Remove the points of an account that have expired, if there are any."""
    account = await tx.loyalty_accounts.lock(account_id)
    posted = None if account is None else account.expire(cause(f"expiry:{account.version}", context))
    if account is not None and posted is not None:
        await post(posted, account, tx)


async def _warn(account_id: LoyaltyAccountId, tx: Repositories, context: UseCaseContext) -> None:
    """Announce the points of an account that expire soon, unless that is done."""
    account = await tx.loyalty_accounts.lock(account_id)
    if account is None or account.warn_at is None or context.now < account.warn_at:
        return
    await tx.loyalty_accounts.save(account.warned(context.now), was=account)
    soon = PointsExpireSoon(id=EventId(context.entropy.new_id()), occurred_at=context.now, account_id=account.id)
    await tx.outbox.put([soon])


async def _notices(event: PointsExpireSoon, reads: Reads) -> AsyncIterator[Addressed]:
    """Say how many expire, and by when."""
    account = await reads.loyalty.get(event.account_id)
    if account is None or account.warned_until is None:
        return
    until = account.warned_until
    going = [lot for lot in account.lots if lot.expires_at is not None and lot.expires_at <= until]
    if not going:
        return
    last = max(lot.expires_at for lot in going if lot.expires_at is not None)
    values: dict[str, NoticeValue] = {"points": sum(lot.points for lot in going), "expiry_day": last.date()}
    issuer = await _name_of_issuer(account.issuer, reads)
    if issuer is None:
        yield Addressed(account.user_id, _OF_PLATFORM.fill(**values))
    else:
        yield Addressed(account.user_id, _OF_ISSUER.fill(points_issuer=issuer, **values))


async def _name_of_issuer(issuer: Issuer, reads: Reads) -> str | None:
    """None: the platform's, or that of a salon that is deleted."""
    if issuer.provider_id is not None:
        provider = await reads.providers.get(issuer.provider_id)
        return None if provider is None else provider.profile.display_name
    salon = None if issuer.salon_id is None else await reads.salons.get(issuer.salon_id)
    return None if salon is None else salon.salon.name


expire_points: Final = UseCase(Permission.RUN_PLATFORM, _expire)
warn_of_expiry: Final = UseCase(Permission.RUN_PLATFORM, _warn)
MESSAGES: Final = Messages(
    notices=(NoticesOf({PointsExpireSoon: Told((Reader.CUSTOMER,))}, _notices),),
    templates={"loyalty.expiring": _OF_ISSUER, "loyalty.expiring_of_platform": _OF_PLATFORM},
    fields={
        "points": NoticeField("How many points expire.", 500),
        "points_issuer": NoticeField("The provider or salon whose points they are.", "Sarnai Tattoo", of_users=True),
        "expiry_day": NoticeField("The day on which the last of them expires.", date(2027, 11, 23)),
    },
)
