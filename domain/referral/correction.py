"""What a sender told, or somebody wrote down, of a referral by mistake: corrected by a fact of its
own, and routed anew where the rules now point elsewhere (section 3)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from domain.codes import Concern, PersonRole, ReferralKind, Residence
from domain.errors import NothingIsCorrected, SideIsAnother
from domain.referral.reception import ReceptionEvent, routed
from domain.referral.state import ANSWERED, Referral
from domain.routing import Route, compartment_of
from domain.sealed import Sealed

T = TypeVar("T")

# --- events: these names and fields are the storage format; version with care ----------------


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticularsCorrected:
    """What is None stands as it was told. Stored veiled."""

    person: UUID
    role: PersonRole | None
    kind_told: ReferralKind | None
    concern: Concern | None
    residence: Residence | None
    senders_reference: str | None
    reason: str


CorrectionEvent = ParticularsCorrected


def evolve(referral: Referral, event: object) -> Referral:
    match event:
        case ParticularsCorrected() as told:
            return replace(
                referral,
                role=_right(told.role, referral.role),
                kind=_right(told.kind_told, referral.kind),
                concern=_right(told.concern, referral.concern),
                residence=_right(told.residence, referral.residence),
            )
        case _:
            return referral


def _right(told: T | None, stood: Sealed[T]) -> Sealed[T]:
    return stood if told is None else Sealed.of(told)


# --- decisions -------------------------------------------------------------------------------


def correct_particulars(
    referral: Referral,
    *,
    role: PersonRole | None,
    kind: ReferralKind | None,
    concern: Concern | None,
    residence: Residence | None,
    senders_reference: str | None,
    reason: str,
) -> list[CorrectionEvent]:
    """A role of another side is received anew there (R16, S76-S78): here it would carry what is
    recorded across. Raises SideIsAnother, NothingIsCorrected."""
    if role is not None and compartment_of(role) is not referral.compartment:
        raise SideIsAnother
    told = (
        (role, referral.role),
        (kind, referral.kind),
        (concern, referral.concern),
        (residence, referral.residence),
    )
    changed = any(right not in (None, stood.reveal()) for right, stood in told)
    if not changed and senders_reference is None:
        raise NothingIsCorrected
    return [
        ParticularsCorrected(
            person=referral.person,
            role=role,
            kind_told=kind,
            concern=concern,
            residence=residence,
            senders_reference=senders_reference,
            reason=reason,
        )
    ]


def route_anew(
    referral: Referral, ruled: Route, now_ruled: Route, *, due: datetime
) -> list[ReceptionEvent]:
    """As the rules say of what is right; what has been answered is not asked again."""
    same = (ruled.unit, ruled.rules) == (now_ruled.unit, now_ruled.rules)
    if same or referral.status in ANSWERED:
        return []
    held = referral.sender_unit if referral.holder == referral.sender_unit else None
    return [routed(held, now_ruled, due=due, narrowed=referral.narrowed)]
