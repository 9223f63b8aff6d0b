"""Each method of a port answers a little wrong: `test_contract_mutants.py` runs the contracts.

An order that the docstring promises is turned round, or is the one in which the rows were stored; the last of several
is left out, a number is one more, yes is no, and an error that the docstring names is not raised.
"""

import builtins
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, get_origin, get_type_hints

import pytest
from tests.unit.testing.silent_ports import ADAPTERS, ELSEWHERE, EQUAL, changed_contract

from booking_domain.shared.errors import DomainError
from booking_domain.shared.idempotency import KeyInUse
from booking_domain.testing.contracts import CONTRACTS

Bend = Callable[[Any], Any]
_ORDER: Final = re.compile(r"\b(by|first|in (the )?order|ordered|sorted|in their order|oldest|newest)\b")
_REFUSAL: Final = re.compile(r"\braises?:? *\n? *`?[A-Z]|Raises:")


def backwards(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[::-1]


def one_less(answer: Sequence[Any]) -> Sequence[Any]:
    return answer[:-1] if len(answer) > 1 else answer


def one_more(answer: int) -> int:
    return answer + 1


def the_opposite(answer: object) -> bool:
    return not answer


def bends_of(port: type, promised: Callable[..., Any]) -> Iterator[Bend]:
    """What is wrong with the answers of a method."""
    answer = get_type_hints(promised).get("return")
    kind = get_origin(answer) or answer
    if kind is bool:
        yield the_opposite
    elif kind is int:
        yield one_more
    elif inspect.isclass(kind) and issubclass(kind, Sequence) and not issubclass(kind, (str, bytes)):
        yield one_less
        if _ORDER.search(f"{port.__doc__} {promised.__doc__}"):
            yield backwards


def bent(method: Callable[..., Any], bend: Bend) -> Callable[..., Any]:
    """The method with this wrong about its answers."""

    async def answered(*args: Any, **named: Any) -> Any:
        return bend(await method(*args, **named))

    return answered


def unsorted(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without sorting."""

    def as_they_come(items: Iterable[Any], *, key: object = None, reverse: bool = False) -> list[Any]:
        return list(items)[:: -1 if reverse else 1]

    async def answered(*args: Any, **named: Any) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(builtins, "sorted", as_they_come)
            return await method(*args, **named)

    return answered


def unrefusing(method: Callable[..., Any]) -> Callable[..., Any]:
    """The method without its errors."""

    async def answered(*args: Any, **named: Any) -> Any:
        try:
            return await method(*args, **named)
        except (DomainError, KeyInUse):
            return None

    return answered


def mutants() -> Iterator[tuple[str, type, dict[tuple[type, str], Callable[..., Any]]]]:
    """The name of each mutant, the contract that has to fail, and the methods that it changes."""
    for port, contract in CONTRACTS.items():
        adapters = [each for each in ADAPTERS if port in each.__mro__]
        for name, promised in vars(port).items():
            key = f"{port.__name__}_{name}"
            if not adapters or not inspect.iscoroutinefunction(promised) or name.startswith("_") or key in EQUAL:
                continue
            of = ELSEWHERE.get(key, contract)
            bends = list(bends_of(port, promised))
            for bend in bends:
                yield f"{key}_{bend.__name__}", of, {(a, name): bent(getattr(a, name), bend) for a in adapters}
            if backwards in bends:
                yield f"{key}_unsorted", of, {(a, name): unsorted(getattr(a, name)) for a in adapters}
            if _REFUSAL.search(promised.__doc__ or ""):
                yield f"{key}_never_refuses", of, {(a, name): unrefusing(getattr(a, name)) for a in adapters}


BENT: Final[Mapping[str, Any]] = {name: (contract, changed) for name, contract, changed in mutants()}
UNASSERTED: Final = {"Signals_wait_never_refuses"}
"""What no contract notices: memory is never unreachable. `tests/unit/adapters/postgres/test_signals.py` asserts it of
PostgreSQL."""
UNSORTED: Final = """
    AuditReads_page BlockedNetworkReads_live BookingLinkReads_of_provider BookingLinks_of_provider
    BookingReads_events BookingReads_page CalendarLinks_remove_legacy CalendarRepository_size_of
    CodeHistoryReads_page CustomerReads_notes_by DisputeReads_of_party DisputeReads_page DisputeReads_statements
    DisputeReads_to_remind Disputes_of_booking Disputes_statements EarningReads_balances EarningReads_page
    EarningReads_totals Earnings_outdated FavouriteReads_of_user FavouriteReads_page GiftCardReads_entries
    GiftCardReads_page GiftCardReads_to_deliver IdeaReads_by_author InvitationLinkReads_of_salon
    InvitationLinks_of_salon LiveReads_after LoginReads_of_user LoyaltyAccounts_of_booking
    LoyaltyAccounts_qualifying LoyaltyProgrammeReads_page LoyaltyProgrammeReads_running_of
    LoyaltyProgrammes_for_provider LoyaltyReads_entries LoyaltyReads_of_user LoyaltyReads_qualifying
    MonthlyReportReads_due NotificationReads_messages NotificationReads_page Notifications_lock_messages
    OrderReads_by_transfer OrderReads_of_customer PackageReads_entries PackageReads_offers PackageReads_on_sale
    PackageReads_page PaymentReads_of_invoices PlanReads_offers PlanReads_on_offer PlanReads_page
    PortfolioReads_page PortfolioReads_public PortfolioReads_search PromotionReads_page Promotions_for_booking
    Promotions_redemptions_of ProviderReads_names ProviderSchedules_lock_members PushSubscriptionReads_live
    PushSubscriptions_live ReceiptReads_page Receipts_of_booking ReconciliationReads_open_findings
    ReconciliationReads_runs Resources_of_owner ReviewReads_page ReviewReads_written_for RosterReads_of_provider
    RosterReads_of_salon SalonReads_listed SalonReads_names SalonReads_of_manager ScheduleReads_of_all
    SearchReads_due SearchReads_findings SearchReads_suggest Services_of_provider Services_offering
    SessionReads_of_user Sessions_lock_live SmsReads_of_user SmsReads_page StatisticsReads_findings
    StatisticsReads_providers Statistics_booking_ids TakingsReads_work UsageReads_between UsageReads_waiting
    UserReads_page Venues_of_provider Visits_booking_ids WaitingReads_of_customer
""".split()  # noqa: SIM905
"""Methods whose contract stores rows in the order in which it expects them: an adapter that does not sort passes. In
memory some have nothing to sort."""
NAMES: Final = BENT.keys()

globals().update({f"Test_{name}": changed_contract(*BENT[name]) for name in NAMES})
