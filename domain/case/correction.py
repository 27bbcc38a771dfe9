"""Corrections (rättelser): events never change.

A mistake is corrected by an event that names the entry and says why; what should have stood there
is recorded as a new one. Views show the corrected state, the log both.
"""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from domain.case.consent import CoordinatorConsulted
from domain.case.intervention import ApplicationMade, InterventionDecided, InterventionStarted
from domain.case.investigation import InvestigationConcluded, PresumptionAssessed, RiskAssessed
from domain.case.life import NoteRecorded
from domain.case.outward import ExternalReferralMade, PoliceReportMade
from domain.case.state import (
    Case,
    Intervention,
    InterventionStatus,
    TransferStatus,
    require_open,
)
from domain.case.transfer import InspectorateDecided, TransferAnswered
from domain.errors import EntryCannotBeCorrected, EntryIsCorrected
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryCorrected:
    """`entry` is the version of the fact in this case; `item` the id under which it was known, or
    `step` that of which it was one step: that stands as it did before."""

    person: UUID
    entry: int
    item: UUID | None
    reason: Sealed[str]
    step: UUID | None = None


CorrectionEvent = EntryCorrected


def evolve(case: Case, event: object) -> Case:
    """What was recorded by mistake no longer stands, so nothing more is decided on it."""
    match event:
        case EntryCorrected(entry=entry, item=item, step=step):
            return replace(
                _before(case, step),
                corrected=(*case.corrected, entry),
                interventions=tuple(
                    replace(each, status=InterventionStatus.DECIDED) if each.id == step else each
                    for each in case.interventions
                    if each.id != item
                ),
                applications=tuple(each for each in case.applications if each.id != item),
                sent_out=tuple(each for each in case.sent_out if each != item),
            )
        case _:
            return case


_BEFORE: Final = {
    TransferStatus.ANSWERED: TransferStatus.WAITING,
    TransferStatus.DECIDED: TransferStatus.AT_THE_INSPECTORATE,
}


def _before(case: Case, step: UUID | None) -> Case:
    """A transfer waits for its answer again, an investigation for what it led to."""
    if step in case.investigated:
        return replace(case, misconcluded=step)
    if case.transfer and case.transfer.id == step:
        waits = replace(case.transfer, status=_BEFORE[case.transfer.status], answer=None)
        return replace(case, transfer=waits)
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
    """Also in a closed case, but for a step after which something waits again. Raises
    EntryCannotBeCorrected, also where more rests on the step; EntryIsCorrected, CaseIsClosed."""
    step = _step_of(fact)
    if not isinstance(fact, CORRECTABLE) and step is None:
        raise EntryCannotBeCorrected
    if entry in case.corrected:
        raise EntryIsCorrected
    if step is not None:
        require_open(case)
        _require_last(case, fact)
    corrected = EntryCorrected(
        person=case.person, entry=entry, item=_item_of(fact), reason=Sealed.of(reason), step=step
    )
    return [corrected]


def _step_of(fact: object) -> UUID | None:
    """What it took one step further: that an intervention started, what an investigation led to,
    how a transfer was answered."""
    match fact:
        case InterventionStarted(intervention=step):
            return step
        case InvestigationConcluded(investigation=step):
            return step
        case TransferAnswered(transfer=step) | InspectorateDecided(transfer=step):
            return step
        case _:
            return None


def _require_last(case: Case, fact: object) -> None:
    """Nothing has followed it, or what followed is corrected first. Raises
    EntryCannotBeCorrected."""
    match fact:
        case InterventionStarted(intervention=step):
            started = Intervention(id=step, status=InterventionStatus.STARTED)
            is_last = started in case.interventions
        case InvestigationConcluded(investigation=step):
            is_last = case.investigation is None and case.investigated[-1:] == (step,)
        case TransferAnswered(transfer=step):
            is_last = _stands(case, step, TransferStatus.ANSWERED)
        case InspectorateDecided(transfer=step):
            is_last = _stands(case, step, TransferStatus.DECIDED)
        case _:
            is_last = True
    if not is_last:
        raise EntryCannotBeCorrected


def _stands(case: Case, transfer: UUID, status: TransferStatus) -> bool:
    return case.transfer is not None and (case.transfer.id, case.transfer.status) == (
        transfer,
        status,
    )


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
