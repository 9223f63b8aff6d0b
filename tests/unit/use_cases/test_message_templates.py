"""The list of templates is complete, and its fields are known."""

import sys
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from booking_domain.notifications.notices import NoticeTemplate, names_in
from booking_domain.shared.events import Event
from booking_domain.use_cases.messages.declared import MESSAGE_TEMPLATES, MESSAGES, NOTICE_FIELDS, SILENT_EVENTS
from booking_domain.use_cases.messages.notify import NOTIFIED_EVENTS
from booking_domain.use_cases.messages.templates import fields_of
from booking_domain.use_cases.notices.fields import SHARED_FIELDS
from entrypoints.cli.messages import messages
from entrypoints.languages.catalogues import NOTICE


def test_every_text_of_a_notice_in_the_code_belongs_to_a_listed_template() -> None:
    listed = {text for each in MESSAGE_TEMPLATES.values() for text in (each.subject, each.text, *each.details)}
    assert listed == {text for context, text in messages() if context == NOTICE}
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("booking_domain.")]
    kept = [value for module in modules for value in vars(module).values()]
    kept += [each for value in kept if isinstance(value, Mapping) for each in value.values()]
    assert {each for each in kept if isinstance(each, NoticeTemplate)} <= set(MESSAGE_TEMPLATES.values())


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def test_somebody_is_notified_of_every_event_unless_it_is_listed_with_a_reason() -> None:
    named = [each for each in _below(Event) if each.__module__.startswith("booking_domain.") and hasattr(each, "topic")]
    events = {each for each in named if ".testing" not in each.__module__}
    assert events - NOTIFIED_EVENTS == set(SILENT_EVENTS)


def test_a_feature_declares_the_fields_that_only_its_templates_name_and_names_them_all() -> None:
    named: dict[str, set[int]] = {}
    for number, declared in enumerate(MESSAGES):
        own = {name for template in declared.templates.values() for name in fields_of(template)}
        assert set(declared.fields) <= own <= {*declared.fields, *SHARED_FIELDS}, declared.templates.keys()
        for name in own:
            named.setdefault(name, set()).add(number)
    assert {name for name, features in named.items() if len(features) > 1} == set(SHARED_FIELDS)
    assert set(named) == set(NOTICE_FIELDS)


def test_no_two_features_declare_the_same_key_or_field() -> None:
    assert len(MESSAGE_TEMPLATES) == sum(len(each.templates) for each in MESSAGES)
    assert len(NOTICE_FIELDS) == len(SHARED_FIELDS) + sum(len(each.fields) for each in MESSAGES)


def test_the_same_template_has_one_key_except_a_refund_that_providers_are_told_of_alike() -> None:
    uses = Counter(MESSAGE_TEMPLATES.values())
    assert {key for key, each in MESSAGE_TEMPLATES.items() if uses[each] > 1} == {
        "refund.made.to_provider",
        "refund.made_by_gateway.to_provider",
    }


def test_an_unknown_field_and_a_stray_brace_are_noticed() -> None:
    with pytest.raises(KeyError, match="pasword"):
        fields_of(NoticeTemplate(subject="Hello", text="{pasword}"))
    for broken in ("{provider", "provider}"):
        with pytest.raises(ValueError, match=r"expected|encountered"):
            list(names_in(broken))
