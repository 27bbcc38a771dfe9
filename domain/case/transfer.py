"""A transfer to another municipality (överflyttning, R14): requested and answered in writing.

Whoever stays here and lives elsewhere is ours until the other municipality accepts. A refusal, or a
month without reply, opens the option to turn to the inspectorate (IVO), which decides.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.state import Case, Transfer, TransferStatus, require_open
from domain.codes import TransferAnswer
from domain.errors import (
    TransferIsAnswered,
    TransferIsNotAtTheInspectorate,
    TransferIsUnknown,
    TransferIsWaiting,
    TransferMayStillBeAnswered,
)
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferRequested:
    person: UUID
    transfer: UUID
    municipality: Sealed[str]
    reason: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferAnswered:
    person: UUID
    transfer: UUID
    answer: Sealed[TransferAnswer]
    explanation: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectorateAsked:
    transfer: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class InspectorateDecided:
    person: UUID
    transfer: UUID
    answer: Sealed[TransferAnswer]
    explanation: Sealed[str]


TransferEvent = TransferRequested | TransferAnswered | InspectorateAsked | InspectorateDecided


def evolve(case: Case, event: object) -> Case:
    match event:
        case TransferRequested(transfer=transfer):
            return replace(case, transfer=Transfer(id=transfer))
        case TransferAnswered(answer=answer) if case.transfer:
            answered = replace(case.transfer, status=TransferStatus.ANSWERED, answer=answer)
            return replace(case, transfer=answered)
        case InspectorateAsked() if case.transfer:
            asked = replace(case.transfer, status=TransferStatus.AT_THE_INSPECTORATE)
            return replace(case, transfer=asked)
        case InspectorateDecided(answer=answer) if case.transfer:
            decided = replace(case.transfer, status=TransferStatus.DECIDED, answer=answer)
            return replace(case, transfer=decided)
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def request_transfer(
    case: Case, transfer: UUID, *, municipality: str, reason: str
) -> list[TransferEvent]:
    """In writing, when another municipality is clearly responsible (S39; SoL 2025:400 29:10,
    SoL 2001:453 2 a:10). Raises CaseIsClosed, TransferIsWaiting."""
    require_open(case)
    standing = case.transfer
    if standing and standing.status in (TransferStatus.WAITING, TransferStatus.AT_THE_INSPECTORATE):
        raise TransferIsWaiting
    return [
        TransferRequested(
            person=case.person,
            transfer=transfer,
            municipality=Sealed.of(municipality),
            reason=Sealed.of(reason),
        )
    ]


def answer_transfer(
    case: Case, transfer: UUID, *, answer: TransferAnswer, explanation: str
) -> list[TransferEvent]:
    """In writing, at once (29:10). The case stays ours until it is closed as moved away.

    Raises TransferIsUnknown, TransferIsAnswered.
    """
    if _known(case, transfer).status is not TransferStatus.WAITING:
        raise TransferIsAnswered
    return [
        TransferAnswered(
            person=case.person,
            transfer=transfer,
            answer=Sealed.of(answer),
            explanation=Sealed.of(explanation),
        )
    ]


def ask_inspectorate(case: Case, transfer: UUID, *, silent: bool) -> list[TransferEvent]:
    """After a refusal, or a month without reply (29:11, 2 a:11): that it has been `silent`.

    Raises CaseIsClosed, TransferIsUnknown, TransferMayStillBeAnswered, TransferIsAnswered.
    """
    require_open(case)
    standing = _known(case, transfer)
    match standing.status:
        case TransferStatus.WAITING if not silent:
            raise TransferMayStillBeAnswered
        case TransferStatus.ANSWERED if not _is_refused(standing):
            raise TransferIsAnswered
        case TransferStatus.AT_THE_INSPECTORATE | TransferStatus.DECIDED:
            raise TransferIsAnswered
    return [InspectorateAsked(transfer=transfer)]


def record_inspectorate_decision(
    case: Case, transfer: UUID, *, answer: TransferAnswer, explanation: str
) -> list[TransferEvent]:
    """Within 3 months (29:12). Raises TransferIsUnknown, TransferIsNotAtTheInspectorate."""
    if _known(case, transfer).status is not TransferStatus.AT_THE_INSPECTORATE:
        raise TransferIsNotAtTheInspectorate
    return [
        InspectorateDecided(
            person=case.person,
            transfer=transfer,
            answer=Sealed.of(answer),
            explanation=Sealed.of(explanation),
        )
    ]


def _known(case: Case, transfer: UUID) -> Transfer:
    if case.transfer is None or case.transfer.id != transfer:
        raise TransferIsUnknown
    return case.transfer


def _is_refused(transfer: Transfer) -> bool:
    return transfer.answer is not None and transfer.answer.reveal() is TransferAnswer.REFUSED
