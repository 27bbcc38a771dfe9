"""A municipality's organisation: its units, which of them the rules point to, and its settings.

The rules speak of entry points; which unit that is, is the municipality's to say. An organisation
that contradicts itself cannot be made: every mistake is named at once.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from domain.codes import Compartment, PartyKind, Receiver, Source, UnitKind

ADULT_FROM = 18  # years

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_MET_AT_ONCE = 30  # six facts each at most, and one command records at most 500
_MOST_OF = {"protection_assessment_hours": 24}  # "at the latest", says the field (m)
_MOST = 3660  # of days, hours, months, points: what is longer than ten years is a slip of the pen
_MOST_KRONOR = 1_000_000_000
_MOST_SEATS = 100
_TELLING = re.compile(
    r"buyer|perpetrat|offend|violen|victim|expos|prostitut|traffick|relative|famil"
    r"|köpar|kopar|förövar|forovar|våld|vald|utsatt|offer|sex|anhörig|anhorig|närstående",
    re.IGNORECASE,
)


class OrganisationIsFaulty(ValueError):
    """The organisation contradicts itself or is not readable; `mistakes` names every fault."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("The organisation cannot be used:\n- " + "\n- ".join(mistakes))
        self.mistakes = mistakes


_SOURCES: Mapping[PartyKind, tuple[Source, ...]] = {
    PartyKind.POLICE: (Source.POLICE, Source.POLICE_OPERATION),
    PartyKind.CIVIL_SOCIETY: (Source.CIVIL_SOCIETY,),
    PartyKind.SCHOOL: (Source.SCHOOL,),
    PartyKind.HEALTH_CARE: (Source.HEALTH_CARE,),
    PartyKind.COORDINATION: (Source.OTHER,),
    PartyKind.OTHER: (Source.OTHER, Source.OTHER_MUNICIPALITY),
}
_RECEIVERS: Mapping[PartyKind, tuple[Receiver, ...]] = {
    PartyKind.POLICE: (Receiver.POLICE,),
    PartyKind.CIVIL_SOCIETY: (Receiver.CIVIL_SOCIETY,),
    PartyKind.SCHOOL: (Receiver.SCHOOL,),
    PartyKind.HEALTH_CARE: (Receiver.REGION,),
    PartyKind.COORDINATION: (),  # with consent, by being engaged (R6)
    PartyKind.OTHER: (
        Receiver.OTHER_MUNICIPALITY,
        Receiver.OTHER_AUTHORITY,
        Receiver.LEGAL_COUNSEL,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """Somebody who works with the persons, or outside the administration (S1-S20).

    The code stands in the clear in every event, the names on every screen: of the units that the
    rules point to, they never tell a side.
    """

    code: str
    name_sv: str
    name_en: str
    department: str
    kind: UnitKind
    youngest: int | None = None  # whom the unit meets, in whole years
    oldest: int | None = None
    party: PartyKind | None = None  # of whoever is outside the administration (S11, S15-S20)

    @property
    def tells_as(self) -> tuple[Source, ...]:
        """As which sources it may tell of somebody: outside the administration only as itself, in
        the administration as whoever it took the call of."""
        return tuple(Source) if self.party is None else _SOURCES[self.party]

    @property
    def receives_as(self) -> tuple[Receiver, ...]:
        """As which receivers it may be asked something across the border of secrecy."""
        return () if self.party is None else _RECEIVERS[self.party]

    @property
    def sends_on(self) -> bool:
        """A unit of the administration keeps holding what it sends on (S69)."""
        return self.kind is not UnitKind.EXTERNAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """The units that the rules point to, by code."""

    adult_entry: str  # R2, R11, and the triage of R0
    child_entry: str  # R1, R3, R10, and everybody under 18
    perpetrator_line: str  # R9, from 18
    relatives_line: str  # R15
    out_of_scope: str  # R12: records it and refers on
    regional_coordinators: str  # R6, R7
    police: str  # R6: announces operations


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerDue:
    """Within how many working days an answer is due."""

    acute: int
    otherwise: int

    def working_days(self, *, acute: bool) -> int:
        return self.acute if acute else self.otherwise


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """How many there may be at once."""

    fewest: int
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """What an open case weighs, in points; nothing in it tells whose case it is (SoLPuL 7 a §)."""

    case: int
    acute: int  # more, where what was told of is acute
    investigation: int  # more, while one is open
    deadline: int  # more, for each that runs


@dataclass(frozen=True, kw_only=True, slots=True)
class Seats:
    """How many of the team are to come from a unit (S10)."""

    unit: str
    seats: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the customer may choose differently; each is our reading until confirmed."""

    referral_answer_working_days: AnswerDue = AnswerDue(acute=1, otherwise=5)
    handover_answer_working_days: AnswerDue = AnswerDue(acute=1, otherwise=5)
    operation_acknowledged_working_days: int = 1  # by each of the two who handle it (R6)
    persons_met_at_once: Bounds = Bounds(fewest=1, most=30)  # in a burst of an operation (R6)
    team_first_year_kronor: int = 2_000_000  # what the team may cost (S71): from April on
    team_full_year_kronor: int = 2_600_000
    team_seats: tuple[Seats, ...] = ()  # by unit (S10); none are counted where none is told of
    workload_points: Weights = Weights(case=2, acute=2, investigation=2, deadline=1)
    full_time_points: int = 60  # what a case worker carries in full time (c)
    transition_prepared_months: int = 6  # before the 18th birthday (R13)
    accept_assessed_adult: bool = True  # otherwise an unknown age is always a child's (R3)
    protection_assessment_hours: int = 24  # at the latest; the target is the same day (m)
    at_once_working_days: int = 1  # after these, what the law wants at once counts as late (c)
    investigation_opened_working_days: int = 5  # for an application, without delay (c)
    outcome_notified_working_days: int = 5  # after the decision (m)
    adult_investigation_months: int = 4  # the law sets no maximum (c); as a child's
    review_months: int = 6  # from one confidentiality review to the next (section 6, c)
    office_opens: int = 7  # what is read outside these hours is looked at in a review (c)
    office_closes: int = 18
    many_cases_an_hour: int = 15  # more of them are looked at, too (c)
    emergency_access_hours: int = 4  # how long a broken glass lasts (section 5, c)
    received_days_ago: int = 366  # at most, for the moment of receipt that a sender names (c)
    escalation_working_days: int = 1  # between reminders of an answer that is overdue (c)
    research_days: tuple[int, ...] = (5, 15, 25)  # of birth: kept for research; () keeps none (c)
    child_investigations_kept_from: date = date(2026, 7, 1)  # SFS 2025:1501: until 30 (c)
    disposal_least_files: int = 5  # that go together, so that no fact kept tells of one (c)
    receipts_kept_months: int = 120  # then who read what is forgotten (c)


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """Raises OrganisationIsFaulty when made with mistakes."""

    municipality: str
    name_sv: str
    name_en: str
    units: tuple[Unit, ...]
    targets: Targets
    settings: Settings = Settings()

    def __post_init__(self) -> None:
        if mistakes := list(_mistakes(self)):
            raise OrganisationIsFaulty(mistakes)

    def unit(self, code: str) -> Unit:
        """The unit with this code. Raises KeyError."""
        for unit in self.units:
            if unit.code == code:
                return unit
        raise KeyError(code)

    def has_unit(self, code: str) -> bool:
        return any(unit.code == code for unit in self.units)

    def meets_children(self, code: str) -> bool:
        """Whether whoever is under 18 may have a case there; also a unit that is no more may still
        have one. Where the rules send adults alone (R2, R9, R15), nobody does, whatever is said of
        its ages."""
        targets = self.targets
        if code in (targets.adult_entry, targets.perpetrator_line, targets.relatives_line):
            return False
        return not self.has_unit(code) or (self.unit(code).youngest or 0) < ADULT_FROM

    def carries_cases(self, code: str, compartment: Compartment) -> bool:
        """Whether the unit may be responsible for cases of that side: authority work only, and no
        line of another side (S76-S78). The entry point for children serves every side, each with
        workers of its own."""
        if not self.has_unit(code) or self.unit(code).kind is not UnitKind.AUTHORITY_WORK:
            return False
        lines = {
            self.targets.perpetrator_line: Compartment.PERPETRATOR,
            self.targets.relatives_line: Compartment.RELATIVE,
        }
        if code == self.targets.child_entry:
            return True
        own = (Compartment.EXPOSED, Compartment.TRIAGE)
        return compartment is lines[code] if code in lines else compartment in own


# --- what may be wrong -----------------------------------------------------------------------


def _mistakes(organisation: Organisation) -> Iterator[str]:
    if not _SLUG.fullmatch(organisation.municipality):
        yield f"municipality: {organisation.municipality!r} is not lower-case words with hyphens"
    if not (organisation.name_sv.strip() and organisation.name_en.strip()):
        yield "municipality: a name is missing"
    for code, times in Counter(unit.code for unit in organisation.units).items():
        if times > 1:
            yield f"units.{code}: the code is used {times} times"
    for unit in organisation.units:
        yield from _mistakes_of_unit(unit)
    yield from _mistakes_of_targets(organisation)
    yield from _mistakes_of_settings(organisation.settings)
    yield from _mistakes_of_seats(organisation)


def _mistakes_of_unit(unit: Unit) -> Iterator[str]:
    if not _SLUG.fullmatch(unit.code):
        yield f"units.{unit.code}: the code is not lower-case words with hyphens"
    if not (unit.name_sv.strip() and unit.name_en.strip() and unit.department.strip()):
        yield f"units.{unit.code}: a name or the department is missing"
    if (unit.party is None) is (unit.kind is UnitKind.EXTERNAL):
        yield f"units.{unit.code}: an external unit, and no other, says what party it is"
    if (unit.youngest or 0) < 0:
        yield f"units.{unit.code}: the youngest age is negative"
    if unit.oldest is not None and unit.oldest < (unit.youngest or 0):
        yield f"units.{unit.code}: the oldest age is below the youngest"


def _mistakes_of_targets(organisation: Organisation) -> Iterator[str]:
    targets = organisation.targets
    known = {unit.code: unit for unit in organisation.units}
    named = {
        "adult_entry": targets.adult_entry,
        "child_entry": targets.child_entry,
        "perpetrator_line": targets.perpetrator_line,
        "relatives_line": targets.relatives_line,
        "out_of_scope": targets.out_of_scope,
    }
    for target, code in named.items():
        if code not in known:
            yield f"targets.{target}: there is no unit {code!r}"
        elif known[code].kind is not UnitKind.AUTHORITY_WORK:
            yield f"targets.{target}: {code!r} does no authority work and cannot be responsible"
    for target, code in {
        "regional_coordinators": targets.regional_coordinators,
        "police": targets.police,
    }.items():
        if code not in known:
            yield f"targets.{target}: there is no unit {code!r}"
    yield from _mistakes_of_entry_points(
        known.get(targets.child_entry), known.get(targets.adult_entry)
    )
    yield from _mistakes_of_lines(targets, known)


def _mistakes_of_entry_points(children: Unit | None, adults: Unit | None) -> Iterator[str]:
    """Everybody of whatever age is met at one of them, and nobody at both."""
    if children is None or adults is None:
        return
    if children == adults:
        yield "targets.child_entry: children and adults have an entry point each (S22, S23)"
        return
    if (children.youngest or 0, children.oldest) != (0, ADULT_FROM - 1):
        yield (
            f"targets.child_entry: {children.code!r} must meet everybody under {ADULT_FROM} and"
            " nobody older, without a gap or an overlap (S22)"
        )
    if (adults.youngest, adults.oldest) != (ADULT_FROM, None):
        yield (
            f"targets.adult_entry: {adults.code!r} must meet everybody from {ADULT_FROM} on and"
            " nobody younger, without a gap or an overlap (S23)"
        )


def _mistakes_of_lines(targets: Targets, known: Mapping[str, Unit]) -> Iterator[str]:
    lines = {
        "perpetrator_line": known.get(targets.perpetrator_line),
        "relatives_line": known.get(targets.relatives_line),
        "out_of_scope": known.get(targets.out_of_scope),
    }
    for target, unit in lines.items():
        yield from _mistakes_of_line(target, unit, targets)
    if targets.regional_coordinators in (targets.adult_entry, targets.police):
        yield "targets.regional_coordinators: an operation is handled by two, the police apart (R6)"
    other_sides = (targets.adult_entry, targets.relatives_line, targets.out_of_scope)
    if targets.perpetrator_line in other_sides:
        yield "targets.perpetrator_line: no other side is met by the same unit (S76-S78)"
    for target in ("perpetrator_line", "relatives_line"):
        unit = lines[target]
        if unit and _TELLING.search(f"{unit.code} {unit.name_sv} {unit.name_en}"):
            yield f"targets.{target}: the code and names of {unit.code!r} tell whom it meets"


def _mistakes_of_line(target: str, unit: Unit | None, targets: Targets) -> Iterator[str]:
    """Whoever is under 18 is met by the children's entry point, whatever the side, and everybody
    else by the line; whose ages need not be told."""
    if unit is None or unit.kind is not UnitKind.AUTHORITY_WORK or unit.code == targets.adult_entry:
        return
    if (unit.youngest, unit.oldest) not in ((ADULT_FROM, None), (None, None)):
        yield (
            f"targets.{target}: {unit.code!r} must meet everybody from {ADULT_FROM} on and nobody"
            " younger, without a gap or an overlap (R9, R12, R15)"
        )


def _mistakes_of_seats(organisation: Organisation) -> Iterator[str]:
    """The team works with exposed persons: its seats are of units that may carry their cases."""
    known = set[str]()
    for seats in organisation.settings.team_seats:
        place = f"settings.team_seats.{seats.unit}"
        if not organisation.has_unit(seats.unit):
            yield f"{place}: there is no unit {seats.unit!r}"
        elif not organisation.carries_cases(seats.unit, Compartment.EXPOSED):
            yield f"{place}: the unit carries no cases that the team works with (S10)"
        if seats.unit in known:
            yield f"{place}: the unit's seats are told of twice"
        if not 1 <= seats.seats <= _MOST_SEATS:
            yield f"{place}: must be at least 1, and at most {_MOST_SEATS}"
        known.add(seats.unit)


def _mistakes_of_settings(settings: Settings) -> Iterator[str]:
    days = {
        "referral_answer_working_days.acute": settings.referral_answer_working_days.acute,
        "referral_answer_working_days.otherwise": settings.referral_answer_working_days.otherwise,
        "handover_answer_working_days.acute": settings.handover_answer_working_days.acute,
        "handover_answer_working_days.otherwise": settings.handover_answer_working_days.otherwise,
        "operation_acknowledged_working_days": settings.operation_acknowledged_working_days,
        "persons_met_at_once.fewest": settings.persons_met_at_once.fewest,
        "team_first_year_kronor": settings.team_first_year_kronor,
        "team_full_year_kronor": settings.team_full_year_kronor,
        "workload_points.case": settings.workload_points.case,
        "full_time_points": settings.full_time_points,
        "transition_prepared_months": settings.transition_prepared_months,
        "protection_assessment_hours": settings.protection_assessment_hours,
        "at_once_working_days": settings.at_once_working_days,
        "investigation_opened_working_days": settings.investigation_opened_working_days,
        "outcome_notified_working_days": settings.outcome_notified_working_days,
        "adult_investigation_months": settings.adult_investigation_months,
        "review_months": settings.review_months,
        "office_opens": settings.office_opens,
        "office_closes": settings.office_closes,
        "many_cases_an_hour": settings.many_cases_an_hour,
        "emergency_access_hours": settings.emergency_access_hours,
        "received_days_ago": settings.received_days_ago,
        "escalation_working_days": settings.escalation_working_days,
        "disposal_least_files": settings.disposal_least_files,
        "receipts_kept_months": settings.receipts_kept_months,
    }
    for setting, value in days.items():
        if value < 1:
            yield f"settings.{setting}: must be at least 1"
        most = _MOST_KRONOR if setting.endswith("_kronor") else _MOST_OF.get(setting, _MOST)
        if value > most:
            yield f"settings.{setting}: must be at most {most}"
    if not set(settings.research_days) <= set(range(1, 32)):
        yield "settings.research_days: days of a month, 1 to 31"
    weights = settings.workload_points
    for name in ("acute", "investigation", "deadline"):
        if not 0 <= getattr(weights, name) <= _MOST:
            yield f"settings.workload_points.{name}: must be at least 0, and at most {_MOST}"
    bounds = settings.persons_met_at_once
    if not bounds.fewest <= bounds.most <= MOST_MET_AT_ONCE:
        yield (
            "settings.persons_met_at_once.most: must be at least the fewest, and at most "
            f"{MOST_MET_AT_ONCE}"
        )
