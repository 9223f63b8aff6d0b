"""`run`: how handlers run use cases."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType

from booking_domain.shared.actor import Actor
from booking_domain.shared.executor import Executor, StoredResponse, UseCase
from booking_domain.shared.processes import Process
from booking_domain.use_cases.platform.ports import Repositories
from entrypoints.http.kit.etags import etag
from entrypoints.http.kit.idempotency import key_of, takes_key
from entrypoints.http.kit.injection import Injected

Command = TypeVar("Command")
Result = TypeVar("Result")
Answer = Callable[[Result], msgspec.Struct | None]
_encode: Final = msgspec.json.Encoder().encode


class Run:
    """Runs a use case for the caller of a request, in one transaction.

    Without options it returns the result. With `answer`, a projection of the result, it returns the response of the
    route, with an `ETag` if the answer has a version. With `then`, the response is what is read after the commit. Both
    have one effect for each `Idempotency-Key`, if the route takes one (`takes_key`); the answer is stored and repeated,
    but what `then` reads is as it is at the repetition.

    A process, which is idempotent by itself, has the function that performs it in place of a command. `actor` is who
    acts if it is not the caller. With `location`, the response has the address of what was made, below that of the
    request.
    """

    def __init__(self, request: Request[Any, Any, Any], executor: Executor[Repositories]) -> None:
        self._request = request
        self._executor = executor

    @overload
    async def __call__(
        self, use_case: UseCase[Command, Repositories, Result], command: Command, *, actor: Actor | None = None
    ) -> Result: ...

    @overload
    async def __call__(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        answer: Answer[Result],
        location: bool = False,
    ) -> Response[Any]: ...

    @overload
    async def __call__(
        self,
        use_case: UseCase[Command, Repositories, Result],
        command: Command,
        *,
        then: Callable[[], Awaitable[Response[Any]]],
    ) -> Response[Any]: ...

    @overload
    async def __call__(
        self, use_case: Process[..., Result], command: Callable[[], Awaitable[Result]], *, answer: Answer[Result]
    ) -> Response[Any]: ...

    async def __call__(
        self,
        use_case: UseCase[Any, Repositories, Any] | Process[..., Any],
        command: Any,
        *,
        actor: Actor | None = None,
        answer: Answer[Any] | None = None,
        then: Callable[[], Awaitable[Response[Any]]] | None = None,
        location: bool = False,
    ) -> Any:
        """Run a use case, or a process."""
        if isinstance(use_case, UseCase) and answer is None and then is None:
            session_id = self._request.scope["auth"] if actor is None else None
            return await self._executor.run(
                use_case, command, actor=actor or self._request.scope["user"], session_id=session_id
            )
        done = await self._stored(use_case, command, answer or nothing)
        if then is not None:
            response = await then()
        else:
            response = Response(
                done.body or None, media_type=MediaType.JSON, headers=self._headers(done.body, location=location)
            )
        if done.replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    async def _stored(
        self, use_case: UseCase[Any, Repositories, Any] | Process[..., Any], command: Any, answer: Answer[Any]
    ) -> StoredResponse:
        scope = self._request.scope
        actor: Actor = scope["user"]
        key = await key_of(self._request) if takes_key(scope["route_handler"]) else None
        if isinstance(use_case, Process):

            async def performed() -> bytes:
                return _encoded(answer(await command()))

            if key is None:
                return StoredResponse(await performed(), replayed=False)
            return await self._executor.answer_once(use_case.action, performed, actor=actor, key=key)
        if key is None:
            result = await self._executor.run(use_case, command, actor=actor, session_id=scope["auth"])
            return StoredResponse(_encoded(answer(result)), replayed=False)
        return await self._executor.run_once(
            use_case,
            command,
            actor=actor,
            session_id=scope["auth"],
            key=key,
            answer=lambda result: _encoded(answer(result)),
        )

    def _headers(self, body: bytes, *, location: bool) -> dict[str, str]:
        answered = _answered(body or b"{}")
        headers = {} if answered.version is None else etag(answered.version)
        if location:
            headers["Location"] = f"{self._request.scope['path'].rstrip('/')}/{answered.id}"
        return headers


def provide_run(request: Request[Any, Any, Any], executor: Injected[Executor[Repositories]]) -> Run:
    """Provide `run`."""
    return Run(request, executor)


def nothing(_result: object) -> None:
    """The answer of a route with the status 204."""


class _Answered(msgspec.Struct):
    id: str = ""
    version: int | None = None


_answered: Final = msgspec.json.Decoder(_Answered).decode


def _encoded(answer: msgspec.Struct | None) -> bytes:
    return b"" if answer is None else _encode(answer)
