"""Rewards in the chat: services of a booking for points of its customer."""

from collections.abc import Sequence
from typing import Final
from zlib import crc32

from booking_domain.loyalty.lots import LoyaltyAccountId
from booking_domain.loyalty.rewards import Reward
from booking_domain.notifications.chats import Button, ChatMessage
from booking_domain.shared.ids import BookingId
from booking_domain.use_cases.bookings.points import RedeemedPoints, RewardNotApplicable, points_of
from booking_domain.use_cases.bookings.queries import get_appointment
from booking_domain.use_cases.bookings.redeem_points import RedeemPoints, list_rewards, redeem_points
from entrypoints.languages.documents import Phrase, Plural
from entrypoints.telegram.bookings import shown
from entrypoints.telegram.codes import joined, long
from entrypoints.telegram.screens import Parts, Person, home

_REWARD: Final = Plural("{name} for {count} point", "{name} for {count} points")


async def choose(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Show the rewards that the booking can have."""
    (code,) = words
    booking_id, say = BookingId(long(code)), person.say
    found = await list_rewards(person.actor, booking_id, parts.reads, now=parts.clock.now())
    rows = [
        (
            Button(
                text=say.count(_REWARD, reward.points, name=reward.name),
                data=joined("r", booking_id, account.id, _mark(reward)),
            ),
        )
        for account, reward in found
    ]
    text = say(Phrase("Which reward? Its points are taken at once.")) if rows else say(Phrase("No rewards."))
    back = Button(text=say(Phrase("Back to the booking")), data=joined("b", booking_id))
    return ChatMessage(text=text, rows=(*rows, (back,), home(person)))


async def redeem(person: Person, words: Sequence[str], parts: Parts) -> ChatMessage:
    """Redeem the reward on the booking; if the booking has points already, show it."""
    code, account, mark = words
    booking_id, account_id = BookingId(long(code)), LoyaltyAccountId(long(account))
    found = await list_rewards(person.actor, booking_id, parts.reads, now=parts.clock.now())
    reward = next((each for of, each in found if of.id == account_id and _mark(each) == mark), None)
    if reward is not None:
        points = RedeemedPoints(account_id=account_id, reward=reward.name)
        command = RedeemPoints(booking_id=booking_id, points=points)
        await parts.executor.run(redeem_points, command, actor=person.actor)
    else:
        seen = await get_appointment(person.actor, booking_id, parts.reads.appointments)
        if not points_of(seen.appointment.booking.discounts):
            raise RewardNotApplicable
    return await shown(person, booking_id, parts)


def _mark(reward: Reward) -> str:
    """Stands for the name in a button, which has no room for it."""
    return f"{crc32(reward.name.encode()):08x}"
