"""Reviews: their lifecycle, the rating that they add up to, and the use cases in memory."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.use_cases.test_remind import Desk

from booking_domain.bookings.model import Booking
from booking_domain.bookings.transitions import Status
from booking_domain.catalogue.model import Rating
from booking_domain.catalogue.salons import Salon
from booking_domain.identity.sessions import Client
from booking_domain.notifications.ports import NotificationFilter
from booking_domain.reviews.events import ReviewChanged
from booking_domain.reviews.model import (
    EDITABLE_FOR,
    MAX_REPLY,
    MAX_TEXT,
    REVIEW_LIFECYCLE,
    HideReason,
    InvalidReviewTransition,
    NotAVisit,
    NotImpartial,
    NotReviewable,
    NotYourReview,
    Review,
    ReviewAction,
    ReviewExists,
    ReviewId,
    ReviewNotFound,
    ReviewParty,
    ReviewStatus,
    TooLateToEdit,
)
from booking_domain.reviews.policy import DECISIVE, BurstRule, Tie, Visit, counted, is_impartial
from booking_domain.reviews.ports import ReviewFilter, ReviewOrder
from booking_domain.shared.actor import Actor, Role
from booking_domain.shared.errors import InvalidValue, NotPermitted, StaleVersion
from booking_domain.shared.ids import BookingId, ProviderId, SalonId, UserId
from booking_domain.shared.lifecycle import NotYourMove
from booking_domain.shared.money import Money
from booking_domain.testing.builders import HOUR, NOW, TOMORROW, Builder, terms
from booking_domain.testing.studio import Studio
from booking_domain.use_cases.catalogue.profile_review import edit_profile
from booking_domain.use_cases.catalogue.profiles import ProfileChange, TermsChange, open_profile
from booking_domain.use_cases.catalogue.publication import delete_own_profile
from booking_domain.use_cases.messages.notify import notify
from booking_domain.use_cases.messages.send_messages import StoringNotifier
from booking_domain.use_cases.reviews.commands import (
    EditReview,
    HideReview,
    PostReview,
    ReplyToReview,
    edit_review,
    get_review,
    hide_review,
    list_own_reviews,
    list_provider_reviews,
    list_reviews,
    post_review,
    publish_review,
    reply_to_review,
    restore_review,
)
from entrypoints.languages.notices import GettextTranslator

REVIEW: Final = Review(
    id=ReviewId(UUID(int=1)),
    booking_id=BookingId(UUID(int=2)),
    provider_id=ProviderId(UUID(int=3)),
    provider_user_id=UserId(UUID(int=4)),
    author_id=UserId(UUID(int=5)),
    rating=4,
    created_at=NOW,
)
MOVES: Final = {
    ("held", "edit", "author"): "held",
    ("held", "publish", "admin"): "published",
    ("held", "hide", "admin"): "hidden",
    ("published", "edit", "author"): "published",
    ("published", "reply", "provider"): "published",
    ("published", "hide", "admin"): "hidden",
    ("hidden", "restore", "admin"): "published",
}
"""Written by hand."""
LAST_MOMENT: Final = NOW + EDITABLE_FOR - timedelta(microseconds=1)


@pytest.mark.parametrize(("status", "action", "party"), [*product(ReviewStatus, ReviewAction, ReviewParty)])
def test_the_lifecycle_is_the_table_written_by_hand(
    status: ReviewStatus, action: ReviewAction, party: ReviewParty
) -> None:
    to = MOVES.get((status, action, party))
    if to is not None:
        assert REVIEW_LIFECYCLE.advance(status, action, party) == to
        return
    exists = any(move[:2] == (status, action) for move in MOVES)
    with pytest.raises(NotYourMove if exists else InvalidReviewTransition):
        REVIEW_LIFECYCLE.advance(status, action, party)


def test_an_author_edits_until_14_days_have_passed() -> None:
    edited = REVIEW.edit(rating=2, now=LAST_MOMENT)
    assert (edited.rating, edited.text, edited.edited_at, edited.version) == (2, "", LAST_MOMENT, 2)
    assert REVIEW.edit(text="Fine", now=NOW).text == "Fine"
    with pytest.raises(TooLateToEdit):
        REVIEW.edit(rating=2, now=NOW + EDITABLE_FOR)


def test_a_hidden_review_is_neither_edited_nor_replied_to() -> None:
    hidden = REVIEW.hide(HideReason.ABUSE, "Insults")
    assert (hidden.status, hidden.hide_reason, hidden.hide_note) == (
        ReviewStatus.HIDDEN,
        HideReason.ABUSE,
        "Insults",
    )
    with pytest.raises(InvalidReviewTransition):
        hidden.edit(rating=1, now=NOW)
    with pytest.raises(InvalidReviewTransition):
        hidden.reply_with("Thanks", now=NOW)
    with pytest.raises(InvalidReviewTransition):
        hidden.hide(HideReason.SPAM)
    restored = hidden.restore()
    assert (restored.status, restored.hide_reason, restored.hide_note) == (ReviewStatus.PUBLISHED, None, "")


@pytest.mark.parametrize(
    "values", [{"rating": 0}, {"rating": 6}, {"text": "x" * (MAX_TEXT + 1)}, {"reply": "x" * (MAX_REPLY + 1)}]
)
def test_stars_and_lengths_are_bounded(values: dict[str, object]) -> None:
    with pytest.raises(InvalidValue):
        Review(**{**{name: getattr(REVIEW, name) for name in REVIEW.__slots__}, **values})


def test_an_empty_reply_is_refused() -> None:
    with pytest.raises(InvalidValue):
        REVIEW.reply_with("  ", now=NOW)


@given(
    chosen=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(ReviewStatus), st.booleans(), st.integers(1, 5)), max_size=30
    ),
    data=st.data(),
)
def test_of_each_author_the_newest_public_review_counts_if_the_author_is_impartial(
    chosen: list[tuple[int, ReviewStatus, bool, int]], data: st.DataObject
) -> None:
    reviews = [
        replace(
            REVIEW,
            id=ReviewId(UUID(int=number)),
            author_id=UserId(UUID(int=author)),
            status=status,
            impartial=impartial,
            rating=stars,
        )
        for number, (author, status, impartial, stars) in enumerate(chosen)
    ]
    found = counted(data.draw(st.permutations(reviews)))
    assert len({each.author_id for each in found}) == len(found)
    for review in reviews:
        if review.status is ReviewStatus.PUBLISHED and review.impartial:
            [newest] = [each for each in found if each.author_id == review.author_id]
            assert newest.id.int >= review.id.int
        else:
            assert review not in found


@given(ties=st.frozensets(st.sampled_from(Tie)))
def test_a_decisive_tie_refuses_a_review_and_another_one_does_not_count(ties: frozenset[Tie]) -> None:
    if ties & DECISIVE:
        with pytest.raises(NotImpartial) as refused:
            is_impartial(ties)
        assert not any(tie.value in str(refused.value) for tie in Tie)  # the author does not learn which
        return
    assert is_impartial(ties) is (ties == frozenset())


@pytest.mark.parametrize("wrong", [{"entered_late": True}, {"minutes": 59}, {"has_price": False}])
def test_what_the_staff_could_invent_is_no_visit(wrong: dict[str, Any]) -> None:
    visit = Visit(placed_by_staff=True, entered_late=False, minutes=60, shortest_minutes=60, has_price=True)
    visit.require()
    with pytest.raises(NotAVisit):
        replace(visit, **wrong).require()
    replace(visit, placed_by_staff=False, **wrong).require()


AGES: Final = st.lists(st.timedeltas(timedelta(), timedelta(days=30)), max_size=20)
RULES: Final = st.builds(
    BurstRule,
    most=st.integers(1, 15),
    most_of_young=st.integers(0, 15),
    young=st.timedeltas(timedelta(), timedelta(days=30)),
)


@given(rule=RULES, ages=AGES, age=st.timedeltas(timedelta(), timedelta(days=30)), more=AGES)
def test_a_burst_is_held_and_more_reviews_never_release_one(
    rule: BurstRule, ages: list[timedelta], age: timedelta, more: list[timedelta]
) -> None:
    young = [each for each in ages if each < rule.young]
    crowd = age < rule.young and len(young) >= rule.most_of_young
    assert rule.holds(age, ages) is (len(ages) >= rule.most or crowd)
    if rule.holds(age, ages):
        assert rule.holds(age, [*ages, *more])
        assert rule.holds(min(age, *ages, age), ages)


@given(count=st.integers(1, 10_000), data=st.data())
def test_a_score_lies_between_the_prior_and_the_average(count: int, data: st.DataObject) -> None:
    total = data.draw(st.integers(count, 5 * count))
    rating = Rating(count=count, total=total)
    assert rating.average == round(total / count, 2)
    low, high = sorted((4_000_000, 1_000_000 * total // count))
    assert low <= rating.score <= high + 1
    assert Rating(count=count + 1, total=total + 5).score >= rating.score


def test_without_reviews_the_score_is_the_prior() -> None:
    assert (Rating().average, Rating().score) == (None, 4_000_000)


FREE: Final = Money.of(0, "MNT")


async def opened() -> Studio:
    """A studio that asks for no deposit."""
    return await Studio.opened(terms=terms(deposit=FREE))


async def completed(studio: Studio, hour: int = 0) -> Booking:
    """A booking of the customer that took place; the clock is after its start."""
    slot = TOMORROW + hour * HOUR
    booking = await studio.book(slot)
    studio.clock.set(slot + HOUR)
    return await studio.move(booking, Status.COMPLETED, by=studio.owner)


async def posted(studio: Studio, rating: int = 5) -> Review:
    """A review of a new booking."""
    booking = await completed(studio)
    command = PostReview(booking_id=booking.id, rating=rating, text="Fine lines")
    return (await studio.run(post_review, command, by=studio.customer)).review


async def rating(studio: Studio) -> Rating:
    """The rating on the provider's profile."""
    view = await studio.reads.providers.get(studio.provider_id)
    assert view is not None
    return view.profile.rating


async def topics(studio: Studio) -> list[str]:
    """The topics of the events of reviews."""
    return [each.topic for each in await studio.backend.outbox_events() if each.topic.startswith("review.")]


async def test_a_customer_reviews_a_completed_booking_once() -> None:
    studio = await opened()
    review = await posted(studio, rating=4)
    assert await rating(studio) == Rating(count=1, total=4)
    assert await topics(studio) == ["review.posted"]
    with pytest.raises(ReviewExists):
        await studio.run(post_review, PostReview(booking_id=review.booking_id, rating=1), by=studio.customer)
    assert await rating(studio) == Rating(count=1, total=4)


async def test_only_the_customer_of_a_completed_booking_can_review_it() -> None:
    studio = await opened()
    pending = await studio.book(TOMORROW + 4 * HOUR)
    stranger = await studio.joined()
    done = await completed(studio)
    for booking, actor in (
        (pending, studio.customer),
        (done, stranger),
        (done, studio.owner),
        (done, studio.admin),
    ):
        with pytest.raises(NotReviewable):
            await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=actor)


async def test_a_walk_in_has_no_review() -> None:
    studio = await opened()
    booking = await studio.book(by=studio.owner)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    with pytest.raises(NotReviewable):
        await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=studio.owner)


async def test_of_two_reviews_of_an_author_the_newer_counts_and_the_older_stays() -> None:
    studio = await opened()
    bookings = [await completed(studio, hour) for hour in range(2)]
    older, newer = [
        (await studio.run(post_review, PostReview(booking_id=booking.id, rating=stars), by=studio.customer)).review
        for booking, stars in zip(bookings, (1, 4), strict=True)
    ]
    assert await rating(studio) == Rating(count=1, total=4)
    public = await list_provider_reviews(studio.provider_id, ReviewOrder.NEWEST, None, 10, studio.reads.reviews)
    assert [view.review for view in public] == [newer, older]
    await studio.run(edit_review, EditReview(review_id=older.id, rating=2), by=studio.customer)
    assert await rating(studio) == Rating(count=1, total=4)
    await studio.run(hide_review, HideReview(review_id=newer.id, reason=HideReason.SPAM), by=studio.admin)
    assert await rating(studio) == Rating(count=1, total=2)
    await studio.run(restore_review, newer.id, by=studio.admin)
    assert await rating(studio) == Rating(count=1, total=4)


async def test_an_appointment_that_was_entered_after_it_began_has_no_review() -> None:
    studio = await opened()
    studio.clock.set(TOMORROW + HOUR / 2)
    booking = await studio.book(TOMORROW, by=studio.owner, customer=studio.customer)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    with pytest.raises(NotAVisit):
        await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=studio.customer)


async def test_an_appointment_that_was_entered_in_time_has_one() -> None:
    studio = await opened()
    booking = await studio.book(TOMORROW, by=studio.owner, customer=studio.customer)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=studio.customer)
    assert await rating(studio) == Rating(count=1, total=5)


async def crowd(studio: Studio, number: int) -> list[Review]:
    """Reviews of so many new customers, one after the other."""
    people = [await studio.joined() for _ in range(number)]
    bookings = [await studio.book(TOMORROW + hour * HOUR, by=person) for hour, person in enumerate(people)]
    studio.clock.set(TOMORROW + number * HOUR)
    for booking in bookings:
        await studio.move(booking, Status.COMPLETED, by=studio.owner)
    return [
        (await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=person)).review
        for person, booking in zip(people, bookings, strict=True)
    ]


async def test_a_crowd_of_new_accounts_is_held_until_an_admin_publishes_or_hides_each() -> None:
    studio = await opened()
    most = BurstRule().most_of_young
    *public, held, other = await crowd(studio, most + 2)
    assert {each.status for each in public} == {ReviewStatus.PUBLISHED}
    assert (held.status, other.status) == (ReviewStatus.HELD, ReviewStatus.HELD)
    assert await rating(studio) == Rating(count=most, total=5 * most)
    assert await topics(studio) == ["review.posted"] * most + ["review.held"] * 2
    reads = studio.reads.reviews
    author = Actor(held.author_id, Role.CUSTOMER)
    for side in (author, studio.owner, studio.admin):
        assert (await get_review(side, held.id, reads)).review == held
    for unseen in (None, studio.customer):
        with pytest.raises(ReviewNotFound):
            await get_review(unseen, held.id, reads)
    with pytest.raises(ReviewNotFound):
        await studio.run(edit_review, EditReview(review_id=held.id, rating=1), by=studio.customer)
    with pytest.raises(InvalidReviewTransition):
        await studio.run(reply_to_review, ReplyToReview(review_id=held.id, text="Thanks"), by=studio.owner)
    for each in (studio.owner, author):
        with pytest.raises(NotPermitted):
            await studio.run(publish_review, held.id, by=each)
    edited = await studio.run(edit_review, EditReview(review_id=held.id, rating=3), by=author)
    assert edited.status is ReviewStatus.HELD
    assert await rating(studio) == Rating(count=most, total=5 * most)

    published = await studio.run(publish_review, held.id, by=studio.admin)
    assert published.status is ReviewStatus.PUBLISHED
    assert await rating(studio) == Rating(count=most + 1, total=5 * most + 3)
    with pytest.raises(InvalidReviewTransition):
        await studio.run(publish_review, held.id, by=studio.admin)
    await studio.run(hide_review, HideReview(review_id=other.id, reason=HideReason.FAKE), by=studio.admin)
    assert await rating(studio) == Rating(count=most + 1, total=5 * most + 3)
    assert (await topics(studio))[-2:] == ["review.published", "review.hidden"]


async def test_both_sides_and_the_admins_are_told_of_a_held_review_and_of_its_publication() -> None:
    desk = Desk(await opened())
    studio = desk.studio
    *_, held = await crowd(studio, BurstRule().most_of_young + 1)
    notified: dict[str, set[tuple[UserId, str]]] = {}
    await studio.run(publish_review, held.id, by=studio.admin)
    published = await studio.reads.reviews.get(held.id)
    assert published is not None
    for status in (ReviewStatus.HELD, ReviewStatus.PUBLISHED):  # as the review stood when the worker ran
        async with studio.backend.begin() as tx:
            now = await tx.reviews.lock(held.id)
            assert now is not None
            await tx.reviews.save(replace(now, status=status, version=now.version + 1), was=now)
        notifier = StoringNotifier(studio.executor, studio.reads.external_identities)
        for event in await studio.backend.outbox_events():
            if isinstance(event, ReviewChanged) and event.review_id == held.id:
                await notify(event, reads=studio.reads, notifier=notifier, translator=GettextTranslator("en"))
    for user_id in (held.author_id, studio.owner.id, studio.admin.id):
        for each in await studio.reads.notifications.page(NotificationFilter(user_id=user_id)):
            notified.setdefault(each.type, set()).add((user_id, each.subject))
    name = published.author_name
    assert notified == {
        "review.held": {
            (held.author_id, "Your review waits for a check"),
            (studio.owner.id, "A review of you waits for a check"),
            (studio.admin.id, "Review to check, of a provider: “Ink”"),
        },
        "review.published": {
            (held.author_id, "Your review is public"),
            (studio.owner.id, f"New review by a customer: “{name}”"),
        },
    }


async def test_old_accounts_are_held_only_above_the_limit_of_all() -> None:
    studio = await Studio.opened(
        terms=terms(deposit=FREE), ports=(BurstRule(most=4, most_of_young=0, young=timedelta()),)
    )
    *public, held = await crowd(studio, 5)
    assert ({each.status for each in public}, held.status) == ({ReviewStatus.PUBLISHED}, ReviewStatus.HELD)


async def salon_of(studio: Studio, manager: Actor, phone: str = "") -> None:
    """A salon whose member the provider is."""
    salon = Salon(
        id=SalonId(UUID(int=9)), manager_id=manager.id, name="Nomad", time_zone="UTC", phone=phone, created_at=NOW
    )
    async with studio.backend.begin() as tx:
        await tx.salons.add(salon)
        await tx.salons.lock(salon.id)
        await tx.calendars.lock_provider_of(studio.owner.id)
        await tx.salons.add_member(salon.id, studio.provider_id)


async def test_the_salons_manager_cannot_review_its_member() -> None:
    studio = await opened()
    manager = await studio.joined(Role.MANAGER)
    booking = await studio.book(by=manager)
    await salon_of(studio, manager)
    studio.clock.set(TOMORROW + HOUR)
    await studio.move(booking, Status.COMPLETED, by=studio.owner)
    with pytest.raises(NotImpartial):
        await studio.run(post_review, PostReview(booking_id=booking.id, rating=5), by=manager)
    assert await rating(studio) == Rating()


async def test_a_review_from_the_providers_device_is_public_and_does_not_count() -> None:
    studio = await opened()
    make, client = Builder(), Client.seen("203.0.113.7", "Firefox 140 on a shared laptop")
    async with studio.backend.begin() as tx:
        for person in (studio.owner, studio.customer):
            user = await tx.users.get(person.id)
            assert user is not None
            await tx.sessions.add(replace(make.session(user), client=client))
    review = await posted(studio)
    assert (review.status, review.impartial) == (ReviewStatus.PUBLISHED, False)
    assert await rating(studio) == Rating()
    assert (await get_review(None, review.id, studio.reads.reviews)).review == review


async def test_an_edit_changes_the_rating() -> None:
    studio = await opened()
    review = await posted(studio)
    edited = await studio.run(edit_review, EditReview(review_id=review.id, rating=2), by=studio.customer)
    assert (edited.rating, edited.text) == (2, "Fine lines")
    assert await rating(studio) == Rating(count=1, total=2)
    assert await topics(studio) == ["review.posted"]
    with pytest.raises(StaleVersion):
        stale = EditReview(review_id=review.id, rating=1, expected_version=review.version)
        await studio.run(edit_review, stale, by=studio.customer)
    with pytest.raises(NotYourReview):
        await studio.run(edit_review, EditReview(review_id=review.id, rating=1), by=await studio.joined())


async def test_only_the_reviewed_provider_replies() -> None:
    studio = await opened()
    review = await posted(studio)
    reply = ReplyToReview(review_id=review.id, text="Thank you")
    other = await studio.joined(Role.PROVIDER)
    with pytest.raises(NotYourReview):
        await studio.run(reply_to_review, reply, by=other)
    with pytest.raises(NotPermitted):
        await studio.run(reply_to_review, reply, by=studio.customer)
    assert (await studio.run(reply_to_review, reply, by=studio.owner)).reply == "Thank you"
    assert await topics(studio) == ["review.posted", "review.replied"]


async def test_a_hidden_review_is_for_its_author_and_admins_and_does_not_count() -> None:
    studio = await opened()
    review = await posted(studio)
    hide = HideReview(review_id=review.id, reason=HideReason.FAKE, note="Another studio")
    with pytest.raises(NotPermitted):
        await studio.run(hide_review, hide, by=studio.owner)
    hidden = await studio.run(hide_review, hide, by=studio.admin)
    assert hidden.status is ReviewStatus.HIDDEN
    assert await rating(studio) == Rating()
    reads = studio.reads.reviews
    for actor in (studio.customer, studio.admin):
        assert (await get_review(actor, review.id, reads)).review == hidden
    for unseen in (None, studio.owner, await studio.joined()):
        with pytest.raises(ReviewNotFound):
            await get_review(unseen, review.id, reads)
    with pytest.raises(ReviewNotFound):
        await studio.run(reply_to_review, ReplyToReview(review_id=review.id, text="No"), by=studio.owner)
    assert await list_provider_reviews(studio.provider_id, ReviewOrder.NEWEST, None, 10, reads) == []
    assert [view.review for view in await list_own_reviews(studio.customer, None, 10, reads)] == [hidden]

    restored = await studio.run(restore_review, review.id, by=studio.admin)
    assert restored.status is ReviewStatus.PUBLISHED
    assert await rating(studio) == Rating(count=1, total=5)
    assert await topics(studio) == ["review.posted", "review.hidden", "review.restored"]
    assert (await get_review(None, review.id, reads)).review == restored


async def test_only_moderators_list_all_reviews() -> None:
    studio = await opened()
    review = await posted(studio)
    reads = studio.reads.reviews
    assert [view.review for view in await list_reviews(studio.admin, ReviewFilter(), reads)] == [review]
    with pytest.raises(NotPermitted):
        await list_reviews(studio.owner, ReviewFilter(), reads)


async def test_a_profile_keeps_its_rating_when_it_is_edited_or_deleted_and_opened_again() -> None:
    studio = await opened()
    await posted(studio, rating=3)
    edited = await studio.run(edit_profile, ProfileChange(bio="Ornament", terms=TermsChange()), by=studio.owner)
    assert edited.profile.rating.average == 3.0
    await studio.run(delete_own_profile, None, by=studio.owner)
    again = await studio.run(open_profile, ProfileChange(display_name="Ink", terms=TermsChange()), by=studio.owner)
    assert again.profile.rating.average == 3.0


async def test_a_review_is_asked_for_a_day_after_the_completion_unless_it_is_posted() -> None:
    desk = Desk(await opened())
    studio = desk.studio
    bookings = [await completed(studio, hour) for hour in range(3)]
    await studio.run(post_review, PostReview(booking_id=bookings[2].id, rating=5), by=studio.customer)
    at = studio.clock.now() + timedelta(days=1)
    subjects = [each.subject for each in await desk.at(at) if "how was it?" in each.subject]
    assert sorted(subjects) == sorted(f"Booking {each.reference}: how was it?" for each in bookings[:2])
    for days in (1, 2, 3, 4):
        assert await desk.at(at + timedelta(days=days)) == []
