"""Lots of points: entries always sum to the balance, and nothing is spent twice, whatever happens in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking_domain.loyalty.lots import (
    GRACE,
    Cause,
    Lot,
    LoyaltyAccount,
    LoyaltyAccountId,
    LoyaltyEntry,
    LoyaltyEntryId,
    NotEnoughPoints,
    Posted,
    Reservation,
    numbered,
    reservation_of,
)
from booking_domain.shared.errors import InvalidValue
from booking_domain.shared.ids import UserId
from booking_domain.testing.builders import NOW

NOBODY = LoyaltyAccount(id=LoyaltyAccountId(UUID(int=1)), user_id=UserId(UUID(int=2)), provider_id=None, created_at=NOW)


def because(name: str, days: int = 0) -> Cause:
    return Cause(id=LoyaltyEntryId(UUID(int=3)), name=name, at=NOW + timedelta(days=days))


def with_lots(**days: int) -> LoyaltyAccount:
    """An account with ten points of each name, which expire after so many days."""
    account = NOBODY
    for name, day in days.items():
        account, _ = account.grant(10, because(name), expires_at=NOW + timedelta(days=day))
    return account


def left(account: LoyaltyAccount) -> dict[str, int]:
    return {lot.cause: lot.points for lot in account.lots}


def reserved_by(*entries: LoyaltyEntry) -> Reservation:
    found = reservation_of(entries)
    assert found is not None
    return found


def test_what_expires_first_is_spent_first() -> None:
    account, entry = with_lots(late=30, early=10, middle=20).reserve(15, because("booking"))
    assert left(account) == {"middle": 5, "late": 10}
    assert [(lot.cause, lot.points) for lot in entry.lots] == [("early", 10), ("middle", 5)]
    assert (account.balance, account.reserved, account.next_expiry) == (15, 15, NOW + timedelta(days=20))


def test_points_are_spent_while_they_are_active() -> None:
    account, _ = with_lots(gone=2).grant(7, because("to come"), active_from=NOW + timedelta(days=5))
    assert [account.spendable(NOW + timedelta(days=day)) for day in (0, 2, 5)] == [10, 0, 7]
    with pytest.raises(NotEnoughPoints, match="only 7 points"):
        account.reserve(8, because("booking", days=5))


def test_a_release_gives_each_lot_back_what_was_taken_of_it() -> None:
    before = with_lots(early=10, late=20)
    account, reservation = before.reserve(15, because("booking"))
    account, _ = account.release(reserved_by(reservation), because("release"))
    assert (account.lots, account.reserved, account.balance) == (before.lots, 0, 20)


def test_points_that_expired_while_they_were_reserved_can_be_spent_a_while_longer() -> None:
    account, reservation = with_lots(early=10).reserve(10, because("booking"))
    account, _ = account.release(reserved_by(reservation), because("release", days=11))
    assert account.lots == (Lot(cause="early", points=10, active_from=NOW, expires_at=NOW + timedelta(11) + GRACE),)


def test_a_capture_changes_no_balance_and_ends_the_reservation() -> None:
    account, reservation = with_lots(early=10).reserve(4, because("booking"))
    account, entry = account.capture(reserved_by(reservation), because("visit"))
    assert (account.balance, account.reserved, entry.points) == (6, 0, 0)


def test_what_is_captured_is_not_released_and_what_ended_does_not_end_again() -> None:
    account, reservation = with_lots(early=10).reserve(4, because("booking"))
    captured, visit = account.capture(reserved_by(reservation), because("visit"))
    released, release = account.release(reserved_by(reservation), because("release"))
    for after, ended in ((captured, reserved_by(reservation, visit)), (released, reserved_by(reservation, release))):
        for change in (after.capture, after.release):
            with pytest.raises(InvalidValue, match="nothing is reserved"):
                change(ended, because("again"))
    with pytest.raises(InvalidValue, match="nothing is reserved"):
        account.give_back(reserved_by(reservation), 1, because("refund"))


def test_a_part_is_given_back_of_what_expires_last() -> None:
    account, reservation = with_lots(early=10, late=20).reserve(15, because("booking"))
    account, part = account.release(reserved_by(reservation), because("lower price"), points=3)
    assert (left(account), account.reserved, part.points) == ({"late": 8}, 12, 3)
    with pytest.raises(InvalidValue, match="1 to 12"):
        account.release(reserved_by(reservation, part), because("too much"), points=13)
    account, visit = account.capture(reserved_by(reservation, part), because("visit"))
    spent = reserved_by(reservation, part, visit)
    assert (account.reserved, spent.spent) == (0, 12)
    account, refund = account.give_back(spent, 4, because("refund"))
    assert (left(account), refund.points, reserved_by(reservation, part, visit, refund).spent) == (
        {"early": 2, "late": 10},
        4,
        8,
    )


def test_what_was_captured_is_held_again_without_what_was_given_back_and_whatever_is_owed() -> None:
    account, reservation = with_lots(early=10, late=20).reserve(15, because("booking"))
    account, visit = account.capture(reserved_by(reservation), because("visit"))
    account, refund = account.give_back(reserved_by(reservation, visit), 4, because("refund"))
    account, _ = account.reclaim(30, because("reclaim"))
    account, again = account.hold_again(reserved_by(reservation, visit, refund), because("again"))
    assert [(lot.cause, lot.points) for lot in again.lots] == [("early", 10), ("late", 1)]
    assert (again.points, account.reserved, account.debt) == (0, 11, 21)
    with pytest.raises(InvalidValue, match="nothing is reserved"):
        account.hold_again(reserved_by(reservation, visit, refund, again), because("twice"))
    account, _ = account.release(reserved_by(reservation, visit, refund, again), because("cancelled"))
    assert (account.reserved, account.balance) == (0, -10)


def test_a_revived_booking_reserves_under_the_next_number() -> None:
    account, first = with_lots(early=10).reserve(4, because(numbered("booking", 0)))
    account, release = account.release(reserved_by(first), because(numbered("booking", 1)))
    account, second = account.reserve(4, because(numbered("booking", 2)))
    assert [each.cause for each in (first, release, second)] == ["booking", "booking:2", "booking:3"]
    assert reserved_by(first, release, second).held == 4
    assert reservation_of(()) is None


def test_points_are_taken_back_from_their_own_lot_first_and_the_rest_is_a_debt_that_is_paid_first() -> None:
    account, _ = with_lots(early=10, late=20).reclaim(12, because("refund"), earned_by="late")
    assert left(account) == {"early": 8}
    account, entry = account.reclaim(20, because("second"))
    assert (account.lots, account.debt, account.balance, entry.balance) == ((), 12, -12, -12)
    account, _ = account.grant(15, because("third"))
    assert (left(account), account.debt, account.balance) == ({"third": 3}, 0, 3)


def test_only_what_has_expired_is_removed() -> None:
    account = with_lots(early=10, late=20)
    assert account.expire(because("expiry", days=9)) is None
    posted = account.expire(because("expiry", days=10))
    assert posted is not None
    assert (left(posted[0]), posted[1].points, posted[0].next_expiry) == ({"late": 10}, -10, NOW + timedelta(days=20))


def test_the_customer_is_told_before_points_expire_and_not_of_the_same_points_again() -> None:
    account = with_lots(early=40, later=45, late=90)
    assert account.warn_at == NOW + timedelta(days=10)
    told = account.warned(NOW + timedelta(days=20))
    assert (told.warned_until, told.warn_at) == (NOW + timedelta(days=50), NOW + timedelta(days=60))
    more, _ = told.grant(1, because("within what was told", days=20), expires_at=NOW + timedelta(days=49))
    assert more.warn_at == told.warn_at
    spent, _ = more.reclaim(31, because("all"))
    assert (spent.warn_at, spent.next_expiry) == (None, None)


def test_it_does_not_matter_whether_points_are_taken_back_before_expired_ones_are_removed() -> None:
    account, expiry, refund = with_lots(early=10, late=20), because("expiry", days=10), because("refund", days=10)
    for earned_by in (None, "early", "late"):
        reclaimed, _ = account.reclaim(12, refund, earned_by=earned_by)
        reclaimed_first, expired_first = reclaimed.expire(expiry), account.expire(expiry)
        assert reclaimed_first is not None
        assert expired_first is not None
        then, _ = expired_first[0].reclaim(12, refund, earned_by=earned_by)
        assert then == reclaimed_first[0]
        assert (then.balance, then.debt) == (-2, 2)


@pytest.mark.parametrize("points", [0, -1])
def test_no_points_are_neither_added_nor_taken(points: int) -> None:
    for change in (NOBODY.grant, NOBODY.reserve, NOBODY.reclaim):
        with pytest.raises(InvalidValue):
            change(points, because("nothing"))
    with pytest.raises(InvalidValue):
        NOBODY.grant(1, because("past"), expires_at=NOW)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("grant", "reserve", "capture", "hold again", "release", "release a part", "give back"),
                *("reclaim", "expire"),
            ]
        ),
        st.integers(1, 30),
        st.integers(0, 40),
    ),
    max_size=25,
)


@given(STEPS)
def test_entries_sum_to_the_balance_and_what_a_booking_took_is_spent_or_given_back_once(
    steps: list[tuple[str, int, int]],
) -> None:
    """Against a plain count: what came, less what went, and what is held in between."""
    account, entries, day = NOBODY, list[LoyaltyEntry](), 0
    bookings = list[list[LoyaltyEntry]]()
    for number, (step, points, days) in enumerate(steps):
        why, posted = because(f"{number}", day), None
        can_spend = account.spendable(why.at)
        match step:
            case "grant":
                posted = account.grant(points, why, expires_at=why.at + timedelta(days=days) if days else None)
            case "reserve" if points <= can_spend:
                posted = account.reserve(points, why)
                bookings.append([posted[1]])
            case "reserve":
                with pytest.raises(NotEnoughPoints):
                    account.reserve(points, why)
            case "reclaim":
                posted = account.reclaim(points, why, earned_by=f"{days}")
            case "expire":
                posted = account.expire(why)
                assert posted is None or posted[0].spendable(why.at) == can_spend
            case _ if bookings:
                of = bookings[days % len(bookings)]
                posted = _ended(step, account, reserved_by(*of), points, why)
                of += [] if posted is None else [posted[1]]
            case _:
                pass
        if posted is not None:
            account = posted[0]
            entries.append(posted[1])
        day += days // 10
        taken = [reserved_by(*each) for each in bookings]
        assert sum(each.points for each in entries) == account.balance
        assert account.reserved == sum(each.held for each in taken)
        assert all(
            each.held + each.spent == -sum(one.points for one in of) for each, of in zip(taken, bookings, strict=True)
        )
        assert account.debt == 0 or not account.lots
        assert all(lot.points > 0 for lot in account.lots)
        assert len({lot.origin for lot in account.lots}) == len(account.lots)


def _ended(step: str, account: LoyaltyAccount, of: Reservation, points: int, why: Cause) -> Posted | None:
    """End the reservation, or a part of it; None: it was refused, because it has ended or has less."""
    changes: dict[str, tuple[int, Callable[[], Posted]]] = {
        "capture": (of.held, lambda: account.capture(of, why)),
        "hold again": (of.spent, lambda: account.hold_again(of, why)),
        "release": (of.held, lambda: account.release(of, why)),
        "release a part": (of.held // points, lambda: account.release(of, why, points=points)),
        "give back": (of.spent // points, lambda: account.give_back(of, points, why)),
    }
    possible, change = changes[step]
    if possible:
        return change()
    with pytest.raises(InvalidValue):
        change()
    return None
