"""By what name staff are known to whoever may see the fact that names them."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import UNSET, UnsetType

from api.door.answers import Answer, Name, StaffId
from api.door.visit import Visit
from projections import staff


class Who(Answer):
    """A staff member; the name is left out once it has been erased."""

    staff_id: StaffId
    name: Name | UnsetType = UNSET


async def who(visit: Visit, wanted: Iterable[UUID]) -> dict[UUID, Who]:
    """Everybody who was asked for, known or not."""
    asked = set(wanted)
    await visit.include(staff.PROJECTION.name)
    named = await visit.ask(staff.names, asked)
    opened = await visit.house.opener.open_values([(one.name, str) for one in named])
    known = {
        one.staff: Who(staff_id=one.staff, name=value.reveal())
        for one, value in zip(named, opened, strict=True)
        if value.is_open
    }
    return {one: known.get(one) or Who(staff_id=one) for one in asked}
