"""Recognise the template of a finished message: `at most 500 characters` comes from `at most {most} characters`."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

LONGEST: Final = 1_000
"""Longer messages are not matched: no message of the platform is as long, and matching takes time."""
_PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)(?:![rsa])?(?::[^{}]*)?\}")


def placeholders(template: str) -> list[str]:
    """Return the placeholders of a template, as written, in alphabetical order.

    >>> placeholders("{price} is due at {start:%H:%M}, {} }")
    ['{price}', '{start:%H:%M}']
    """
    return sorted(found[0] for found in _PLACEHOLDER.finditer(template))


class Templates:
    """A set of templates; of several matches the one with the most literal characters wins."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._patterns = [
            (template, _pattern(template))
            for template in sorted(templates, key=_own_characters, reverse=True)
            if placeholders(template)
        ]

    def of(self, message: str) -> tuple[str, Mapping[str, str]] | None:
        """Return the template of a message and the values of its placeholders, or None if no template matches.

        >>> Templates(["at most {most} characters", "at most {n}"]).of("at most 500 characters")
        ('at most {most} characters', {'most': '500'})
        """
        if len(message) > LONGEST:
            return None
        for template, pattern in self._patterns:
            if (found := pattern.fullmatch(message)) is not None:
                return template, found.groupdict()
        return None


def _pattern(template: str) -> re.Pattern[str]:
    texts = _PLACEHOLDER.split(template)
    places = (f"(?P<{name}>.+?)" for name in texts[1::2])
    return re.compile("".join(map(str.__add__, map(re.escape, texts[::2]), (*places, ""))), re.DOTALL)


def _own_characters(template: str) -> int:
    return sum(map(len, _PLACEHOLDER.split(template)[::2]))
