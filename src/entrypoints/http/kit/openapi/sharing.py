"""Makes the document small: what operations repeat becomes a component, to which they refer."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

_SEPARATOR: Final = re.compile(r"[^A-Za-z0-9]+(\w)?")
_FIRST_PROBLEM: Final = "300"


def share(document: dict[str, Any]) -> None:
    """Move parameters, responses that are no success, and examples of problems to the components."""
    components = document["components"]
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    components["examples"] = _examples(operations)
    answers = [
        (operation["responses"], status)
        for operation in operations
        for status in operation["responses"]
        if status >= _FIRST_PROBLEM
    ]
    components["responses"] = _shared("responses", answers, _name_of_answer)
    parameters = [
        (operation["parameters"], at) for operation in operations for at in range(len(operation["parameters"]))
    ]
    components["parameters"] = _shared("parameters", parameters, lambda found, _: _name(found["name"]))


def _examples(operations: list[dict[str, Any]]) -> dict[str, Any]:
    """One example of each problem."""
    found = {}
    for content in _problems(operations):
        for code, example in content["examples"].items():
            found[_name(code)] = example
            content["examples"][code] = {"$ref": f"#/components/examples/{_name(code)}"}
    return dict(sorted(found.items()))


def _problems(operations: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for operation in operations:
        for status, answer in operation["responses"].items():
            if status >= _FIRST_PROBLEM:
                yield from answer.get("content", {}).values()


def _shared(kind: str, places: list[tuple[Any, Any]], name_of: Callable[[Any, Any], str]) -> dict[str, Any]:
    """Replace what stands at several places by references to one component; return the components."""
    alike: defaultdict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for holder, key in places:
        alike[json.dumps(holder[key], sort_keys=True)].append((holder, key))
    names: Counter[str] = Counter()
    found = {}
    for same in alike.values():
        if len(same) == 1:
            continue
        first, key = same[0]
        name = name_of(first[key], key)
        names[name] += 1
        name = name if names[name] == 1 else f"{name}_{names[name]}"
        found[name] = first[key]
        for holder, at in same:
            holder[at] = {"$ref": f"#/components/{kind}/{name}"}
    return dict(sorted(found.items()))


def _name_of_answer(answer: dict[str, Any], status: str) -> str:
    codes = [code for content in answer.get("content", {}).values() for code in content["examples"]]
    return _name(codes[0]) if len(codes) == 1 else f"Status{status}"


def _name(text: str) -> str:
    """The text in Pascal case."""
    return _SEPARATOR.sub(lambda found: (found[1] or "").upper(), f" {text}")
