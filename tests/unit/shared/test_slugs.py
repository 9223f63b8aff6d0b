"""Slugs: safe in addresses, and always of one id."""

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from booking_domain.shared.slugs import TAIL, slug_of, tail_in

NAMES = st.text(max_size=200) | st.text(alphabet="абвёйөүшщъьюя سلام چگونه\u200c -'ßæ1۲", max_size=100)


@given(name=NAMES, of=st.uuids())
def test_a_slug_is_short_and_safe_and_names_its_id(name: str, of: UUID) -> None:
    slug = slug_of(name, of)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", slug)
    assert len(slug) <= 70
    assert tail_in(slug) == of.hex[-TAIL:]


@given(name=NAMES, other=NAMES, of=st.uuids())
def test_a_former_name_has_the_same_end(name: str, other: str, of: UUID) -> None:
    assert tail_in(slug_of(name, of)) == tail_in(slug_of(other, of))
