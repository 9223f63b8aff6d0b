"""Consents to bookings by providers, and consent codes, on PostgreSQL."""

from typing import Any, Final

from sqlalchemy import Select, bindparam, delete, select

from adapters.postgres.bookings.tables import booking_consents, consent_codes
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.identity.tables import users
from adapters.postgres.kit.codec import Mapper
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.kit.work import Row, WithWork, Work
from booking_domain.bookings.consents import (
    BookingConsent,
    BookingConsentReads,
    BookingConsents,
    ConsentCode,
    ConsentId,
    ConsentView,
)
from booking_domain.shared.ids import ProviderId, UserId

CONSENT: Final = Mapper(booking_consents, BookingConsent)
CODE: Final = Mapper(consent_codes, ConsentCode)
_c: Final = booking_consents.c
_k: Final = consent_codes.c
_SAVE: Final = CONSENT.upsert()
_GET: Final = Statement(
    select(*CONSENT.columns).where(
        _c.customer_id == bindparam("customer_id"), _c.provider_id == bindparam("provider_id")
    )
)
_SAVE_CODE: Final = CODE.upsert()
_CODE_OF: Final = Statement(select(*CODE.columns).where(_k.provider_id == bindparam("provider_id")))
_REMOVE_CODE: Final = Statement(delete(consent_codes).where(_k.provider_id == bindparam("provider_id")))
_VIEW: Final[Select[Any]] = select(*CONSENT.columns, providers.c.display_name, users.c.name).select_from(
    booking_consents.join(providers, providers.c.id == _c.provider_id).join(users, users.c.id == _c.customer_id)
)
_ONE: Final = Statement(_VIEW.where(_c.id == bindparam("consent_id")))


def _page(whose: str) -> Statement:
    return Statement(
        _VIEW.where(_c[whose] == bindparam("whose"), if_given("after", _c.id, _c.id < bindparam("after")))
        .order_by(_c.id.desc())
        .limit(bindparam("most"))
    )


_OF_CUSTOMER: Final = _page("customer_id")
_OF_PROVIDER: Final = _page("provider_id")


def _view_of(row: Row) -> ConsentView:
    return ConsentView(consent=CONSENT.read(row[:-2]), provider_name=row[-2], customer_name=row[-1])


async def _code_of(work: Work, provider_id: ProviderId) -> ConsentCode | None:
    return await work.first(CODE.read, _CODE_OF, provider_id=provider_id)


class PostgresBookingConsents(WithWork, BookingConsents):
    """`BookingConsents` in `booking_consents` and `consent_codes`."""

    async def get(self, customer_id: UserId, provider_id: ProviderId) -> BookingConsent | None:
        return await self._work.first(CONSENT.read, _GET, customer_id=customer_id, provider_id=provider_id)

    async def save(self, consent: BookingConsent) -> None:
        await self._work.execute(_SAVE, **CONSENT.write(consent))

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        return await _code_of(self._work, provider_id)

    async def save_code(self, code: ConsentCode) -> None:
        await self._work.execute(_SAVE_CODE, **CODE.write(code))

    async def remove_code(self, provider_id: ProviderId) -> None:
        await self._work.execute(_REMOVE_CODE, provider_id=provider_id)


class PostgresBookingConsentReads(WithWork, BookingConsentReads):
    """`BookingConsentReads` with the names in `providers` and `users`."""

    async def get(self, consent_id: ConsentId) -> ConsentView | None:
        return await self._work.first(_view_of, _ONE, consent_id=consent_id)

    async def of_customer(self, customer_id: UserId, after: ConsentId | None, limit: int) -> list[ConsentView]:
        return await self._work.each(_view_of, _OF_CUSTOMER, whose=customer_id, after=after, most=limit)

    async def of_provider(self, provider_id: ProviderId, after: ConsentId | None, limit: int) -> list[ConsentView]:
        return await self._work.each(_view_of, _OF_PROVIDER, whose=provider_id, after=after, most=limit)

    async def code_of(self, provider_id: ProviderId) -> ConsentCode | None:
        return await _code_of(self._work, provider_id)
