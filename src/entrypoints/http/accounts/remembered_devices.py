"""`/auth/remembered-devices`: devices that sign in without the second factor."""

from typing import Final

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath

from booking_domain.identity.remembered_devices import RememberedDevice
from booking_domain.identity.sessions import Client
from booking_domain.shared.ids import DeviceId, SessionId
from booking_domain.use_cases.identity.remembered_devices import (
    ForgetDevice,
    RememberDevice,
    forget_all_devices,
    forget_device,
    list_devices,
    remember_device,
)
from entrypoints.http.accounts.schemas import DeviceJson
from entrypoints.http.kit.documentation import documented
from entrypoints.http.kit.exporting import ExportSource, value
from entrypoints.http.kit.fields import Json
from entrypoints.http.kit.idempotency import CONFIDENTIAL
from entrypoints.http.kit.injection import Injected
from entrypoints.http.kit.projection import projection
from entrypoints.http.kit.running import Run


class RememberedDeviceJson(DeviceJson, frozen=True, kw_only=True):
    """A device that signs in without the second factor, described as it was when it was remembered."""


class NewRememberedDeviceJson(RememberedDeviceJson, frozen=True, kw_only=True):
    """A device that is remembered, and its token."""

    device_token: str
    """It is shown once; send it as `secondFactor` at the next sign-in."""


class RememberedDevicesJson(Json, frozen=True, kw_only=True):
    """The devices that sign in without the second factor."""

    items: tuple[RememberedDeviceJson, ...]


_json: Final = projection(
    RememberedDevice,
    RememberedDeviceJson,
    user_agent="client.user_agent",
    platform="client.platform",
    address="client.address",
)


async def _exported(source: ExportSource) -> list[RememberedDeviceJson]:
    return [_json(each) for each in await source.reads.remembered_devices.live(source.user.id, source.now)]


DEVICES: Final = value(
    "remembered_devices",
    tuple[RememberedDeviceJson, ...],
    _exported,
    about="The devices on which sign-in needs no second factor.",
)


@get("/remembered-devices", opt=documented(list_devices))
async def list_remembered_devices(session_id: Injected[SessionId], run: Injected[Run]) -> RememberedDevicesJson:
    """List the devices that sign in without the second factor, the most recently used first; at most 20."""
    found = await run(list_devices, session_id)
    return RememberedDevicesJson(items=tuple(map(_json, found)))


@post(
    "/remembered-devices",
    opt=documented(
        remember_device,
        no_idempotency_key=CONFIDENTIAL,
    ),
    operation_id="rememberDevice",
)
async def remember(
    session_id: Injected[SessionId], client: Injected[Client], run: Injected[Run]
) -> NewRememberedDeviceJson:
    """Remember this device for 30 days: its token replaces the second factor, but never the first.

    Call this within five minutes of a sign-in with the second factor (403 `auth.sign_in_too_old`), and store the token
    as safely as a password. Send it as `secondFactor` at the next sign-in; 401 `auth.invalid_second_factor` then means
    that it has expired or was forgotten. You are notified.
    """
    made = await run(remember_device, RememberDevice(current=session_id, client=client))
    return NewRememberedDeviceJson(**msgspec.structs.asdict(_json(made.device)), device_token=made.token)


@delete("/remembered-devices/{device_id:str}", opt=documented(forget_device), operation_id="forgetRememberedDevice")
async def forget(device_id: FromPath[DeviceId], session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Forget a device: its next sign-in needs the second factor. Its sessions end, except the current one."""
    command = ForgetDevice(device_id=device_id, current=session_id)
    await run(forget_device, command)


@delete("/remembered-devices", opt=documented(forget_all_devices), operation_id="forgetRememberedDevices")
async def forget_all(session_id: Injected[SessionId], run: Injected[Run]) -> None:
    """Forget all devices, and end their sessions, except the current one.

    Devices are also forgotten when the password changes, when the second factor is replaced or removed, and when all
    other sessions are ended.
    """
    await run(forget_all_devices, session_id)


handlers: Final = (list_remembered_devices, remember, forget, forget_all)
