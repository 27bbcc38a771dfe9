"""Where a referral goes, and why: rules R0-R16, every combination of facts with one answer.

The order is always the same. First the compartment, which the role decides; then the age, which
decides the unit within the compartment; then what the source and the place add. Nothing falls
through: what no rule decides, the unit manager of the adults' entry point sorts (R0).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self

from domain.codes import (
    ActivityKind,
    AgeBand,
    AgeKnowledge,
    Compartment,
    Concern,
    PersonRole,
    Residence,
    Source,
    UnitKind,
)
from domain.organisation import ADULT_FROM, Organisation, Targets, Unit


class Rule(StrEnum):
    """Each rule with its grounds; none means that it is our own reading, to be confirmed.

    `labels.py` gives the reason in words. A rule tells of whom it was applied to: in an event it
    is always sealed.
    """

    grounds: tuple[str, ...]

    def __new__(cls, value: str, *grounds: str) -> Self:
        rule = str.__new__(cls, value)
        rule._value_ = value
        rule.grounds = grounds
        return rule

    R0 = "R0"  # no other rule decides
    R1 = "R1", "S22"  # exposed, a child
    R2 = "R2", "S23", "S30"  # exposed, an adult; binds the unit
    R3 = "R3", "S83", "S85"  # age unknown
    R4 = "R4", "S29"  # youth outreach reports concern
    R5 = "R5", "S32", "S33"  # outreach suspects and hands over
    R6 = "R6", "S31", "S48"  # met in a police operation
    R7 = "R7", "S26", "S27", "S28", "S37"  # prevention: an activity, never a person
    R8 = "R8", "S34"  # civil society signposts
    R9 = "R9", "S68", "S76", "S77", "S78"  # the perpetrator side
    R10 = "R10", "S80"  # a child in the family of somebody exposed
    R11 = "R11", "S84"  # exposed, 18-20
    R12 = "R12", "S86"  # exploited, but not sexually: out of scope
    R13 = "R13", "S85"  # turns 18 during a child case
    R14 = "R14", "S39"  # stays here, lives elsewhere
    R15 = "R15"  # an adult relative
    R16 = "R16"  # role unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What is known when somebody is referred. `sent_on`: the sender is a unit of the
    administration (`Unit.sends_on`)."""

    role: PersonRole
    age: AgeKnowledge
    concern: Concern
    source: Source
    residence: Residence
    sent_on: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where to, and why. Nothing here crosses a compartment."""

    unit: str
    compartment: Compartment
    rules: tuple[Rule, ...]  # as one tells it: what the source adds first, the deciding one last
    informed: tuple[str, ...]  # units that learn of the referral, in the same compartment
    informed_without_person: tuple[str, ...]  # learn that somebody was met, never who (R6)
    report_of_concern: bool  # protection is assessed at once (SoL 2025:400 20:1, old 11:1 a)
    sender_holds: bool  # the sending unit keeps it until the receiver accepts (S69)
    out_of_scope: bool  # recorded and referred on, never dropped (R12)

    @property
    def deciding(self) -> Rule:
        return self.rules[-1]

    @property
    def binds(self) -> bool:
        """R2 binds the unit: only its two reasons to decline, confirmed by the unit manager."""
        return self.deciding in (Rule.R2, Rule.R11)


def route(facts: Facts, organisation: Organisation) -> Route:
    """The one unit responsible, and the one rule that decided it."""
    compartment = compartment_of(facts.role)
    child = is_treated_as_child(facts.age, organisation)
    deciding = _deciding(facts, compartment, child=child)
    added = tuple(_added(facts, deciding, child=child))
    targets = organisation.targets
    out_of_scope = deciding is Rule.R12
    entry = _entry(compartment, targets, child=child)
    presumed = child and facts.age is not AgeKnowledge.MINOR  # R3: who may take over learns of it
    return Route(
        unit=targets.out_of_scope if out_of_scope else entry,
        compartment=compartment,
        rules=(*added, deciding),
        informed=(_entry(compartment, targets, child=False),) if presumed else (),
        informed_without_person=(targets.regional_coordinators,) if Rule.R6 in added else (),
        report_of_concern=Rule.R4 in added or (child and _is_told_of(facts)),
        sender_holds=facts.sent_on and not child,
        out_of_scope=out_of_scope,
    )


# --- first the compartment, then the age -----------------------------------------------------


def compartment_of(role: PersonRole) -> Compartment:
    """The role alone decides the compartment (S76-S78, R16)."""
    match role:
        case PersonRole.EXPOSED:
            return Compartment.EXPOSED
        case PersonRole.BUYER | PersonRole.PERPETRATOR:
            return Compartment.PERPETRATOR
        case PersonRole.RELATIVE:
            return Compartment.RELATIVE
        case PersonRole.UNKNOWN:
            return Compartment.TRIAGE


def as_accepted(age: AgeKnowledge, organisation: Organisation) -> AgeKnowledge:
    """What the age counts as: a named person's assessment as adult for nothing, where the
    municipality does not accept it (R3, c)."""
    accepts = organisation.settings.accept_assessed_adult
    ignored = age is AgeKnowledge.ASSESSED_ADULT and not accepts
    return AgeKnowledge.UNKNOWN if ignored else age


def is_treated_as_child(age: AgeKnowledge, organisation: Organisation) -> bool:
    """Whoever may be a child is one, until the age is established or assessed (R3)."""
    return as_accepted(age, organisation) in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)


def _entry(compartment: Compartment, targets: Targets, *, child: bool) -> str:
    """Every compartment has one door for children and one for adults."""
    if child:
        return targets.child_entry
    match compartment:
        case Compartment.PERPETRATOR:
            return targets.perpetrator_line
        case Compartment.RELATIVE:
            return targets.relatives_line
        case Compartment.EXPOSED | Compartment.TRIAGE:
            return targets.adult_entry


# --- the rule that decides -------------------------------------------------------------------

_BINDING = (
    Concern.PROSTITUTION,
    Concern.TRAFFICKING,
    Concern.CLOSE_VIOLENCE,
    Concern.FORCED_MARRIAGE,  # is violence by relatives (R12)
)


def _deciding(facts: Facts, compartment: Compartment, *, child: bool) -> Rule:
    match compartment:
        case Compartment.TRIAGE:
            return Rule.R16
        case Compartment.PERPETRATOR:
            return Rule.R9
        case Compartment.RELATIVE:
            return Rule.R10 if child else Rule.R15
        case Compartment.EXPOSED:
            return _deciding_for_exposed(facts, child=child)


def _deciding_for_exposed(facts: Facts, *, child: bool) -> Rule:
    if child:
        return Rule.R1 if facts.age is AgeKnowledge.MINOR else Rule.R3
    if facts.concern in _BINDING:
        return Rule.R2
    if facts.concern is Concern.OTHER_EXPLOITATION:
        return Rule.R12
    return Rule.R11 if facts.age is AgeKnowledge.YOUNG_ADULT else Rule.R0


# --- what the source, the place and the age add ----------------------------------------------

_OUTREACH = (Source.YOUTH_OUTREACH, Source.HOMELESS_OUTREACH, Source.OTHER_ADVICE_AND_SUPPORT)


def _added(facts: Facts, deciding: Rule, *, child: bool) -> Iterator[Rule]:
    if _youth_outreach_reports(facts, child=child):
        yield Rule.R4
    elif _outreach_suspects(facts):
        yield Rule.R5
    if facts.source is Source.POLICE_OPERATION:
        yield Rule.R6
    if facts.source is Source.CIVIL_SOCIETY:
        yield Rule.R8
    if facts.residence is Residence.STAYS_HERE:
        yield Rule.R14
    if deciding is not Rule.R3 and not facts.age.is_established:
        yield Rule.R3
    if facts.age is AgeKnowledge.YOUNG_ADULT and deciding is Rule.R2:
        yield Rule.R11


def _may_be_exposed(role: PersonRole) -> bool:
    return role in (PersonRole.EXPOSED, PersonRole.UNKNOWN)


def _youth_outreach_reports(facts: Facts, *, child: bool) -> bool:
    """R4: any child that fares badly, and a young person who may be exposed."""
    young = facts.age is AgeKnowledge.YOUNG_ADULT and _may_be_exposed(facts.role)
    return facts.source is Source.YOUTH_OUTREACH and (child or young)


def _outreach_suspects(facts: Facts) -> bool:
    """R5: prostitution or trafficking; to homeless people and substance abuse violence too."""
    if facts.source not in _OUTREACH or not _may_be_exposed(facts.role):
        return False
    if facts.source is Source.HOMELESS_OUTREACH:
        return facts.concern in _BINDING
    return facts.concern in (Concern.PROSTITUTION, Concern.TRAFFICKING)


def _is_told_of(facts: Facts) -> bool:
    """A child is reported by whoever tells of it, bound to or not (R8): all but the child that
    applies for itself. R10 is always a report."""
    return facts.source is not Source.SELF or facts.sent_on or facts.role is PersonRole.RELATIVE


# --- prevention, and growing up --------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Leadership:
    """Who answers for an activity; several responsible units do so jointly. No case follows."""

    responsible: tuple[str, ...]
    cooperating: tuple[str, ...]


_FOR_THE_YOUNG = (
    ActivityKind.PREVENTION,
    ActivityKind.OUTREACH_SHIFT,
    ActivityKind.INFORMATION,
)


def lead_activity(
    kind: ActivityKind, age_band: AgeBand | None, by_unit: str, organisation: Organisation
) -> Leadership:
    """R7: prevention, outreach and information for ages 16-21 are the adults' entry point's, and
    the regional coordinators cooperate; a targeted campaign they lead jointly. Anything else is
    led by who plans it, and an outreach shift with the adults' entry point (S28)."""
    adults = organisation.targets.adult_entry
    coordinators = organisation.targets.regional_coordinators
    responsible: tuple[str, ...] = (by_unit,)
    cooperating: tuple[str, ...] = ()
    if kind is ActivityKind.INFORMATION_CAMPAIGN:
        responsible = (adults, coordinators)
    elif kind in _FOR_THE_YOUNG and age_band is AgeBand.AGED_16_TO_21:
        responsible, cooperating = (adults,), (coordinators,)
    elif kind is ActivityKind.OUTREACH_SHIFT:
        cooperating = (adults,)
    others = [unit for unit in dict.fromkeys((*cooperating, by_unit)) if unit not in responsible]
    return Leadership(responsible=responsible, cooperating=tuple(others))


# --- ages ------------------------------------------------------------------------------------

YOUNG_BELOW = 21


def birthday(born: date, years: int) -> date:
    """The day on which somebody has turned `years`. Born on 29 February: 28 February in a common
    year, the month's last day (lag 1930:173 1 §, c)."""
    year = born.year + years
    return date(year, born.month, min(born.day, monthrange(year, born.month)[1]))


def age_knowledge(born: date | None, on: date, *, assessed_adult: bool = False) -> AgeKnowledge:
    """What a birth date says on a day. A known birth date outweighs any assessment (R3)."""
    if born is None:
        return AgeKnowledge.ASSESSED_ADULT if assessed_adult else AgeKnowledge.UNKNOWN
    if on < birthday(born, ADULT_FROM):
        return AgeKnowledge.MINOR
    return AgeKnowledge.YOUNG_ADULT if on < birthday(born, YOUNG_BELOW) else AgeKnowledge.ADULT


def needs_child_qualification(age: AgeKnowledge, unit: Unit) -> bool:
    """Authority work with somebody who is or may be under 21, and all of it at a unit for
    children, asks for the qualification of SoL 2025:400 25:1 (old 3:3 a)."""
    if unit.kind is not UnitKind.AUTHORITY_WORK:
        return False
    for_children = unit.oldest is not None and unit.oldest < YOUNG_BELOW
    return for_children or age not in (AgeKnowledge.ADULT, AgeKnowledge.ASSESSED_ADULT)
