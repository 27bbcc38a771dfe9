"""Break-glass (nödåtkomst): somebody who is not entitled opens a case on their own side, in an
emergency, with a reason (section 5).

It lasts for the hours that the organisation has set, and ends by the clock; the manager of the
responsible unit is told at once, and it lies in the next confidentiality review. Across a
compartment there is no emergency. A protected identity does not keep anybody out of one (c):
whoever is in danger is the more likely to be protected; where to find the person is shown to nobody
even so. The worker's own stream records it, too, so that it is known wherever they ask.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.case.state import Case
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class EmergencyAccessTaken:
    person: UUID
    staff: UUID
    unit: str  # of whoever took it
    until: datetime
    reason: Sealed[str]


EmergencyEvent = EmergencyAccessTaken

# --- decisions -------------------------------------------------------------------------------


def take_emergency_access(
    case: Case, staff: UUID, *, unit: str, reason: str, now: datetime, hours: int
) -> list[EmergencyEvent]:
    """Of an open or a closed case; whoever has it already gets more time."""
    return [
        EmergencyAccessTaken(
            person=case.person,
            staff=staff,
            unit=unit,
            until=now + timedelta(hours=hours),
            reason=Sealed.of(reason),
        )
    ]
