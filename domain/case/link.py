"""Links between cases (länk): never across compartments (S76-S78), and told to nobody who may not
see the other case.

A child in a family where somebody is exposed has a referral, a case and an access list of its own
(R10); the case that reported it keeps which referral that was.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from domain.case.state import Case, Link, require_open
from domain.codes import LinkKind
from domain.errors import CaseIsLinked, CaseIsNotLinked, CasesCannotBeLinked
from domain.sealed import Sealed

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLinked:
    """To another case; the other records it, too, under an id of its own, so that nothing in the
    clear pairs them."""

    link: UUID
    other: Sealed[UUID]
    kind: Sealed[LinkKind]


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRemoved:
    link: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class ChildReported:
    """R10: the child's own referral. Its file lies apart."""

    referral: Sealed[UUID]


LinkEvent = CaseLinked | LinkRemoved | ChildReported


def evolve(case: Case, event: object) -> Case:
    match event:
        case CaseLinked(link=link, other=other):
            return replace(case, links=(*case.links, Link(id=link, other=other)))
        case LinkRemoved(link=link):
            return replace(case, links=tuple(each for each in case.links if each.id != link))
        case _:
            return case


# --- decisions -------------------------------------------------------------------------------


def link_case(
    case: Case, case_id: UUID, other: Case, other_id: UUID, link: UUID, kind: LinkKind
) -> list[LinkEvent]:
    """One side of the link. Raises CaseIsClosed, CaseIsLinked; CasesCannotBeLinked for a case with
    itself, and across compartments (S77): the caller makes that look as if there were no other."""
    require_open(case)
    if case_id == other_id or case.compartment is not other.compartment:
        raise CasesCannotBeLinked
    if any(each.other.reveal() == other_id for each in case.links):
        raise CaseIsLinked
    return [CaseLinked(link=link, other=Sealed.of(other_id), kind=Sealed.of(kind))]


def remove_link(case: Case, link: UUID) -> tuple[UUID, list[LinkEvent]]:
    """One side of it, and which the other case is. Raises CaseIsNotLinked."""
    for each in case.links:
        if each.id == link:
            return each.other.reveal(), [LinkRemoved(link=link)]
    raise CaseIsNotLinked


def remove_link_to(case: Case, other_id: UUID) -> list[LinkEvent]:
    """The other side of it."""
    return [LinkRemoved(link=each.id) for each in case.links if each.other.reveal() == other_id]


def report_child(case: Case, referral: UUID) -> list[LinkEvent]:
    """Raises CaseIsClosed."""
    require_open(case)
    return [ChildReported(referral=Sealed.of(referral))]
