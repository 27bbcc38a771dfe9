"""How the intakes of a chapter come about: when, by whom, who is met, and who comes back."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Final

from api.demo import shares
from api.demo.intakes import Chapter, Intake
from api.demo.people import Population
from api.demo.shares import choose, deal, draw, happens, spread
from api.demo.workdays import bustle
from domain.codes import AgeKnowledge, Concern, Gender, IdentityKind, PersonRole, Residence, Source
from domain.organisation import ADULT_FROM

_OTHER_SIDE: Final = (PersonRole.BUYER, PersonRole.PERPETRATOR)
_CONCERN_OF_ROLE: Final = {
    PersonRole.BUYER: Concern.PROSTITUTION,
    PersonRole.PERPETRATOR: Concern.CLOSE_VIOLENCE,
    PersonRole.UNKNOWN: Concern.UNKNOWN,
}
_GONE_LONG: Final = 120  # days from one contact to the next
_DAYS_TO_GROW: Final = 60  # a case that is to see an 18th birthday has this long before it


def plan_intakes(rng: Random, population: Population, chapter: Chapter) -> list[Intake]:
    """In the order of time."""
    days, scale = chapter.days, chapter.scale
    count = max(12, round(shares.INTAKES_A_YEAR * scale))
    intakes = _contacts(rng, days, count)
    first, repeated = _apart(rng, intakes, before=len(chapter.known))
    _give_roles(rng, first)
    _give_ages(rng, first, count)
    _give_identities(rng, first, count)
    _give_birthdays(rng, first, chapter, max(1, round(shares.TURNING_18 * scale)))
    _give_circumstances(rng, first)
    _give_bodies(rng, population, first)
    waiting = set(_fill_the_last_days(rng, first, days)) if chapter.is_last else ()
    _come_back(rng, [*chapter.known, *(it for it in first if it not in waiting)], repeated)
    intakes.sort(key=lambda intake: intake.day)
    for number, intake in enumerate(intakes):
        intake.name = f"{chapter.name}/{number}"
    return intakes


# --- when, and by whom -----------------------------------------------------------------------


def _contacts(rng: Random, days: Sequence[date], count: int) -> list[Intake]:
    """Contacts over the year; those of one police operation fall on one day."""
    bustles = [bustle(day) for day in days]
    sources = deal(rng, shares.SOURCES, count)
    sizes = _sizes(rng, sources.count(Source.POLICE_OPERATION))
    when = spread(rng, days, [often**2 for often in bustles], len(sizes))
    bursts = enumerate(zip(when, sizes, strict=True))
    operations = [(day, number) for number, (day, size) in bursts for _ in range(size)]
    others = spread(rng, days, bustles, count)
    intakes = []
    for source in sources:
        met = source is Source.POLICE_OPERATION
        day, operation = operations.pop() if met else (others.pop(), None)
        intakes.append(Intake(day=day, source=source, operation=operation))
    return sorted(intakes, key=lambda intake: intake.day)


def _sizes(rng: Random, met: int) -> list[int]:
    """Bursts of 3-15 persons, most of them small."""
    most = shares.OPERATIONS * max(1, round(met / shares.INTAKES_A_YEAR / 0.17))
    sizes = [3] * min(most, met // 3) or [met]
    for _ in range(met - sum(sizes)):
        sizes[min(rng.randrange(len(sizes)), rng.randrange(len(sizes)))] += 1
    return sizes


def _apart(rng: Random, intakes: list[Intake], *, before: int) -> tuple[list[Intake], list[Intake]]:
    """First contacts, and repeated ones, which cannot be among the earliest."""
    earliest = 0 if before else len(intakes) // 5
    late = [i for i in intakes[earliest:] if i.source is not Source.POLICE_OPERATION]
    repeated = draw(rng, late, round(shares.REPEATED * len(intakes)))
    again = set(repeated)
    return [intake for intake in intakes if intake not in again], repeated


# --- who -------------------------------------------------------------------------------------


def _give_roles(rng: Random, intakes: list[Intake]) -> None:
    """The exposed are met in every operation; of all the others, each role its share."""
    exposed = {it.operation: it for it in intakes if it.operation is not None}
    free = [it for it in intakes if it not in set(exposed.values())]
    for role, meets in shares.MEETS_ROLE.items():
        share = max(1, round(shares.ROLES[role] * len(intakes)))
        for intake in draw(rng, free, share, _weight(meets)):
            intake.role = role


def _give_ages(rng: Random, intakes: list[Intake], count: int) -> None:
    """Adults, unless told otherwise."""
    free = [i for i in intakes if i.role is PersonRole.EXPOSED]
    unknown = draw(rng, free, round(shares.AGE_UNKNOWN * count), _weight(shares.MEETS_NAMELESS))
    for intake in unknown:
        intake.age = AgeKnowledge.UNKNOWN
    told = set(unknown)
    free = [i for i in intakes if i.role is not PersonRole.UNKNOWN and i not in told]
    for intake in draw(rng, free, round(shares.MINORS * len(intakes)), _meets_minor):
        intake.age = AgeKnowledge.MINOR
    young = round(shares.YOUNG_ADULTS * len(intakes))
    for intake in draw(rng, free, young, _weight(shares.MEETS_YOUNG)):
        intake.age = AgeKnowledge.YOUNG_ADULT


def _meets_minor(intake: Intake) -> float:
    return 0.05 if intake.role in _OTHER_SIDE else shares.MEETS_MINORS.get(intake.source, 1)


def _weight(meets: Mapping[Source, float]) -> Callable[[Intake], float]:
    return lambda intake: meets.get(intake.source, 1)


def _give_identities(rng: Random, intakes: list[Intake], count: int) -> None:
    """Whose age is unknown is not known at all; of some others a wrong age is believed."""
    unknown = [i for i in intakes if i.age is AgeKnowledge.UNKNOWN]
    exposed = [i for i in intakes if i.role is PersonRole.EXPOSED]
    minors = [i for i in exposed if i.age is AgeKnowledge.MINOR]
    adults = [i for i in exposed if i.age is AgeKnowledge.ADULT]
    nameless = max(2, round(shares.IDENTITY_UNKNOWN * count) - len(unknown))
    mistaken = [*draw(rng, minors, nameless - nameless // 3), *draw(rng, adults, nameless // 3)]
    for intake in (*unknown, *mistaken):
        intake.identity = IdentityKind.NONE
    grown_up = draw(rng, list(unknown), round(len(unknown) * shares.ADULTS_AMONG_UNKNOWN_AGES))
    for intake in (*mistaken, *grown_up):
        intake.mistaken = True
    numbered = [
        i for i in intakes if i.identity is not IdentityKind.NONE and i.source is not Source.SCHOOL
    ]
    for intake in draw(rng, numbered, round(shares.COORDINATION_NUMBERS * count)):
        intake.identity = IdentityKind.COORDINATION_NUMBER


def _give_birthdays(rng: Random, intakes: list[Intake], chapter: Chapter, share: int) -> None:
    """Some turn 18 during the year; one of them in its last days, so that a handover waits."""
    minors = [
        i
        for i in intakes
        if (i.age, i.role) == (AgeKnowledge.MINOR, PersonRole.EXPOSED)
        and i.identity is not IdentityKind.NONE
        and (chapter.until - i.day).days > _DAYS_TO_GROW
    ]
    for number, intake in enumerate(draw(rng, minors, share)):
        later = rng.randrange(_DAYS_TO_GROW // 2, (chapter.until - intake.day).days - 14)
        intake.turns_18_on = intake.day + timedelta(days=later)
        intake.finished_here = number % 2 == 1
        if number == 0 and chapter.is_last:
            intake.turns_18_on = chapter.days[-3] - timedelta(days=1)


def _give_circumstances(rng: Random, intakes: list[Intake]) -> None:
    free = [intake for intake in intakes if not (intake.turns_18_on or intake.mistaken)]
    residences = deal(rng, shares.RESIDENCES, len(free))
    for intake in free:
        number_of_stay = intake.identity is IdentityKind.COORDINATION_NUMBER
        intake.residence = Residence.STAYS_HERE if number_of_stay else residences.pop()
    for group in _by_place(intakes):
        for intake, acute in zip(group, deal(rng, shares.ACUTE, len(group)), strict=True):
            intake.acute = acute and not intake.turns_18_on
    _give_concerns(rng, intakes)


def _give_concerns(rng: Random, intakes: list[Intake]) -> None:
    """What some roles are there for; of the others, of each role and age its share."""
    for role, age in product(PersonRole, AgeKnowledge):
        those = [i for i in intakes if (i.role, i.age) == (role, age)]
        minor = age is AgeKnowledge.MINOR
        concerns = shares.CONCERNS_OF_CHILDREN if minor else shares.CONCERNS
        for intake, concern in zip(those, deal(rng, concerns, len(those)), strict=True):
            intake.concern = _CONCERN_OF_ROLE.get(role, concern)


def _by_place(intakes: list[Intake]) -> tuple[list[Intake], list[Intake]]:
    """Whom another municipality answers for, and the others."""
    elsewhere = [intake for intake in intakes if intake.residence is Residence.ELSEWHERE]
    return elsewhere, [intake for intake in intakes if intake not in set(elsewhere)]


def _give_bodies(rng: Random, population: Population, intakes: list[Intake]) -> None:
    """Buyers first: nine in ten are men, while the deck has any."""
    genders = Counter(deal(rng, shares.GENDERS, len(intakes)))
    for intake in sorted(intakes, key=lambda i: i.role not in _OTHER_SIDE):
        man = intake.role in _OTHER_SIDE and genders[Gender.MAN] and happens(rng, 0.9)
        gender = Gender.MAN if man else choose(rng, genders)
        genders[gender] -= 1
        intake.somebody = population.somebody(
            rng, kind=intake.identity, born=_born(rng, intake), gender=gender
        )
        intake.identity = intake.somebody.kind


def _born(rng: Random, intake: Intake) -> date:
    if intake.turns_18_on:
        return _years_before(intake.turns_18_on, ADULT_FROM)
    years = rng.randint(*shares.TRUE_AGES[intake.age, intake.mistaken])
    return _years_before(intake.day, years) - timedelta(days=rng.randrange(1, 355))


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


# --- again, and lately -----------------------------------------------------------------------


def _come_back(rng: Random, first: list[Intake], repeated: list[Intake]) -> None:
    """The same person, on the same side, by another door; the number tells that it is. Of each age
    as many come back as there are of it, and some have been gone for long."""
    recognisable = [intake for intake in first if intake.is_recognisable]
    ages = {age: [i for i in recognisable if i.age is age] for age in AgeKnowledge}
    of_all = {age: sum(map(_returns, known)) for age, known in ages.items() if known}
    dealt = deal(rng, {age: of / sum(of_all.values()) for age, of in of_all.items()}, len(repeated))
    for intake, age in zip(repeated, dealt, strict=True):
        known = _earlier(rng, ages[age], intake.day) or _earlier(rng, recognisable, intake.day)
        intake.repeats = known = known or recognisable[0]
        intake.somebody = known.somebody
        intake.role, intake.identity, intake.age = known.role, known.identity, known.age
        intake.concern, intake.residence = known.concern, known.residence
    long_since = {it.repeats: None for it in repeated if it.repeats and _was_gone(it, it.repeats)}
    for known in draw(rng, list(long_since), round(shares.GONE_BETWEEN * len(repeated))):
        known.goes = True


def _returns(intake: Intake) -> float:
    """How likely."""
    return 1 if intake.role is PersonRole.EXPOSED else 0.4


def _earlier(rng: Random, known: Sequence[Intake], day: date) -> Intake | None:
    upto = bisect_left(known, day, key=lambda intake: intake.day)
    return rng.choices(known[:upto], [*map(_returns, known[:upto])])[0] if upto else None


def _was_gone(intake: Intake, known: Intake) -> bool:
    return not known.turns_18_on and (intake.day - known.day).days > _GONE_LONG


def _fill_the_last_days(
    rng: Random, intakes: list[Intake], days: Sequence[date]
) -> Iterator[Intake]:
    """What a demo shows first: on the morning after the year, every unit has something waiting."""
    free = [
        i
        for i in intakes
        if i.turns_18_on is None and not i.mistaken and i.source is not Source.POLICE_OPERATION
    ]
    minor, grown_up = (AgeKnowledge.MINOR,), (AgeKnowledge.ADULT, AgeKnowledge.YOUNG_ADULT)
    for number, role, ages in (
        (2, PersonRole.EXPOSED, minor),
        (3, PersonRole.EXPOSED, grown_up),
        (1, PersonRole.BUYER, grown_up),
        (1, PersonRole.RELATIVE, grown_up),
    ):
        for intake in draw(rng, [i for i in free if i.role is role and i.age in ages], number):
            intake.day, intake.acute = days[-1], False
            yield intake
