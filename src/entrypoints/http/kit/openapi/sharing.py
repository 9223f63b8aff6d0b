"""Makes the document small: what operations repeat becomes a component, to which they refer."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, Final

_SEPARATOR: Final = re.compile(r"[^A-Za-z0-9]+(\w)?")
_NOT_MODIFIED: Final = "304"
_FILTERS: Final = "query"

Operation = dict[str, Any]


def share(document: dict[str, Any]) -> None:
    """Move problems, 304 and parameters to the components."""
    components = document["components"]
    operations = [operation for item in document["paths"].values() for operation in item.values()]
    components["responses"] = _responses(operations)
    components["parameters"] = _parameters(operations)


def _responses(operations: list[Operation]) -> dict[str, Any]:
    """One response for each status; where an operation has other codes than most, its reference says which."""
    by_status: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for operation in operations:
        for status in operation["responses"]:
            if _NOT_MODIFIED <= status < "default":
                by_status[status].append(operation["responses"])
    found = {}
    for status, holders in sorted(by_status.items()):
        name = _name(HTTPStatus(int(status)).phrase)
        usual = Counter(holder[status]["description"] for holder in holders).most_common(1)[0][0]
        found[name] = {**holders[0][status], "description": usual}
        for holder in holders:
            description = holder[status]["description"]
            more = {} if description == usual else {"description": description}
            holder[status] = {"$ref": f"#/components/responses/{name}", **more}
    return found


def _parameters(operations: list[Operation]) -> dict[str, Any]:
    """The parameters of several operations, by name; those that only share their name, by their first operation too."""
    alike: defaultdict[str, list[Operation]] = defaultdict(list)
    for operation in operations:
        for parameter in operation["parameters"]:
            alike[_text(parameter)].append(operation)
    shared = {text: users for text, users in alike.items() if len(users) > 1}
    names = Counter(_base(json.loads(text)) for text in shared)
    named = dict(_named(shared, names))
    for operation in operations:
        operation["parameters"] = [
            {"$ref": f"#/components/parameters/{named[_text(each)]}"} if _text(each) in named else each
            for each in operation["parameters"]
        ]
    return {name: json.loads(text) for text, name in sorted(named.items(), key=lambda item: item[1])}


def _named(shared: dict[str, list[Operation]], names: Counter[str]) -> Iterator[tuple[str, str]]:
    for text, users in shared.items():
        base = _base(json.loads(text))
        yield text, base if names[base] == 1 else f"{base}Of{_name(users[0]['operationId'])}"


def _base(parameter: dict[str, Any]) -> str:
    return _name(parameter["name"]) + ("Filter" if parameter["in"] == _FILTERS else "")


def _text(parameter: dict[str, Any]) -> str:
    return json.dumps(parameter, sort_keys=True)


def _name(text: str) -> str:
    """The text in Pascal case."""
    return _SEPARATOR.sub(lambda found: (found[1] or "").upper(), f" {text}")
