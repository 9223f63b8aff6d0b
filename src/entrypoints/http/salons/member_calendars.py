"""`/salons/{id}/members/{providerId}/blocks`, `…/rules` and `…/exceptions`: calendars of members, for the manager."""

from litestar import Response, delete, post, put
from litestar.params import FromPath, JSONBody

from booking_domain.shared.ids import BlockId, ExceptionId, ProviderId, SalonId
from booking_domain.shared.time import TimeRange
from booking_domain.use_cases.catalogue.member_calendars import (
    BlockMember,
    ExceptMember,
    RestoreMember,
    SetMemberRules,
    UnblockMember,
    block_member,
    except_member,
    restore_member,
    set_member_rules,
    unblock_member,
)
from booking_domain.use_cases.scheduling.calendars import AddBlock, SetRules
from entrypoints.http.availability.schemas import (
    ADD_BLOCK,
    ADD_EXCEPTION,
    SET_RULES,
    BlockBody,
    BlockJson,
    ExceptionBody,
    ExceptionJson,
    RulesBody,
    RulesJson,
    block_json,
    exception_json,
    rule_command,
    rules_json,
)
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.etags import IfMatch, etag, expected_version
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.running import Run


@post("/{salon_id:str}/members/{provider_id:str}/blocks", opt=documented(block_member, body=ADD_BLOCK))
async def add_member_block(
    salon_id: FromPath[SalonId], provider_id: FromPath[ProviderId], data: JSONBody[BlockBody], run: Injected[Run]
) -> Response[BlockJson]:
    """Add time off of a member, as the manager of the salon.

    No slot is offered in the range, and bookings in it stay. The member is notified, and sees the note.
    """
    block = AddBlock(range=TimeRange(data.start, data.end), note=data.note or "")
    return await run(
        block_member,
        BlockMember(salon_id=salon_id, provider_id=provider_id, block=block),
        answer=lambda added: block_json(added.block, added.time_zone),
    )


@delete("/{salon_id:str}/members/{provider_id:str}/blocks/{block_id:str}", opt=documented(unblock_member))
async def remove_member_block(
    salon_id: FromPath[SalonId], provider_id: FromPath[ProviderId], block_id: FromPath[BlockId], run: Injected[Run]
) -> None:
    """Remove time off of a member, as the manager of the salon. The member is notified."""
    await run(unblock_member, UnblockMember(salon_id=salon_id, provider_id=provider_id, block_id=block_id))


@put("/{salon_id:str}/members/{provider_id:str}/rules", opt=documented(set_member_rules, body=SET_RULES))
async def set_rules_of_member(
    salon_id: FromPath[SalonId],
    provider_id: FromPath[ProviderId],
    *,
    data: JSONBody[RulesBody],
    run: Injected[Run],
    if_match: IfMatch = None,
) -> Response[RulesJson]:
    """Replace all weekly rules of a member, as the manager of the salon.

    The member is notified. Unchanged rules keep their ids, and bookings stay. `If-Match` takes the `ETag` of the
    member's availability.
    """
    rules = SetRules(rules=tuple(map(rule_command, data.rules)), expected_version=expected_version(if_match))
    calendar = await run(set_member_rules, SetMemberRules(salon_id=salon_id, provider_id=provider_id, rules=rules))
    return Response(rules_json(calendar.rules), headers=etag(calendar.version))


@post("/{salon_id:str}/members/{provider_id:str}/exceptions", opt=documented(except_member, body=ADD_EXCEPTION))
async def add_member_exception(
    salon_id: FromPath[SalonId], provider_id: FromPath[ProviderId], data: JSONBody[ExceptionBody], run: Injected[Run]
) -> Response[ExceptionJson]:
    """Set other hours of a member for one date, or close it, as the manager of the salon.

    The member is notified. An exception replaces the weekly rules that start on that date.
    """
    return await run(
        except_member,
        ExceptMember(salon_id=salon_id, provider_id=provider_id, exception=data.command()),
        answer=lambda added: exception_json(added.exception, added.time_zone),
    )


@delete(
    "/{salon_id:str}/members/{provider_id:str}/exceptions/{exception_id:str}",
    opt=documented(restore_member),
)
async def remove_member_exception(
    salon_id: FromPath[SalonId],
    provider_id: FromPath[ProviderId],
    exception_id: FromPath[ExceptionId],
    run: Injected[Run],
) -> None:
    """Remove an exception of a member, as the manager of the salon. The member is notified."""
    await run(restore_member, RestoreMember(salon_id=salon_id, provider_id=provider_id, exception_id=exception_id))
