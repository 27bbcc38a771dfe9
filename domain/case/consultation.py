"""A consultation (rådfrågan): another unit is asked and answers, and the responsibility stays.

The unit that is asked sees the line of the case and the question, as long as it has not answered.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.state import Case, Consultation, require_open
from domain.errors import ConsultationIsAnswered, ReceivingUnitIsResponsible, UnitIsConsulted
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsultationAsked:
    person: UUID
    consultation: UUID
    unit: str
    question: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsultationAnswered:
    person: UUID
    consultation: UUID
    unit: str
    answer: Sealed[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsultationWithdrawn:
    consultation: UUID
    unit: str


ConsultationEvent = ConsultationAsked | ConsultationAnswered | ConsultationWithdrawn


def evolve(case: Case, event: object) -> Case:
    match event:
        case ConsultationAsked(consultation=consultation, unit=unit):
            asked = Consultation(id=consultation, unit=unit)
            return replace(case, consultations=(*case.consultations, asked))
        case ConsultationAnswered(consultation=consultation):
            return _without(case, consultation)
        case ConsultationWithdrawn(consultation=consultation):
            return _without(case, consultation)
        case _:
            return case


def _without(case: Case, consultation: UUID) -> Case:
    left = tuple(each for each in case.consultations if each.id != consultation)
    return replace(case, consultations=left)


# --- decisions -------------------------------------------------------------------------------


def ask_unit(
    case: Case, consultation: UUID, *, unit: str, question: str
) -> list[ConsultationEvent]:
    """For example children's intake about somebody aged 18-20 (R11, S84).

    Raises CaseIsClosed, ReceivingUnitIsResponsible, UnitIsConsulted: one question at a time.
    """
    require_open(case)
    if unit == case.unit:
        raise ReceivingUnitIsResponsible
    if unit in consulted(case):
        raise UnitIsConsulted
    return [
        ConsultationAsked(
            person=case.person, consultation=consultation, unit=unit, question=Sealed.of(question)
        )
    ]


def answer_unit(case: Case, consultation: UUID, *, answer: str) -> list[ConsultationEvent]:
    """Nobody's responsibility moves. Raises ConsultationIsAnswered."""
    return [
        ConsultationAnswered(
            person=case.person,
            consultation=consultation,
            unit=waiting(case, consultation).unit,
            answer=Sealed.of(answer),
        )
    ]


def withdraw_consultation(case: Case, consultation: UUID) -> list[ConsultationEvent]:
    """Raises ConsultationIsAnswered."""
    unit = waiting(case, consultation).unit
    return [ConsultationWithdrawn(consultation=consultation, unit=unit)]


def consulted(case: Case) -> tuple[str, ...]:
    """The units whose answer is waited for."""
    return tuple(each.unit for each in case.consultations)


def waiting(case: Case, consultation: UUID) -> Consultation:
    for each in case.consultations:
        if each.id == consultation:
            return each
    raise ConsultationIsAnswered
