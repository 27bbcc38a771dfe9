"""Corrections (rättelser): events never change.

A mistake is corrected by an event that names the entry and says why; what should have stood there
is recorded as a new one. Views show the corrected state, the log both.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.case.consent import CoordinatorConsulted
from domain.case.intervention import ApplicationMade, InterventionDecided
from domain.case.investigation import PresumptionAssessed, RiskAssessed
from domain.case.life import NoteRecorded
from domain.case.outward import ExternalReferralMade, PoliceReportMade
from domain.case.state import Case
from domain.errors import EntryCannotBeCorrected, EntryIsCorrected
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryCorrected:
    """`entry` is the version of the fact in this case; `item` the id under which it was known."""

    person: UUID
    entry: int
    item: UUID | None
    reason: Sealed[str]


CorrectionEvent = EntryCorrected


def evolve(case: Case, event: object) -> Case:
    """What was recorded by mistake no longer stands, so nothing more is decided on it."""
    match event:
        case EntryCorrected(entry=entry, item=item):
            return replace(
                case,
                corrected=(*case.corrected, entry),
                interventions=tuple(each for each in case.interventions if each.id != item),
                applications=tuple(each for each in case.applications if each.id != item),
                sent_out=tuple(each for each in case.sent_out if each != item),
            )
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------

CORRECTABLE: Final = (
    NoteRecorded,
    PresumptionAssessed,
    RiskAssessed,
    InterventionDecided,
    ApplicationMade,
    ExternalReferralMade,
    PoliceReportMade,
    CoordinatorConsulted,
)
"""What is corrected so. Responsibility, consent and what time runs on have acts of their own."""


def correct_entry(case: Case, entry: int, fact: object, *, reason: str) -> list[CorrectionEvent]:
    """Also in a closed case. Raises EntryCannotBeCorrected, EntryIsCorrected."""
    if not isinstance(fact, CORRECTABLE):
        raise EntryCannotBeCorrected
    if entry in case.corrected:
        raise EntryIsCorrected
    corrected = EntryCorrected(
        person=case.person, entry=entry, item=_item_of(fact), reason=Sealed.of(reason)
    )
    return [corrected]


def _item_of(fact: object) -> UUID | None:
    match fact:
        case InterventionDecided(intervention=item):
            return item
        case ApplicationMade(filing=item):
            return item
        case ExternalReferralMade(referral=item):
            return item
        case _:
            return None
