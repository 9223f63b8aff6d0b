"""The name that others see, and the given and family names, follow one another."""

from typing import Any

import pytest

from booking_domain.identity.names import MAX_NAME, Names, full_name


@pytest.mark.parametrize(
    ("given", "family", "locale", "name"),
    [
        ("Dorj", "Bat-Erdene", "en", "Dorj Bat-Erdene"),
        ("Dorj", "Bat-Erdene", "en-GB", "Dorj Bat-Erdene"),
        ("Дорж", "Бат-Эрдэнэ", "mn", "Бат-Эрдэнэ Дорж"),
        ("Дорж", "Бат-Эрдэнийн", "mn-Cyrl-MN", "Бат-Эрдэнийн Дорж"),
        ("مریم", "کریمی", "fa", "مریم کریمی"),
        ("محمدرضا", "حسینی نژاد", "fa-IR", "محمدرضا حسینی نژاد"),
        ("Сарантуяа", None, "mn", "Сарантуяа"),
        (None, "کریمی", "fa", "کریمی"),
        (None, None, "mn", ""),
        ("x" * MAX_NAME, "y", "en", "x" * MAX_NAME),
        ("Dorj", "Bat", None, "Dorj Bat"),
    ],
)
def test_a_full_name_has_the_order_of_its_language(
    given: str | None, family: str | None, locale: str | None, name: str
) -> None:
    assert full_name(given, family, locale) == name


DORJ = Names("Бат Дорж", "Дорж", "Бат")


@pytest.mark.parametrize(
    ("before", "locale", "change", "after"),
    [
        # given and family name alone make the name
        (Names("Dorj"), "en", {"given_name": "Dorj", "family_name": "Bat"}, Names("Dorj Bat", "Dorj", "Bat")),
        (Names("Dorj"), "mn", {"given_name": "Дорж", "family_name": "Бат"}, DORJ),
        (Names("مریم"), "fa", {"given_name": "مریم", "family_name": "کریمی"}, Names("مریم کریمی", "مریم", "کریمی")),
        (DORJ, "mn", {"family_name": "Болд"}, Names("Болд Дорж", "Дорж", "Болд")),
        (DORJ, "mn", {"family_name": None}, Names("Дорж", "Дорж")),
        (DORJ, "en", {"given_name": "Dorj"}, Names("Dorj Бат", "Dorj", "Бат")),
        # a family name is no name to be called by
        (Names("Дорж"), "mn", {"family_name": "Бат"}, Names("Дорж", None, "Бат")),
        (DORJ, "mn", {"given_name": None}, Names("Бат Дорж", None, "Бат")),
        # what does not change, changes nothing
        (DORJ, "en", {"given_name": "Дорж"}, DORJ),
        (DORJ, "en", {}, DORJ),
        # a name of its own stays
        (Names("Дожоо", "Дорж", "Бат"), "mn", {"family_name": "Болд"}, Names("Дожоо", "Дорж", "Болд")),
        (Names("Dorj Bat", "Дорж", "Бат"), "en", {"name": "Bat Dorj"}, Names("Bat Dorj", "Дорж", "Бат")),
        # a new name keeps what it contains, also as an initial, and ends the rest
        (DORJ, "mn", {"name": "Б.Дорж"}, Names("Б.Дорж", "Дорж", "Бат")),
        (DORJ, "mn", {"name": "Дорж"}, Names("Дорж", "Дорж")),
        (DORJ, "en", {"name": "Saraa"}, Names("Saraa")),
        (Names("Ali Karimi", "Ali", "Karimi"), "en", {"name": "ALI KARIMI"}, Names("ALI KARIMI", "Ali", "Karimi")),
        # who says all of them is believed
        (DORJ, "mn", {"name": "Дожоо", "given_name": "Дориг"}, Names("Дожоо", "Дориг", "Бат")),
        (Names("x"), "en", {"name": "Joe", "given_name": "Joseph", "family_name": "Li"}, Names("Joe", "Joseph", "Li")),
    ],
)
def test_names_follow_one_another(before: Names, locale: str, change: dict[str, Any], after: Names) -> None:
    assert before.changed(**change, locale=locale) == after
