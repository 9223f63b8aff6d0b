"""`Idempotency-Key`: a repeated request has one effect and gets the first response, byte for byte."""

import re
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor, StoredResponse, UseCase
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.workflows.ports import Repositories
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.refusals import invalid_input

HEADER: Final = "Idempotency-Key"
_VISIBLE: Final = re.compile(rb"[\x21-\x7e]{1,255}")

Command = TypeVar("Command")
Result = TypeVar("Result")
_encode: Final = msgspec.json.Encoder().encode


class IdempotentRunner:
    """Runs a use case for the caller, at most once per idempotency key."""

    def __init__(self, request: Request[Any, Any, Any], executor: Executor[Repositories]) -> None:
        self._request = request
        self._executor = executor

    async def created(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        answer: Callable[[Result], msgspec.Struct],
        headers: Callable[[bytes], dict[str, str]] | None = None,
    ) -> Response[Any]:
        """Run the use case and answer 201 with its result; `headers` derives headers from the body."""
        done = await self._run(use_case, command, lambda result: _encode(answer(result)))
        return _answered(done, 201, {} if headers is None else headers(done.body))

    async def done(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        answer: Callable[[Result], msgspec.Struct],
    ) -> Response[Any]:
        """Run the use case and answer 200 with its result."""
        return _answered(await self._run(use_case, command, lambda result: _encode(answer(result))), 200, {})

    async def _run(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        answer: Callable[[Result], bytes],
    ) -> StoredResponse:
        actor: Actor = self._request.scope["user"]
        key = _key(self._request.scope["headers"])
        if key is None:
            return StoredResponse(answer(await self._executor.run(use_case, command, actor=actor)), replayed=False)
        fingerprint = await self._fingerprint()
        named = IdempotencyKey(caller=actor.id, key=key, fingerprint=fingerprint)
        return await self._executor.run_once(use_case, command, actor=actor, key=named, answer=answer)

    async def _fingerprint(self) -> bytes:
        scope = self._request.scope
        return sha256(f"{scope['method']} {scope['path']}\n".encode() + await self._request.body()).digest()


def _answered(done: StoredResponse, status: int, headers: dict[str, str]) -> Response[Any]:
    if done.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(done.body, status_code=status, media_type=MediaType.JSON, headers=headers)


def provide_idempotent_runner(
    request: Request[Any, Any, Any], executor: Injected[Executor[Repositories]]
) -> IdempotentRunner:
    """Provide `runner`."""
    return IdempotentRunner(request, executor)


def _key(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    keys = [value for name, value in headers if name == b"idempotency-key"]
    if not keys:
        return None
    if len(keys) > 1 or not _VISIBLE.fullmatch(keys[0]):
        raise invalid_input(f"/header/{HEADER}", "One key of 1 to 255 visible ASCII characters.")
    return keys[0].decode()
