"""Who is notified of an idea on a booking, and what."""

import pytest

from booking_domain.bookings.ideas import IdeaChanged, IdeaContent, IdeaImageDeleted, idea_event
from booking_domain.bookings.model import Booking
from booking_domain.shared.actor import Actor
from booking_domain.shared.audit import AuditFilter, Subject
from booking_domain.shared.executor import UseCaseContext
from booking_domain.shared.languages import LANGUAGES
from booking_domain.shared.money import Money
from booking_domain.testing.memory import MemoryNotifier
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.bookings.idea_messages import EXCERPT
from booking_domain.use_cases.bookings.ideas import (
    EditIdea,
    IdeaView,
    NewIdea,
    ShareIdea,
    delete_idea,
    edit_idea,
    share_idea,
)
from booking_domain.use_cases.messages.notify import notify
from entrypoints.languages.notices import GettextTranslator
from entrypoints.languages.values import values_of

PROVIDER, CUSTOMER = "Ink", "User 3"


async def share(
    studio: Studio, booking: Booking, *, by: Actor, text: str = "A swallow", estimate: int | None = None
) -> IdeaView:
    idea = NewIdea(content=IdeaContent(description=text, estimate_amount=estimate))
    return await studio.run(share_idea, ShareIdea(booking_id=booking.id, idea=idea), by=by)


async def notified(studio: Studio) -> list[tuple[str, str]]:
    """Who was told what, of all events about ideas; `to` is the address."""
    notifier = MemoryNotifier()
    for event in await studio.backend.outbox_events():
        if isinstance(event, IdeaChanged):
            await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    return [(each.to, each.text) for each in notifier.delivered]


async def address(studio: Studio, actor: Actor) -> str:
    user = await studio.reads.users.get(actor.id)
    assert user is not None
    assert user.email is not None
    return user.email


async def test_the_other_side_is_text_an_idea_and_of_the_estimate(studio: Studio) -> None:
    booking = await studio.book()
    owner, customer = await address(studio, studio.owner), await address(studio, studio.customer)
    await share(studio, booking, by=studio.customer)
    assert await notified(studio) == [(owner, f"{CUSTOMER} wrote about the booking: A swallow")]
    await share(studio, booking, by=studio.owner, text="Two sessions", estimate=40_000_000)
    estimate = Money(amount=40_000_000, currency="MNT")
    (_, (to, text)) = await notified(studio)
    assert (to, text.splitlines()[0]) == (customer, f"{PROVIDER} wrote about your booking: Two sessions")
    assert values_of("en")(estimate) in text


async def test_both_sides_are_told_of_an_idea_that_an_admin_changed(studio: Studio) -> None:
    booking = await studio.book()
    owner, customer = await address(studio, studio.owner), await address(studio, studio.customer)
    view = await share(studio, booking, by=studio.customer)
    edit = EditIdea(idea_id=view.idea.id, description="A crane.")
    changed = await studio.run(edit_idea, edit, by=studio.admin)
    assert (changed.idea.author_id, changed.idea.content.description) == (studio.customer.id, "A crane.")
    told = dict((await notified(studio))[-2:])
    assert told[customer] == "We changed your idea about the booking: A crane. Contact us if you disagree."
    assert told[owner] == f"We changed an idea of {CUSTOMER} about the booking: A crane."
    [entry] = await studio.reads.audit_log.page(AuditFilter(action="idea.edit", limit=9))
    assert (entry.actor, entry.subject) == (studio.admin, Subject("idea", view.idea.id))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A  swallow\n\non the arm", "A swallow on the arm"),
        ("word " * 30, "word " * 19 + "word…"),
        ("w" * 101, "w" * 99 + "…"),
        ("w" * EXCERPT, "w" * EXCERPT),
    ],
)
async def test_a_notification_has_the_beginning_of_the_idea(studio: Studio, text: str, shown: str) -> None:
    await share(studio, await studio.book(), by=studio.customer, text=text)
    [(_, text)] = await notified(studio)
    assert text == f"{CUSTOMER} wrote about the booking: {shown}"


async def test_the_other_side_is_told_that_an_idea_was_deleted(studio: Studio) -> None:
    view = await share(studio, await studio.book(), by=studio.customer)
    await studio.run(delete_idea, view.idea.id, by=studio.customer)
    assert await notified(studio) == [
        (await address(studio, studio.owner), f"{CUSTOMER} deleted an idea about the booking.")
    ]


async def test_both_sides_are_told_what_an_admin_deleted(studio: Studio) -> None:
    booking = await studio.book()
    view = await share(studio, booking, by=studio.customer)
    await studio.run(delete_idea, view.idea.id, by=studio.admin)
    assert dict(await notified(studio)) == {
        await address(studio, studio.customer): "We deleted your idea about the booking. Contact us if you disagree.",
        await address(studio, studio.owner): f"We deleted an idea of {CUSTOMER} about the booking.",
    }


async def test_both_sides_are_text_a_deleted_image(studio: Studio) -> None:
    view = await share(studio, await studio.book(), by=studio.owner)
    notifier = MemoryNotifier()
    context = UseCaseContext(actor=studio.admin, now=studio.clock.now(), entropy=studio.entropy)
    event = idea_event(IdeaImageDeleted, view.idea, context)
    await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    assert {each.to: each.text for each in notifier.delivered} == {
        await address(studio, studio.owner): (
            "We deleted an image of your idea about the booking. Contact us if you disagree."
        ),
        await address(studio, studio.customer): f"We deleted an image of an idea of {PROVIDER} about the booking.",
    }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_ideas_are_told_in_every_language(studio: Studio, language: str) -> None:
    async with studio.backend.begin() as tx:
        owner = await tx.users.lock(studio.owner.id)
        assert owner is not None
        await tx.users.save(owner.changed(locale=language))
    await share(studio, await studio.book(), by=studio.customer, text="777")
    [(_, text)] = await notified(studio)
    assert "777" in text
    assert CUSTOMER in text
    assert (text == f"{CUSTOMER} wrote about the booking: 777") == (language == "en")
