"""What is recommended: by rules that never forget, repeat or buy."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking_domain.search.recommendations import (
    Around,
    KnownProvider,
    Reason,
    Recommendation,
    Signals,
    Tastes,
    again_points,
    phrases_of,
    recommended,
)
from booking_domain.shared.ids import ProviderId
from booking_domain.testing.builders import NOW

IDS = [ProviderId(UUID(int=number)) for number in range(1, 9)]
A_DAY = timedelta(days=1)
known = st.builds(
    lambda each, times, days: KnownProvider(
        provider_id=each, times=times, last_at=NOW - days * A_DAY if times else None
    ),
    st.sampled_from(IDS),
    st.integers(0, 9),
    st.integers(0, 365),
)
signals = st.builds(
    Signals,
    known=st.lists(known, max_size=6, unique_by=lambda each: each.provider_id).map(tuple),
    similar=st.dictionaries(st.sampled_from(IDS), st.integers(0, 3_000)),
    around=st.dictionaries(st.sampled_from(IDS), st.builds(Around, st.integers(0, 500), st.integers(0, 4))),
)


@given(signals, st.integers(1, 10))
def test_everybody_is_recommended_once_in_order_and_for_a_reason(given_: Signals, limit: int) -> None:
    found = recommended(given_, NOW, limit)
    ids = [each.provider_id for each in found]
    been = {each.provider_id for each in given_.known if each.last_at}
    assert len(set(ids)) == len(ids) <= limit
    ranked = [(each.provider_id not in been, -each.points) for each in found]
    assert ranked == sorted(ranked)
    for each in found:
        if each.reason is Reason.BOOK_AGAIN:
            assert each.provider_id in been
        elif each.reason is Reason.SIMILAR:
            assert given_.similar[each.provider_id] > 0
        else:
            assert given_.around[each.provider_id] > (0, 0)
    shown_again = len(been.intersection(ids))
    assert shown_again <= max((limit + 1) // 2, limit - len(set(ids) - been))
    if len(ids) < limit:
        assert been <= set(ids)


@given(st.integers(1, 9), st.integers(0, 365))
def test_more_and_later_visits_never_count_less(times: int, days: int) -> None:
    points = again_points(times, days * A_DAY)
    assert again_points(times + 1, days * A_DAY) >= points >= again_points(times, (days + 1) * A_DAY) >= 0


def test_the_reason_is_what_speaks_most() -> None:
    one, two, three, four = IDS[:4]
    found = recommended(
        Signals(
            known=(KnownProvider(provider_id=one, times=4, last_at=NOW), KnownProvider(provider_id=two)),
            similar={two: 600, three: 30},
            around={three: Around(customers=1, styles=2), four: Around(customers=20)},
        ),
        NOW,
        9,
    )
    assert [(each.provider_id, each.reason) for each in found] == [
        (one, Reason.BOOK_AGAIN),
        (two, Reason.SIMILAR),
        (three, Reason.STYLE),
        (four, Reason.POPULAR),
    ]


def test_those_to_book_again_leave_room_for_others() -> None:
    been = tuple(KnownProvider(provider_id=each, times=4, last_at=NOW) for each in IDS[:5])
    around = {each: Around(customers=1) for each in IDS[5:]}
    shown = {each.provider_id for each in recommended(Signals(known=been, around=around), NOW, 4)}
    assert shown == {*IDS[:2], *IDS[5:7]}
    alone = recommended(Signals(known=been), NOW, 4)
    assert alone == [Recommendation(provider_id=each, reason=Reason.BOOK_AGAIN, points=400) for each in IDS[:4]]


def test_tastes_have_the_styles_of_known_providers_and_the_words_of_ideas() -> None:
    here = KnownProvider(provider_id=IDS[0], times=1, last_at=NOW - A_DAY, styles=("realism",), lat=1.0, lon=2.0)
    nowhere = replace(here, provider_id=IDS[1], last_at=NOW, styles=(), lat=None, lon=None)
    tastes = Tastes(known=(here, nowhere), ideas=("A Fine-line, swallow!",))
    assert set(tastes.styles) >= {"realism", "fine-line", "a fine-line swallow"}
    assert tastes.place == (1.0, 2.0)
    assert Tastes().place is None
    assert list(phrases_of("؟ ...")) == []
