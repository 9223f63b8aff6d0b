"""What depends on the versions of entries, which are due, and what checks of them read."""

from typing import Any, Final

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.bookings.tables import booking_events, bookings
from adapters.postgres.catalogue.tables import providers
from adapters.postgres.kit.statements import Statement, if_given
from adapters.postgres.public_versions import public_versions
from adapters.postgres.search.tables import FINDING, OF, PUBLIC, search_entries, search_findings
from booking_domain.bookings.transitions import PROVIDER_SIDE, Status

_e: Final = search_entries.c
_p: Final = providers.c
_f: Final = search_findings.c

_own: Final = public_versions.alias("own")
_of_salon: Final = public_versions.alias("of_salon")
_FORMER: Final = or_(_e.score == 0, _e.starts_version.is_distinct_from(_e.version))
"""Made by a release whose entries have no ratings, or no starts."""
_version: Final = func.concat(
    func.to_hex(func.coalesce(_own.c.version, 0)), ".", func.to_hex(func.coalesce(_of_salon.c.version, 0))
)
"""As `PostgresPublicVersionReads` writes that of a provider; the contract compares them."""
_with_versions: Final = (
    providers.outerjoin(search_entries, _e.provider_id == _p.id)
    .outerjoin(_own, _own.c.id == _p.id)
    .outerjoin(_of_salon, _of_salon.c.id == _p.salon_id)
)
IS_CURRENT: Final = Statement(
    select(_p.id)
    .select_from(_with_versions)
    .where(PUBLIC, _p.id == OF, ~_FORMER, _e.version == _version, _e.free_since == bindparam("since", type_=Date()))
)
NEXT_STARTS: Final = Statement(
    select(_p.id, _e.minutes, _e.quickest, _e.starts)
    .select_from(_with_versions)
    .where(
        PUBLIC,
        _p.id == func.any(bindparam("provider_ids", type_=ARRAY(Uuid))),
        _e.starts.is_not(None),
        _e.starts_version == _version,
    )
)
DUE: Final = Statement(
    select(_p.id)
    .select_from(_with_versions)
    .where(
        PUBLIC,
        or_(_e.put_at.is_(None), _FORMER, _e.version != _version, _e.free_since < bindparam("since", type_=Date())),
    )
    .order_by(_e.put_at.is_not(None), _e.version == _version, _e.put_at, _p.id)
    .limit(bindparam("most"))
)
IDS: Final = Statement(
    select(_p.id)
    .select_from(providers.outerjoin(search_entries, _e.provider_id == _p.id))
    .where(or_(PUBLIC, _e.provider_id.is_not(None)), if_given("after", _p.id, _p.id > bindparam("after", type_=Uuid())))
    .order_by(_p.id)
    .limit(bindparam("most"))
)
SAMPLE: Final = Statement(select(_p.id).where(PUBLIC).order_by(func.random()).limit(bindparam("most")))
FINDINGS: Final = Statement(
    select(*FINDING.columns)
    .where(
        if_given("provider_id", _f.provider_id, _f.provider_id == OF),
        if_given("after", _f.id, _f.id < bindparam("after", type_=Uuid())),
    )
    .order_by(_f.id.desc())
    .limit(bindparam("most"))
)
FINDING_COUNTS: Final = Statement(
    select(func.count().filter(_f.repaired), func.count().filter(~_f.repaired)).where(
        _f.created_at >= bindparam("since", type_=_f.created_at.type)
    )
)
_SINCE: Final = bindparam("since", type_=_e.put_at.type)
_b: Final = bookings.c
_h: Final = booking_events.c


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.count().filter(*conditions)


RECORD: Final = Statement(
    select(
        _count(_h.to_status == Status.CONFIRMED.value),
        _count(
            _h.to_status == Status.CANCELLED.value,
            _h.from_status == Status.CONFIRMED.value,
            or_(*(_h.by_role == each.value for each in PROVIDER_SIDE)),
        ),
        _count(_h.from_status.is_(None), _h.to_status == Status.REQUESTED.value),
        _count(_h.from_status == Status.REQUESTED.value, _h.to_status == Status.EXPIRED.value),
    )
    .select_from(booking_events.join(bookings, _b.id == _h.booking_id))
    .where(_b.provider_id == OF, _h.at >= _SINCE, _b.starts_at >= _SINCE)
)
