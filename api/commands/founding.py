"""The founding act: the first administrator's position, recorded before anybody has one.

Every other command asks what position its actor has. This one cannot, so it stands here alone,
is open to nobody but the command line, and happens once in the life of a log.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from api.commands.work import Desk
from domain import staff as staffs
from domain.codes import StaffRole
from domain.errors import MunicipalityIsFounded, UnknownUnit
from domain.recorded import NO_VERSION, Append, NewEvent

# Always the same id: of two foundings at the same moment, the log lets one in.
FOUNDING: Final = UUID("f0000000-0000-4000-8000-000000000001")


async def found(
    desk: Desk, *, name: str, unit: str = "administration", recorded_at: datetime | None = None
) -> UUID:
    """Record the first administrator; the answer is the staff id that tokens name.

    `recorded_at`: only the generator. Raises MunicipalityIsFounded, UnknownUnit.
    """
    if not desk.organisation.has_unit(unit):
        raise UnknownUnit
    if await desk.log.head():
        raise MunicipalityIsFounded
    administrator, now = desk.ids.new(), desk.clock.now()
    today = desk.calendar.day_of(now)
    taken = staffs.take_position(
        None,
        name=name,
        unit=unit,
        role=StaffRole.ADMINISTRATOR,
        side=None,
        since=today,
        today=today,
    )
    appended = await desk.log.append(
        Append(
            command=FOUNDING,
            correlation=FOUNDING,
            body_mac=b"",
            actor=administrator,
            unit=unit,
            expected={administrator: NO_VERSION},
            events=[NewEvent(stream=administrator, event=e, occurred_at=now) for e in taken],
            recorded_at=recorded_at,
        )
    )
    if appended.replayed:
        raise MunicipalityIsFounded
    return administrator
