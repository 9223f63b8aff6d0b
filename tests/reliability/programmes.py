"""What the histories of row 8 do with promotions, packages, points and gift cards, and the books of each.

The worker's part is played from the events of the outbox, by its own subscriptions: jobs come late, twice and in any
order, and in the end all have run.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from booking_domain.bookings.model import Booking
from booking_domain.bookings.ports import BookingFilter
from booking_domain.bookings.pricing import DiscountKind
from booking_domain.bookings.promotion_ports import PromotionFilter
from booking_domain.bookings.promotions import (
    Promotion,
    PromotionNotApplicable,
    PromotionUsedUp,
    RedemptionStatus,
    UnknownPromotionCode,
)
from booking_domain.bookings.transitions import Status
from booking_domain.gift_cards.model import (
    GiftCard,
    GiftCardEntry,
    GiftCardEntryKind,
    GiftCardNotUsable,
    GiftCardRules,
    InvalidGiftCardTransition,
    MoreThanPrice,
    NotEnoughOnCard,
    Recipient,
    SaleMethod,
)
from booking_domain.gift_cards.ports import GiftCardFilter
from booking_domain.loyalty.lots import OF_RESERVATIONS, OF_VISITS, LoyaltyAccount, LoyaltyEntry, NotEnoughPoints
from booking_domain.loyalty.rewards import Reward
from booking_domain.packages.model import (
    NotEnoughVisits,
    PackageEntry,
    PackageEntryKind,
    PackageNotApplicable,
    PackageNotFound,
    PackageNotTransferable,
    PackageSaleMethod,
    PackageUsedUp,
    UnknownPackage,
)
from booking_domain.packages.ports import PackageFilter
from booking_domain.payments.model import Payment
from booking_domain.payments.refunds import Refund, RefundStatus
from booking_domain.shared.actor import SYSTEM
from booking_domain.shared.ids import BookingId
from booking_domain.shared.rate_limits import RateLimited
from booking_domain.statistics.model import Figures
from booking_domain.testing.builders import TOMORROW
from booking_domain.testing.kit.storage import race
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, place_booking
from booking_domain.use_cases.bookings.points import PointsNotAccepted, RedeemedPoints, RewardNotApplicable
from booking_domain.use_cases.bookings.promotions import StartPromotion, end_promotion, start_promotion
from booking_domain.use_cases.bookings.redeem_points import PointsRedeemedAlready, RedeemPoints, redeem_points
from booking_domain.use_cases.catalogue.services import AddService, ServiceChange, add_service
from booking_domain.use_cases.gift_cards.administration import BlockGiftCard, block_gift_card, unblock_gift_card
from booking_domain.use_cases.gift_cards.delivery import expire_gift_card
from booking_domain.use_cases.gift_cards.payments import PayByGiftCard, pay_by_gift_card
from booking_domain.use_cases.gift_cards.sales import SellGiftCard, VoidGiftCard, sell_gift_card, void_gift_card
from booking_domain.use_cases.loyalty.accounts import AdjustLoyalty, adjust_loyalty
from booking_domain.use_cases.loyalty.earning import follow_booking
from booking_domain.use_cases.loyalty.expiry import expire_points
from booking_domain.use_cases.loyalty.programmes import StartLoyaltyProgramme, start_loyalty_programme
from booking_domain.use_cases.packages.expiry import expire_package
from booking_domain.use_cases.packages.offers import OfferPackage, offer_package
from booking_domain.use_cases.packages.sales import RefundPackage, SellPackage, refund_package, sell_package
from booking_domain.use_cases.packages.transfers import TransferPackage, transfer_package
from booking_domain.use_cases.reconciliation.compare_ledgers import compare_ledgers
from booking_domain.use_cases.statistics.counting import (
    DirtyDay,
    count_day,
    place_booking_in_statistics,
    rebuild_statistics,
)
from entrypoints.worker import loyalty, statistics
from entrypoints.worker.declarations import Job, WorkerContext

RULES: Final = GiftCardRules(valid_for={"JPY": timedelta(days=10)})
REFUSED: Final = (
    *(NotEnoughVisits, PackageNotApplicable, PackageNotFound, PackageNotTransferable, PackageUsedUp, UnknownPackage),
    RateLimited,
    *(PromotionNotApplicable, PromotionUsedUp, UnknownPromotionCode),
    *(GiftCardNotUsable, InvalidGiftCardTransition, MoreThanPrice, NotEnoughOnCard),
    *(NotEnoughPoints, PointsNotAccepted, PointsRedeemedAlready, RewardNotApplicable),
)
"""How these steps are refused."""
FRIEND: Final = "user4@example.com"
REWARD: Final = "A wash"
_ENDED: Final = frozenset({Status.CANCELLED, Status.EXPIRED})
_OVER: Final = frozenset({Status.COMPLETED, Status.NO_SHOW})
_ALL: Final = 10_000


@dataclass
class Programmes:
    """What the provider and the platform have sold and promised, and the jobs that wait."""

    studio: Studio
    currency: str
    done: Counter[str]
    promotions: list[Promotion] = field(default_factory=list)
    cards: list[GiftCard] = field(default_factory=list)
    read: int = 0
    """How many events of the outbox have become jobs."""
    to_follow: list[BookingId] = field(default_factory=list)
    to_place: list[BookingId] = field(default_factory=list)
    to_count: list[DirtyDay] = field(default_factory=list)

    @classmethod
    async def opened(cls, studio: Studio, currency: str, done: Counter[str]) -> "Programmes":
        """The provider, who is booked by service, and the platform have points and a reward, the customer a friend."""
        await studio.joined()
        view = await studio.reads.providers.get(studio.provider_id)
        assert view is not None
        price, deposit = view.terms.price.amount, ServiceChange(deposit_amount=view.terms.deposit.amount)
        wash = AddService(name=REWARD, minutes=60, price_amount=price, rest=deposit)
        studio.service_ids = ((await studio.run(add_service, wash, by=studio.owner)).service.id,)
        found = cls(studio, currency, done)
        for by, value, months in ((studio.owner, 7, 1), (studio.admin, 500, None)):
            command = StartLoyaltyProgramme(
                name="Points",
                currency=currency,
                points=3,
                per_amount=1_000,
                point_value=value,
                expires_after_months=months,
                rewards=(Reward(name=REWARD, points=1_000, service_ids=studio.service_ids),),
            )
            await studio.run(start_loyalty_programme, command, by=by)
        return found

    async def promote(self, nth: int, how: int) -> None:
        """Start a promotion, or end one."""
        if how == 5 and self.promotions:
            await self.studio.run(end_promotion, self.promotions[nth % len(self.promotions)].id, by=self.studio.admin)
            return
        command = StartPromotion(
            name="Promotion",
            promotion_code=None if how == 4 else f"CODE{len(self.promotions)}",
            currency=self.currency,
            percent=[10, 33, 100][nth % 3] if how % 2 else None,
            amount=None if how % 2 else [1, 30_007, 200_000][nth % 3],
            most_redemptions=2 if nth % 4 == 0 else None,
            most_total_amount=40_000 if nth % 4 == 1 else None,
            most_per_customer=1 if nth % 5 == 0 else None,
            combinable=nth % 2 == 0,
        )
        by = self.studio.admin if nth >= 8 else self.studio.owner
        self.promotions.append((await self.studio.run(start_promotion, command, by=by)).promotion)

    async def sell_package(self, nth: int, how: int) -> None:
        """Sell a package, return the money of visits, or give them to another customer."""
        studio = self.studio
        known = await studio.reads.packages.page(PackageFilter(limit=_ALL))
        if known and how >= 3:
            package = known[nth % len(known)]
            if how == 3:
                give = TransferPackage(package_id=package.id, email=FRIEND, visits=1 + nth % 2)
                await studio.run(transfer_package, give, by=studio.customer)
                self.done["visits given away"] += 1
            else:
                back = RefundPackage(package_id=package.id, visits=None if nth % 2 else 1, reason="?")
                await studio.run(refund_package, back, by=studio.owner)
                self.done["visits refunded"] += 1
            return
        offer = OfferPackage(
            name="Package",
            visits=1 + nth % 3,
            price_amount=200_001,
            currency=self.currency,
            valid_days=[None, 10][nth % 2],
            transferable=how != 0,
        )
        offered = await studio.run(offer_package, offer, by=studio.owner)
        sale = SellPackage(offer_id=offered.id, customer_id=studio.customer.id, method=PackageSaleMethod.CASH)
        await studio.run(sell_package, sale, by=studio.owner)
        self.done["packages"] += 1

    async def adjust_points(self, nth: int, how: int) -> None:
        """An admin gives points to the customer, or takes some."""
        command = AdjustLoyalty(
            user_id=self.studio.customer.id,
            provider_id=self.studio.provider_id if nth % 2 else None,
            points=[1, 300, 20_000, 5_000, -100, -10_000][how],
            reason="?",
        )
        await self.studio.run(adjust_loyalty, command, by=self.studio.admin)

    async def book(self, nth: int, how: int) -> Booking:
        """The customer books with a code, a package or points, or all of them."""
        if how in {1, 3, 4} and nth % 2:
            await self.sell_package(nth, 0)
        codes = [each.promotion_code for each in self.promotions if each.promotion_code is not None]
        packages = await self.studio.reads.packages.page(PackageFilter(customer_id=self.studio.customer.id, limit=_ALL))
        command = PlaceBooking(
            provider_id=self.studio.provider_id,
            slot=TOMORROW + nth // 4 * timedelta(days=7) + nth % 4 * timedelta(hours=1),
            service_ids=self.studio.service_ids,
            promotion_codes=tuple(codes[-2:] if how in {0, 3, 5} else ()),
            package_id=packages[nth % len(packages)].id if packages and how in {1, 3, 4} else None,
            points=await self._points(nth) if how in {2, 4, 5} else None,
        )
        return await self.studio.run(place_booking, command, by=self.studio.customer)

    async def redeem(self, booking: Booking, nth: int) -> None:
        """Redeem points on a booking that was made before."""
        points = await self._points(nth)
        if points is not None:
            command = RedeemPoints(booking_id=booking.id, points=points)
            await race([self.studio.run(redeem_points, command, by=self.studio.customer) for _ in range(1 + nth % 2)])

    async def _points(self, nth: int) -> RedeemedPoints | None:
        if nth % 3 == 0:
            await self.adjust_points(nth // 3, 2)
        accounts = await self.studio.reads.loyalty.of_user(self.studio.customer.id)
        if not accounts:
            return None
        account_id, of_reward = accounts[nth % len(accounts)].id, nth % 4 == 1
        return RedeemedPoints(
            account_id=account_id,
            points=None if of_reward else [None, 1_000][nth // 2 % 2],
            reward=REWARD if of_reward else None,
        )

    async def sell_card(self, nth: int, how: int) -> None:
        """Sell a gift card of the provider or of the platform, or block, unblock or take one back."""
        studio = self.studio
        card = self.cards[nth % len(self.cards)] if self.cards else None
        if card is None or how < 3:
            command = SellGiftCard(
                amount=[1, 30_000, 150_000][nth % 3],
                currency=self.currency,
                method=SaleMethod.CASH,
                recipient=Recipient(),
            )
            self.cards.append(await studio.run(sell_gift_card, command, by=studio.admin if how == 1 else studio.owner))
            self.done["gift cards"] += 1
        elif how == 3:
            await studio.run(block_gift_card, BlockGiftCard(card_id=card.id, reason="?"), by=studio.admin)
        elif how == 4:
            await studio.run(unblock_gift_card, card.id, by=studio.admin)
        else:
            await studio.run(void_gift_card, VoidGiftCard(card_id=card.id, reason="?"), by=studio.admin)

    async def pay_by_card(self, booking: Booking, nth: int, how: int) -> None:
        """Pay by the last cards, once or twice at once, a part or all that is due."""
        if not self.cards or how == 0:
            await self.sell_card(nth, how)
        card = self.cards[-1 - nth % min(2, len(self.cards))]
        command = PayByGiftCard(booking_id=booking.id, code=card.code, amount=None if how < 4 else 777 * how)
        by = self.studio.owner if how == 2 else self.studio.customer
        paid, _ = await race([self.studio.run(pay_by_gift_card, command, by=by) for _ in range(1 + how % 2)])
        self.done["payments by gift card"] += len(paid)

    async def sweep(self) -> None:
        """What has expired is taken, as every minute."""
        reads, now = self.studio.reads, self.studio.clock.now()
        for card_id in await reads.gift_cards.to_expire(now, _ALL):
            await self.studio.run(expire_gift_card, card_id, by=SYSTEM)
        for package_id in await reads.packages.to_expire(now, _ALL):
            await self.studio.run(expire_package, package_id, by=SYSTEM)
        for account_id in await reads.loyalty.to_expire(now, _ALL):
            await self.studio.run(expire_points, account_id, by=SYSTEM)

    async def follow(self, nth: int, how: int) -> None:
        """Some of the jobs of points and statistics run, the newest or the oldest first; some run twice."""
        await self._read_events()
        for number in range(nth):
            at = 0 if how % 2 else -1
            if self.to_follow:
                await self.studio.run(follow_booking, self.to_follow.pop(at), by=SYSTEM)
            if self.to_place:
                booking_id = self.to_place[at] if number == how else self.to_place.pop(at)
                await self._place(booking_id)
            if self.to_count and number % 2:
                await self.studio.run(count_day, self.to_count.pop(at), by=SYSTEM)

    async def _finish(self) -> None:
        """All jobs run that the events ask for, the newest first."""
        await self._read_events()
        while self.to_follow:
            await self.studio.run(follow_booking, self.to_follow.pop(), by=SYSTEM)
        await self._read_events()
        while self.to_place:
            await self._place(self.to_place.pop())
        while self.to_count:
            await self.studio.run(count_day, self.to_count.pop(), by=SYSTEM)

    async def _place(self, booking_id: BookingId) -> None:
        days = await self.studio.run(place_booking_in_statistics, booking_id, by=SYSTEM)
        self.to_count += days

    async def _read_events(self) -> None:
        """Make jobs of the events that are new, as the relay does."""
        events = await self.studio.backend.outbox_events()
        for event in events[self.read :]:
            self.to_follow += _booking_ids(loyalty.CONTEXT, event, loyalty.FOLLOW_BOOKING)
            self.to_place += _booking_ids(statistics.CONTEXT, event, statistics.PLACE)
        self.read = len(events)

    async def check(self, payments: Sequence[Payment], refunds: Sequence[Refund]) -> None:
        """Compare each ledger with what bookings, payments and refunds say, once all jobs have run."""
        await self._finish()
        reads = self.studio.reads.bookings
        bookings = await reads.page(None, BookingFilter(limit=_ALL))
        revived = False
        for booking in bookings:
            taken_off = sum(each.amount.amount for each in booking.discounts)
            assert booking.price.amount == booking.list_price.amount - taken_off >= 0, "the price"
            self.done["rewards redeemed"] += any(each.is_reward and each.amount for each in booking.discounts)
            trail = await reads.events(booking.id)
            revived |= booking.status not in _ENDED and any(each.from_status in _ENDED for each in trail)
        await self._check_cards(payments, refunds)
        await self._check_packages(bookings, revived=revived)
        await self._check_points(bookings)
        await self._check_promotions(bookings, revived=revived)
        await self._check_statistics(bookings, payments, refunds)
        assert await self.studio.run(compare_ledgers, None, by=SYSTEM) == [], "the nightly comparison differs"

    async def _check_cards(self, payments: Sequence[Payment], refunds: Sequence[Refund]) -> None:
        reads, kinds = self.studio.reads.gift_cards, GiftCardEntryKind
        entries: list[GiftCardEntry] = []
        cards = await reads.page(GiftCardFilter(limit=_ALL))
        for card in cards:
            own = (await reads.entries(card.id, None, _ALL))[::-1]
            entries += own
            assert _running(each.amount for each in own) == [each.balance for each in own], "the entries of a card"
            assert card.balance.amount == (own[-1].balance if own else 0) >= 0, "the balance of a card"
        by_card = {each.id: each for each in payments if each.of_gift_card}
        paid = {each.payment_id: -each.amount for each in entries if each.kind is kinds.PAID}
        assert paid == {each.id: each.settled.amount for each in by_card.values()}, "payments by card"
        given_back = {each.cause: each.amount for each in entries if each.kind is kinds.REFUNDED}
        assert given_back == {
            f"refund:{each.id}": each.amount.amount
            for each in refunds
            if each.payment_id in by_card and each.status is RefundStatus.REFUNDED
        }, "refunds to cards"
        owed = sum(each.outstanding for each in await reads.liability(GiftCardFilter(limit=_ALL)))
        assert owed == sum(card.balance.amount for card in cards), "what is owed on cards"

    async def _check_packages(self, bookings: Iterable[Booking], *, revived: bool) -> None:
        reads, kinds = self.studio.reads.packages, PackageEntryKind
        visits = Counter(
            each.source_id
            for booking in bookings
            if booking.status not in _ENDED
            for each in booking.discounts
            if each.kind is DiscountKind.PACKAGE
        )
        for package in await reads.page(PackageFilter(limit=_ALL)):
            own: Sequence[PackageEntry] = (await reads.entries(package.id, None, _ALL))[::-1]
            assert _running(each.visits for each in own) == [each.balance for each in own], "the entries of a package"
            assert package.balance == own[-1].balance >= 0, "the free visits"
            assert sum(each.amount for each in own) == package.worth(package.unused), "the price of unused visits"
            last = Counter({each.booking_id: each.kind for each in own if each.booking_id is not None}.values())
            assert package.reserved == last[kinds.RESERVED], "visits that bookings hold"
            # A verdict may let a booking take place whose visit another has used meanwhile.
            has = last[kinds.RESERVED] + last[kinds.USED]
            assert has == visits[package.id] or (revived and has < visits[package.id]), "visits of bookings"
            self.done["visits of packages"] += has

    async def _check_points(self, bookings: Iterable[Booking]) -> None:
        """Bookings to come hold what they may need, those that are over have what they took off; the rest is back."""
        reads, user_id = self.studio.reads.loyalty, self.studio.customer.id
        for account in await reads.of_user(user_id):
            own: Sequence[LoyaltyEntry] = (await reads.entries(user_id, account.id, None, _ALL))[::-1]
            assert _running(each.points for each in own) == [each.balance for each in own], "the entries of points"
            assert account.balance == own[-1].balance, "the balance of points"
            reserved = 0
            for booking in bookings:
                of_booking = [each for each in own if each.booking_id == booking.id]
                taken = -sum(each.points for each in of_booking if each.kind in OF_RESERVATIONS)
                most, used = _points_of(booking, account)
                if booking.status in _ENDED:
                    assert taken == 0, "points of a booking that does not take place"
                elif booking.status in _OVER:
                    price = booking.price.amount
                    keeps = used * max(0, price - booking.conceded.amount) // price if price else used
                    assert keeps <= taken <= used, "points of an appointment"
                else:
                    # A verdict after a refund may let a booking take place whose points have been given back in part.
                    assert taken == most or (booking.conceded and taken < most), "points of a booking to come"
                    reserved += taken
                self.done["points redeemed"] += taken
                # Three points for each thousand that was kept.
                paid = (booking.totals.refundable + booking.desk_paid).amount
                earns = 3 * (paid // 1_000) if booking.status is Status.COMPLETED else 0
                assert earns == sum(each.points for each in of_booking if each.cause.startswith(OF_VISITS)), "earnings"
            assert account.reserved == reserved, "points that bookings hold"

    async def _check_promotions(self, bookings: Iterable[Booking], *, revived: bool) -> None:
        count, amount = Counter[UUID](), Counter[UUID]()
        async with self.studio.backend.begin() as tx:
            for booking in bookings:
                for each in await tx.promotions.redemptions_of(booking.id):
                    live = each.status is RedemptionStatus.LIVE
                    assert live == (booking.status not in _ENDED), "a redemption that should count, or not"
                    count[each.promotion_id] += live
                    amount[each.promotion_id] += each.amount.amount * live
        for view in await self.studio.reads.promotions.page(PromotionFilter(limit=_ALL)):
            promotion = view.promotion
            used = (count[promotion.id], amount[promotion.id])
            assert (view.redemptions, view.redeemed_amount) == used, "what is used of a promotion"
            self.done["promotions redeemed"] += view.redemptions
            if not revived:  # a verdict lets the promotion of a booking count again, whatever is left of it
                assert promotion.most_redemptions is None or view.redemptions <= promotion.most_redemptions
                assert promotion.most_total_amount is None or view.redeemed_amount <= promotion.most_total_amount

    async def _check_statistics(
        self, bookings: Iterable[Booking], payments: Sequence[Payment], refunds: Sequence[Refund]
    ) -> None:
        """The figures are the sums of bookings, payments and refunds, added up here without the product's help."""
        studio = self.studio
        async with studio.backend.begin() as tx:
            buckets = await tx.statistics.buckets(studio.provider_id, None)
        found, raw = Figures.total(each.figures for each in buckets), Counter[str]()
        for booking in bookings:
            status = booking.undisputed_status
            raw["made"] += 1
            raw["completed"] += status is Status.COMPLETED
            raw["no_shows"] += status is Status.NO_SHOW
            raw["booked"] += status in {Status.CONFIRMED, *_OVER}
            raw["all_cancelled"] += status is Status.CANCELLED
            if status is Status.COMPLETED:
                raw["earned"] += booking.price.amount + booking.extra.amount
                raw["tips"] += booking.tips.amount
                paid = booking.secured + booking.authorised + booking.desk_paid
                raw["outstanding"] += max(0, booking.final_price.amount - booking.conceded.amount - paid.amount)
            for at_desk in await studio.reads.desk_payments.of_booking(booking.id):
                raw["received"] += at_desk.counted.amount
        raw["received"] += sum(each.settled.amount for each in payments)
        raw["refunded"] += sum(each.amount.amount for each in refunds if each.status is RefundStatus.REFUNDED)
        for name, amount in raw.items():
            counted = found.cancelled + found.cancelled_by_provider if name == "all_cancelled" else getattr(found, name)
            assert counted == amount, f"statistics: {name}"
        assert await studio.run(rebuild_statistics, studio.provider_id, by=SYSTEM) == [], "statistics were wrong"


def _booking_ids(context: WorkerContext, event: object, job: Job) -> list[BookingId]:
    """The bookings for which the event starts the job."""
    return [
        BookingId(UUID(request.arguments["booking_id"]))
        for subscription in context.subscriptions
        if isinstance(event, subscription.events)
        for request in subscription.handler(event)
        if request.job is job
    ]


def _running(changes: Iterable[int]) -> list[int]:
    found, balance = [], 0
    for each in changes:
        balance += each
        found.append(balance)
    return found


def _points_of(booking: Booking, account: LoyaltyAccount) -> tuple[int, int]:
    """How many points of the account a booking takes at most, and now."""
    found = [each for each in booking.discounts if each.kind is DiscountKind.POINTS and each.source_id == account.id]
    return sum(each.most_points or 0 for each in found), sum(each.points or 0 for each in found)
