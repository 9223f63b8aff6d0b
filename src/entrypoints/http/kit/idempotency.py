"""`Idempotency-Key`: a repeated request has one effect and gets the first response, byte for byte."""

import re
from collections.abc import Awaitable, Callable, Iterable
from hashlib import sha256
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.status_codes import HTTP_204_NO_CONTENT

from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor, StoredResponse, UseCase
from booking_domain.shared.idempotency import IdempotencyKey
from booking_domain.shared.ids import SessionId
from booking_domain.shared.processes import Process
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.etags import etag
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.refusals import invalid_input

HEADER: Final = "Idempotency-Key"
CONFIDENTIAL: Final = "the request or the answer contains what is stored only encrypted or hashed"
ONE_CODE: Final = "keys belong to accounts, and the caller may have none; a code is sent at most once a minute"
REPEATED: Final = "its sender repeats it without one, and a repetition has no effect"
COMPUTES: Final = "nothing is stored"
"""Why a POST takes no key; see `documented`."""
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

    async def ok(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        answer: Callable[[Result], msgspec.Struct],
    ) -> Response[Any]:
        """Run the use case and answer 200 with its result, and with an `ETag` if that has a version."""
        done = await self._run(use_case, command, lambda result: _encode(answer(result)))
        return _answered(done, 200, _tag(done.body))

    async def no_content(self, use_case: UseCase[Command, Repositories, Result], command: Command) -> Response[Any]:
        """Run the use case and answer 204."""
        return _answered(await self._run(use_case, command, lambda _: b""), 204, {})

    async def ok_after_commit(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        answer: Callable[[], Awaitable[Response[Any]]],
    ) -> Response[Any]:
        """Run the use case and answer with what is read after the commit.

        That answer is not stored: a repetition reads the resource as it is then.
        """
        done = await self._run(use_case, command, lambda _: b"")
        return _marked(await answer(), done)

    async def repeatable(
        self, process: Process[..., Result], *, answer: Callable[[], Awaitable[msgspec.Struct]], status: int
    ) -> Response[Any]:
        """Answer with what a process returns that is idempotent by itself; `answer` runs it."""
        key = await self._named()
        if key is None:
            done = StoredResponse(_encode(await answer()), replayed=False)
        else:
            actor: Actor = self._request.scope["user"]
            done = await self._executor.answer_once(process.action, lambda: _encoded(answer), actor=actor, key=key)
        return _answered(done, status, _tag(done.body))

    async def _run(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        answer: Callable[[Result], bytes],
    ) -> StoredResponse:
        scope = self._request.scope
        actor: Actor = scope["user"]
        session_id: SessionId | None = scope["auth"]
        key = await self._named()
        if key is None:
            result = await self._executor.run(use_case, command, actor=actor, session_id=session_id)
            return StoredResponse(answer(result), replayed=False)
        return await self._executor.run_once(
            use_case, command, actor=actor, session_id=session_id, key=key, answer=answer
        )

    async def _named(self) -> IdempotencyKey | None:
        scope = self._request.scope
        key = _key(scope["headers"])
        if key is None:
            return None
        sent = f"{scope['method']} {scope['path']}\n".encode() + await self._request.body()
        return IdempotencyKey(caller=scope["user"].id, key=key, fingerprint=sha256(sent).digest())


class _Versioned(msgspec.Struct):
    version: int | None = None


_version: Final = msgspec.json.Decoder(_Versioned).decode


def _tag(body: bytes) -> dict[str, str]:
    version = _version(body).version
    return {} if version is None else etag(version)


async def _encoded(answer: Callable[[], Awaitable[msgspec.Struct]]) -> bytes:
    return _encode(await answer())


def _answered(done: StoredResponse, status: int, headers: dict[str, str]) -> Response[Any]:
    body = done.body if status != HTTP_204_NO_CONTENT else None
    return _marked(Response(body, status_code=status, media_type=MediaType.JSON, headers=headers), done)


def _marked(response: Response[Any], done: StoredResponse) -> Response[Any]:
    if done.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


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
