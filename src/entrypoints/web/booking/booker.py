"""Who books: somebody who is signed in, or a visitor who joins on the way."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from booking_domain.bookings.model import Booking
from booking_domain.bookings.origins import BookingOrigin
from booking_domain.bookings.pricing import PriceBreakdown
from booking_domain.flags.model import SERIES_ON_PAGES
from booking_domain.flags.ports import Flags
from booking_domain.gift_cards.model import GiftCard
from booking_domain.identity.legal import LegalDocument, LegalDocuments, Moment
from booking_domain.portfolio.model import PortfolioItemId, PortfolioItemNotFound
from booking_domain.scheduling.claims import Claim, ClaimKind
from booking_domain.scheduling.effort import steps_of, steps_to_first
from booking_domain.scheduling.errors import HoldNotFound, SlotNotOffered, SlotTaken, TooManyHolds
from booking_domain.scheduling.placing import claimable
from booking_domain.scheduling.schedule import ProviderSchedule
from booking_domain.shared.actor import Actor
from booking_domain.shared.clock import Clock
from booking_domain.shared.errors import DomainError
from booking_domain.shared.executor import Executor
from booking_domain.shared.ids import ClaimId, ProviderId, SessionId
from booking_domain.shared.money import Money
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.bookings.place_booking import PlaceBooking, quote_booking
from booking_domain.use_cases.bookings.queries import list_bookings
from booking_domain.use_cases.catalogue.queries import ProviderPage, get_provider_page
from booking_domain.use_cases.gift_cards.payments import (
    CheckGiftCard,
    PayByGiftCard,
    check_gift_card,
    pay_by_gift_card,
)
from booking_domain.use_cases.identity.legal import list_own_documents
from booking_domain.use_cases.loyalty.accounts import list_loyalty_accounts
from booking_domain.use_cases.packages.queries import list_my_packages
from booking_domain.use_cases.platform.listings import BookingListFilter
from booking_domain.use_cases.platform.ports import Reads, Repositories
from booking_domain.use_cases.portfolio.commands import get_portfolio_item
from booking_domain.use_cases.scheduling.holds import PlaceHold, place_hold, release_hold
from booking_domain.use_cases.scheduling.queries import get_schedule_to_come, to_come
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.session_cookies import SessionCookies
from entrypoints.http.kit.turns import Computation, Turn
from entrypoints.web.booking.flow import Choice
from entrypoints.web.booking.prepaid import NOTHING, Prepaid, prepaid_for
from entrypoints.web.booking.series import SERIES_STEPS, Series, series_of
from entrypoints.web.booking.when import Free, free_times, nearest

_A_DAY: Final = timedelta(days=1)
_AROUND: Final = timedelta(days=7)
"""How far from a lost time others are offered."""
_MOST_PACKAGES: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Booker:
    """Who books, and what their steps read and do."""

    actor: Actor | None
    session_id: SessionId | None
    csrf: str
    """Empty without a session."""
    reads: Reads
    executor: Executor[Repositories]
    clock: Clock
    turn: Turn
    documents: LegalDocuments
    flags: Flags

    def choice(self, given: Mapping[str, Sequence[str]]) -> Choice:
        """What an address or a form says; a day that is over everywhere counts as not said."""
        choice = Choice.of(given, signed_in=self.actor is not None)
        over = choice.day is not None and choice.day < (self.clock.now() - _A_DAY).date()
        return replace(choice, day=None) if over else choice

    async def may_repeat(self) -> bool:
        """Whether they may book appointments that repeat."""
        return await self.flags.on(SERIES_ON_PAGES, self.actor)

    async def facts(self, provider_id: ProviderId) -> ProviderPage:
        """The provider that is booked."""
        reads = self.reads
        return await get_provider_page(provider_id, reads)

    async def free(self, facts: ProviderPage, choice: Choice, window: TimeRange) -> Free:
        """What is free for them: what they hold themselves is."""
        now = self.clock.now()

        async def read() -> Computation[Free]:
            schedule = await self._schedule(facts, choice)
            steps = steps_of(schedule, window) + steps_to_first(schedule, to_come(now))
            return Computation(partial(free_times, schedule, window, now), steps)

        return await self.turn.compute(read)

    async def series(self, facts: ProviderPage, choice: Choice, first: datetime) -> Series | None:
        """The dates of a choice that repeats, and what is wrong with each."""
        if not choice.repeats:
            return None
        now = self.clock.now()
        window = TimeRange(max(now, first - _AROUND), max(now, first) + _AROUND)

        async def read() -> Computation[Series]:
            schedule = await self._schedule(facts, choice)
            steps = steps_of(schedule, window) + choice.times * SERIES_STEPS
            return Computation(partial(series_of, schedule, choice, first, window, now), steps)

        return await self.turn.compute(read)

    async def _schedule(self, facts: ProviderPage, choice: Choice) -> ProviderSchedule:
        """The times to come for what was chosen, without what they hold themselves."""
        schedule = await self._to_come(facts.view.profile.id, choice)
        minutes = choice.duration_minutes
        if minutes is not None:
            settings = schedule.calendar.settings.lasting(minutes)
            schedule = replace(schedule, calendar=replace(schedule.calendar, settings=settings))
        if self.actor is None:
            return schedule
        mine = self.actor.id
        others = (each for each in schedule.claims if each.kind is not ClaimKind.HOLD or each.customer_id != mine)
        return replace(schedule, claims=tuple(others))

    async def _to_come(self, provider_id: ProviderId, choice: Choice) -> ProviderSchedule:
        return await get_schedule_to_come(
            None,
            provider_id,
            self.reads.schedules,
            self.reads.salons,
            now=self.clock.now(),
            duration_minutes=choice.duration_minutes,
            services=choice.services,
        )

    async def lost(self, facts: ProviderPage, choice: Choice, start: datetime) -> DomainError | None:
        """Why they cannot book a time any more; None: they can."""
        try:
            claimable(await self._schedule(facts, choice), start, now=self.clock.now())
        except (SlotTaken, SlotNotOffered) as error:
            return error
        return None

    async def near(self, facts: ProviderPage, choice: Choice, start: datetime) -> tuple[datetime, ...]:
        """The free times that are nearest to one that was lost."""
        now = self.clock.now()
        window = TimeRange(max(now, start - _AROUND), max(now, start) + _AROUND)
        return nearest(await self.free(facts, choice, window), start)

    async def own(self, provider_id: ProviderId, start: datetime) -> Booking | None:
        """What they have booked there at this time already."""
        if self.actor is None:
            return None
        wanted = BookingListFilter(
            customer_id=self.actor.id,
            provider_id=provider_id,
            at_from=start,
            at_before=start + timedelta(seconds=1),
            upcoming_at=self.clock.now(),
            limit=1,
        )
        found = await list_bookings(self.actor, wanted, self.reads.appointments)
        return found[0].appointment.booking if found else None

    async def holding(self, provider_id: ProviderId, choice: Choice, slot: datetime, actor: Actor) -> Choice:
        """Keep a time for a while, in place of the one that was kept before; who has too many goes on without.

        What they hold already, and a page that they went back to does not know, is theirs, and makes way for another
        time.

        Raises:
            SlotTaken, SlotNotOffered: somebody else has it.
        """
        await self.release(choice, actor)
        choice = replace(choice, day=None, slot=slot, hold=None, until=None, signed_in=True)
        command = PlaceHold(
            provider_id=provider_id,
            slot=slot,
            duration_minutes=choice.duration_minutes,
            service_ids=choice.services,
        )
        place = partial(self.executor.run, place_hold, command, actor=actor)
        try:
            claim = await place()
        except TooManyHolds:
            return choice
        except SlotTaken:
            own, others = await self._holds(provider_id, choice, actor)
            if not own:
                raise
            same = next((each for each in own if each.span.start == slot), None)
            if same is None:
                claimable(others, slot, now=self.clock.now(), duration_minutes=choice.duration_minutes)
                for each in own:
                    await self._release(each.id, actor)
            claim = same or await place()
        return replace(choice, hold=claim.id, until=claim.expires_at)

    def order(self, provider_id: ProviderId, choice: Choice, slot: datetime, prepaid: Prepaid) -> PlaceBooking:
        """What they book, with a package and points as they chose, and a promotion if it does not repeat."""
        return PlaceBooking(
            provider_id=provider_id,
            slot=slot,
            service_ids=choice.services,
            duration_minutes=choice.duration_minutes,
            origin=BookingOrigin.PAGE,
            promotion_codes=(choice.promotion,) if choice.promotion and not choice.repeats else (),
            package_id=choice.package,
            points=prepaid.redeemed(choice),
        )

    async def work(self, provider_id: ProviderId, choice: Choice) -> PortfolioItemId | None:
        """The work from whose page they came, if the provider still shows it."""
        if choice.work is None:
            return None
        with suppress(PortfolioItemNotFound):
            view = await get_portfolio_item(None, choice.work, self.reads.portfolios)
            return view.item.id if view.item.provider_id == provider_id else None
        return None

    async def prepaid(self, facts: ProviderPage, choice: Choice, start: datetime) -> Prepaid:
        """Their packages and points that the appointment can take, and all of its repetitions."""
        if self.actor is None:
            return NOTHING
        now = self.clock.now()
        packages = await list_my_packages(self.actor, None, _MOST_PACKAGES, self.reads.packages)
        accounts = await list_loyalty_accounts(self.actor, self.reads, now=now)
        return prepaid_for(packages, accounts, choice, facts, start, now=now)

    async def price(self, order: PlaceBooking, actor: Actor) -> PriceBreakdown:
        """What that costs them."""
        return await self.executor.run(quote_booking, order, actor=actor)

    async def prices(self, order: PlaceBooking, starts: Iterable[datetime], actor: Actor) -> list[Money | None]:
        """What each appointment of a series costs them; None: it cannot be booked."""

        async def price(start: datetime) -> Money | None:
            try:
                return (await self.price(replace(order, slot=start), actor)).price
            except DomainError:
                return None

        return [await price(start) for start in starts]

    async def card(self, code: str, order: PlaceBooking, price: Money, actor: Actor) -> GiftCard:
        """The gift card that is to pay for it.

        Raises:
            UnknownGiftCardCode, GiftCardNotUsable, GiftCardElsewhere, OtherCurrency, NotEnoughOnCard: it cannot.
            RateLimited: they have tried too many codes.
        """
        check = CheckGiftCard(provider_id=order.provider_id, currency=price.currency, code=code)
        return await self.executor.run(check_gift_card, check, actor=actor, session_id=self.session_id)

    async def pay(self, booking: Booking, card: GiftCard, actor: Actor) -> None:
        """Pay with the card; if it no longer can, the page of the booking asks for the money."""
        amount = card.share(booking.quote.at_desk).amount
        if amount:
            command = PayByGiftCard(booking_id=booking.id, code=card.code, amount=amount)
            with suppress(DomainError):
                await self.executor.run(pay_by_gift_card, command, actor=actor, session_id=self.session_id)

    async def release(self, choice: Choice, actor: Actor) -> None:
        """Release what keeps the time that was chosen before."""
        if choice.hold is not None:
            await self._release(choice.hold, actor)

    async def _release(self, claim_id: ClaimId, actor: Actor) -> None:
        with suppress(HoldNotFound):
            await self.executor.run(release_hold, claim_id, actor=actor)

    async def _holds(
        self, provider_id: ProviderId, choice: Choice, actor: Actor
    ) -> tuple[tuple[Claim, ...], ProviderSchedule]:
        """What they hold there, and the times to come without it."""
        now, schedule = self.clock.now(), await self._to_come(provider_id, choice)
        own = tuple(
            each
            for each in schedule.claims
            if each.kind is ClaimKind.HOLD and each.customer_id == actor.id and each.live(now)
        )
        return own, replace(schedule, claims=tuple(each for each in schedule.claims if each not in own))

    async def missing(self) -> tuple[LegalDocument, ...]:
        """What they have to accept before they book."""
        if self.actor is None or Moment.BOOKING not in self.documents.required_for:
            return ()
        states = await list_own_documents(self.actor, self.documents, self.reads.acceptances)
        return tuple(each.document for each in states if each.missing)


def provide_booker(  # noqa: PLR0917 - by name
    actor: Injected[Actor | None],
    session_id: Injected[SessionId | None],
    session_cookies: Injected[SessionCookies],
    reads: Injected[Reads],
    executor: Injected[Executor[Repositories]],
    clock: Injected[Clock],
    turn: Injected[Turn],
    legal_documents: Injected[LegalDocuments],
    flags: Injected[Flags],
) -> Booker:
    """Provide `booker`."""
    return Booker(
        actor=actor,
        session_id=session_id,
        csrf="" if session_id is None else session_cookies.csrf_token(session_id),
        reads=reads,
        executor=executor,
        clock=clock,
        turn=turn,
        documents=legal_documents,
        flags=flags,
    )
