"""`/admin/text-messages`: how text messages fared, and what they cost, for admins."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Response, Router, get
from msgspec import Meta

from booking_domain.notifications.sms import (
    SmsCost,
    SmsFilter,
    SmsMessage,
    SmsPrices,
    SmsSpending,
    SmsStatus,
    SpendingPeriod,
)
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.use_cases.notifications.text_messages import list_text_messages, sum_text_messages
from booking_domain.use_cases.platform.ports import Reads
from entrypoints.http.kit.csv_cells import FIRST_ROWS, Columns, attachment, csv_lines, csv_response
from entrypoints.http.kit.cursors import DEFAULT_LIMIT, PAGE_AND_ONE, Page
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.fields import Cursor, Json, Limit, Timestamp, one_of
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.listing import PERIOD, PeriodQuery
from entrypoints.http.kit.projection import members, projection

Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="A country, ISO 3166-1.", examples=["MN"])]
ProviderName = Annotated[str, Meta(min_length=1, max_length=40, description="The SMS provider, e.g. `twilio`.")]


class ChosenTextMessagesQuery(PeriodQuery, frozen=True, kw_only=True):
    """A filter of text messages; `from` and `to` select by creation time."""

    user_id: UserId | None = None
    status: SmsStatus | None = None
    sms_provider: ProviderName | None = None
    country: Country | None = None


class TextMessagesQuery(ChosenTextMessagesQuery, frozen=True, kw_only=True):
    """A page of text messages."""

    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor | None = None


class SpendingQuery(PeriodQuery, frozen=True, kw_only=True):
    """The messages to sum up; `from` and `to` select by creation time."""

    by: SpendingPeriod | None = None
    """Sum up each `day` or `month` (UTC) on its own."""


_page: Final = projection(TextMessagesQuery, SmsFilter, provider="sms_provider", **PERIOD, **PAGE_AND_ONE)
_rows: Final = projection(ChosenTextMessagesQuery, SmsFilter, provider="sms_provider", **PERIOD, **FIRST_ROWS)


class CostJson(Json, frozen=True, kw_only=True):
    """What text messages cost."""

    amount: str
    """In whole units of the currency, with up to six decimals, as prices are often fractions of a cent."""
    currency: str


class TextMessageJson(Json, frozen=True, kw_only=True):
    """A text message, without its text and its complete number."""

    id: UUID
    user_id: UUID | None = None
    """The account that it was sent to, if there was one."""
    to: str
    """The number, masked; empty once the account is erased."""
    template: str
    """What it was about: the kind of a code, or `notification`."""
    language: str
    sms_provider: str
    country: str | None = None
    """The country of the number, ISO 3166-1. Absent: of no country, or sent before it was recorded."""
    status: Annotated[str, one_of(SmsStatus)]
    error: str | None = None
    """The provider's code of what went wrong."""
    segments: int
    """How many segments it took. The provider charges each."""
    cost: CostJson | None = None
    """What the provider charges, once it has said so."""
    estimated_cost: CostJson | None = None
    """Until then: the segments at the price that the operator has set (`BOOKING_SMS_PRICES`)."""
    created_at: Timestamp
    updated_at: Timestamp


class TextMessagesJson(Page[TextMessageJson], frozen=True, kw_only=True):
    """A page of text messages."""


class SpendingJson(Json, frozen=True, kw_only=True):
    """Text messages of one provider to one country, of which the costs are in one currency, or unknown."""

    period: date | None = None
    """The first day of the day or month; absent without `by`."""
    sms_provider: str
    country: str | None = None
    """The country of the numbers, ISO 3166-1."""
    messages: int
    """How many messages."""
    delivered: int
    """How many of them arrived."""
    failed: int
    """How many of them were not accepted or not delivered."""
    segments: int
    """How many segments they took."""
    cost: CostJson | None = None
    """What the provider charges for them. Absent: it has not said so."""
    estimated_cost: CostJson | None = None
    """Then: the segments at the price that the operator has set (`BOOKING_SMS_PRICES`)."""


class SpendingsJson(Json, frozen=True, kw_only=True):
    """What text messages cost."""

    since: Timestamp
    """The beginning of the time that is summed up."""
    before: Timestamp
    """Its end."""
    items: tuple[SpendingJson, ...]


def _amount(cost: SmsCost) -> Decimal:
    """In whole units, without zeros at the end."""
    return cost.decimal().normalize()


def _cost_json(cost: SmsCost | None) -> CostJson | None:
    return None if cost is None else CostJson(amount=f"{_amount(cost):f}", currency=cost.currency)


_message: Final = members(
    SmsMessage,
    TextMessageJson,
    given=("estimated_cost",),
    to="to_masked",
    sms_provider="provider",
    cost=lambda each: _cost_json(each.cost),
)
_spending: Final = members(
    SmsSpending,
    SpendingJson,
    given=("estimated_cost",),
    sms_provider="provider",
    cost=lambda each: _cost_json(each.cost),
)


def _estimate(each: SmsMessage | SmsSpending, prices: SmsPrices) -> SmsCost | None:
    return None if each.cost is not None else prices.estimate(each.country, each.segments)


def _message_json(message: SmsMessage, prices: SmsPrices) -> TextMessageJson:
    return TextMessageJson(estimated_cost=_cost_json(_estimate(message, prices)), **_message(message))


def _message_columns(prices: SmsPrices) -> Columns[SmsMessage]:
    def shown(each: SmsMessage) -> SmsCost | None:
        return each.cost or _estimate(each, prices)

    return {
        "id": lambda each: each.id,
        "createdAt": lambda each: each.created_at,
        "userId": lambda each: each.user_id,
        "to": lambda each: each.to_masked,
        "template": lambda each: each.template,
        "language": lambda each: each.language,
        "provider": lambda each: each.provider,
        "country": lambda each: each.country,
        "status": lambda each: each.status,
        "error": lambda each: each.error,
        "segments": lambda each: each.segments,
        "cost": lambda each: None if (cost := shown(each)) is None else _amount(cost),
        "currency": lambda each: None if (cost := shown(each)) is None else cost.currency,
        "estimated": lambda each: each.cost is None,
        "updatedAt": lambda each: each.updated_at,
    }


_SPENDING_COLUMNS: Final = (
    "period",
    "provider",
    "country",
    "messages",
    "delivered",
    "failed",
    "segments",
    "cost",
    "currency",
    "estimated",
)
_MESSAGES_CSV: Final = ",".join(_message_columns(SmsPrices({}))) + "\r\n"
_SPENDING_CSV: Final = ",".join(_SPENDING_COLUMNS) + "\r\n2026-11-01,twilio,MN,120,118,2,150,7.5,USD,no\r\n"


@get("/", opt=documented(list_text_messages, raises=(InvalidValue,)))
async def list_sent_texts(
    params: Injected[TextMessagesQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    sms_prices: Injected[SmsPrices],
) -> TextMessagesJson:
    """List text messages with their delivery, segments and cost, newest first; for admins.

    `sent`: the network has accepted it. `undelivered`: the network has, but could not deliver it. Texts are not stored.
    """
    found = await list_text_messages(actor, _page(params), replica_reads.sms)
    return TextMessagesJson.of(found, params.limit, lambda each: _message_json(each, sms_prices), lambda each: each.id)


@get(
    "/export",
    media_type="text/csv",
    opt=documented(list_text_messages, raises=(InvalidValue,), answer=_MESSAGES_CSV, headers=("Content-Disposition",)),
)
async def export_sent_texts(
    params: Injected[ChosenTextMessagesQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    sms_prices: Injected[SmsPrices],
) -> Response[str]:
    """Export text messages as a CSV file (RFC 4180, UTF-8), newest first; for admins. Costs are in whole units."""
    return await csv_response(
        "text-messages",
        _message_columns(sms_prices),
        _rows(params),
        lambda chosen: list_text_messages(actor, chosen, replica_reads.sms),
        lambda each: each.id,
    )


async def _sums(
    params: SpendingQuery, actor: Actor, reads: Reads, clock: Clock
) -> tuple[datetime, datetime, tuple[SmsSpending, ...]]:
    """The time that is summed up, and the sums. Without `from` it begins with the month, without `to` it ends now."""
    now = clock.now().astimezone(UTC)
    since = params.start() or now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    before = params.end() or now
    found = await sum_text_messages(actor, reads.sms, since=since, before=before, by=params.by)
    return since, before, tuple(found)


@get("/spending", opt=documented(sum_text_messages, raises=(InvalidValue,)))
async def show_spending(
    params: Injected[SpendingQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    *,
    sms_prices: Injected[SmsPrices],
) -> SpendingsJson:
    """Sum up text messages by provider, country and currency, and by day or month; for admins.

    Without `from` the time begins with this month (UTC), without `to` it ends now.
    """
    since, before, found = await _sums(params, actor, replica_reads, clock)
    return SpendingsJson(
        since=since,
        before=before,
        items=tuple(
            SpendingJson(estimated_cost=_cost_json(_estimate(each, sms_prices)), **_spending(each)) for each in found
        ),
    )


@get(
    "/spending/export",
    media_type="text/csv",
    opt=documented(sum_text_messages, raises=(InvalidValue,), answer=_SPENDING_CSV, headers=("Content-Disposition",)),
)
async def export_spending(
    params: Injected[SpendingQuery],
    actor: Injected[Actor],
    replica_reads: Injected[Reads],
    clock: Injected[Clock],
    *,
    sms_prices: Injected[SmsPrices],
) -> Response[str]:
    """Export the sums of text messages as a CSV file (RFC 4180, UTF-8); for admins. Costs are in whole units."""
    _, _, found = await _sums(params, actor, replica_reads, clock)

    async def parts() -> AsyncIterator[bytes]:
        yield csv_lines([_SPENDING_COLUMNS, *(_cells(each, sms_prices) for each in found)])

    return attachment("text-message-spending", parts())


def _cells(each: SmsSpending, prices: SmsPrices) -> tuple[Any, ...]:
    cost = each.cost or _estimate(each, prices)
    paid = (None, None) if cost is None else (_amount(cost), cost.currency)
    counts = (each.messages, each.delivered, each.failed, each.segments)
    return (each.period, each.provider, each.country, *counts, *paid, each.cost is None)


routes: Final = Router(
    "/admin/text-messages", route_handlers=[list_sent_texts, export_sent_texts, show_spending, export_spending]
)
