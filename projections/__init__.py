"""What can be asked: read models folded from the logs, every one rebuildable from zero."""

from domain.recorded import Recorded
from projections import access, audit, caseload, handovers, inbox, staff, team, timeline
from projections.audit import RecordedReading
from projections.projection import Projection

ALL: tuple[Projection[Recorded], ...] = (
    access.PROJECTION,
    caseload.PROJECTION,
    inbox.PROJECTION,
    handovers.PROJECTION,
    timeline.PROJECTION,
    team.PROJECTION,
    staff.PROJECTION,
)
"""The projections of the event log."""

ALL_OF_RECEIPTS: tuple[Projection[RecordedReading], ...] = (audit.PROJECTION,)
"""The projections of the access log."""
