"""What can be asked: read models folded from the logs, every one rebuildable from zero."""

from domain.recorded import Recorded
from projections import (
    access,
    activities,
    audit,
    caseload,
    deadlines,
    disposals,
    emergencies,
    external_referrals,
    handovers,
    inbox,
    inquiries,
    mandates,
    police_operations,
    responsibility,
    retention,
    reviews,
    sender_receipts,
    staff,
    takeovers,
    team,
    timeline,
    workload,
)
from projections.audit import RecordedReading
from projections.caseload import history as of_caseload
from projections.handovers import history as of_handovers
from projections.history import together
from projections.inbox import history as of_inbox
from projections.projection import Projection
from projections.workload import history as of_workload

HISTORY: Projection[Recorded] = together(
    "history",
    of_caseload.PROJECTION,
    of_inbox.PROJECTION,
    of_handovers.PROJECTION,
    of_workload.PROJECTION,
)
"""What stood at any position: one follower for all, so that no other view waits for it."""

ALL: tuple[Projection[Recorded], ...] = (
    access.PROJECTION,
    caseload.PROJECTION,
    inbox.PROJECTION,
    sender_receipts.PROJECTION,
    handovers.PROJECTION,
    takeovers.PROJECTION,
    timeline.PROJECTION,
    police_operations.PROJECTION,
    activities.PROJECTION,
    mandates.PROJECTION,
    inquiries.PROJECTION,
    team.PROJECTION,
    staff.PROJECTION,
    responsibility.PROJECTION,
    reviews.PROJECTION,
    workload.PROJECTION,
    deadlines.PROJECTION,
    emergencies.PROJECTION,
    external_referrals.PROJECTION,
    retention.PROJECTION,
    disposals.PROJECTION,
    HISTORY,
)
"""The projections of the event log."""

ALL_OF_RECEIPTS: tuple[Projection[RecordedReading], ...] = (audit.PROJECTION,)
"""The projections of the access log."""

ALARMS = {
    "operation-unacknowledged": police_operations.unacknowledged,
    "file-without-holder": responsibility.without_holder,
    "file-with-nobody-there": responsibility.with_nobody_there,
    "emergency-access": emergencies.standing,
    "erasure-waits": disposals.waiting_for_erasure,
    "review-overdue": reviews.overdue,
}
"""What must not stand unseen, and how often it does."""
