"""Which expected versions match the current one."""

import pytest

from booking_domain.shared.errors import StaleVersion
from booking_domain.shared.versions import ExpectedVersion, require_expected_version


@pytest.mark.parametrize("expected", [None, 3, frozenset({3}), frozenset({1, 3, 9})])
def test_callers_who_saw_the_current_version_or_name_none_pass(expected: ExpectedVersion) -> None:
    require_expected_version(3, expected)


@pytest.mark.parametrize(
    ("expected", "named"), [(2, 2), (4, 4), (frozenset({2}), 2), (frozenset({1, 2, 4}), 4), (frozenset(), 0)]
)
def test_callers_who_saw_other_versions_are_refused(expected: ExpectedVersion, named: int) -> None:
    with pytest.raises(StaleVersion) as refused:
        require_expected_version(3, expected)
    assert refused.value.parameters == {"expected": named, "actual": 3}
