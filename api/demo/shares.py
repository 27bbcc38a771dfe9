"""The shares of a believable year (domain section 8), and how they are dealt.

Dealt, not thrown: a deck holds each value as often as its share says, so that even a small year
has its rare cases.
"""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Final, TypeVar

from domain.codes import AgeKnowledge, Concern, Gender, PersonRole, Residence, Source

T = TypeVar("T")

INTAKES_A_YEAR: Final = 120
OPERATIONS: Final = 6  # of the police, each met 3-15 persons
TURNING_18: Final = 5

SOURCES: Final = {
    Source.YOUTH_OUTREACH: 0.11,  # outreach: 25 %
    Source.HOMELESS_OUTREACH: 0.09,
    Source.OTHER_ADVICE_AND_SUPPORT: 0.05,
    Source.POLICE_OPERATION: 0.17,  # the police: 20 %
    Source.POLICE: 0.03,
    Source.SCHOOL: 0.11,  # mandated reporters: 20 %
    Source.HEALTH_CARE: 0.09,
    Source.CIVIL_SOCIETY: 0.15,
    Source.SELF: 0.07,  # self: 10 %
    Source.CLOSE_PERSON: 0.03,
    Source.OTHER_UNIT: 0.07,  # other units: 10 %
    Source.OTHER_MUNICIPALITY: 0.03,
}
ROLES: Final = {
    PersonRole.EXPOSED: 0.77,
    PersonRole.BUYER: 0.12,
    PersonRole.PERPETRATOR: 0.03,
    PersonRole.RELATIVE: 0.05,
    PersonRole.UNKNOWN: 0.03,
}
GENDERS: Final = {Gender.WOMAN: 0.80, Gender.MAN: 0.15, Gender.OTHER: 0.02, Gender.UNKNOWN: 0.03}
MINORS: Final = 0.25
YOUNG_ADULTS: Final = 0.15
AGE_UNKNOWN: Final = 0.10
IDENTITY_UNKNOWN: Final = 0.15
COORDINATION_NUMBERS: Final = 0.10
PROTECTED_IDENTITIES: Final = 0.04
REPEATED: Final = 0.20
GONE_BETWEEN: Final = 0.2  # of those, when there was time for it
ADULTS_AMONG_UNKNOWN_AGES: Final = 0.65  # with those of whom a wrong age is told: 12 % misrouted
HANDOVERS_RETURNED: Final = 0.05
HANDOVERS_WITHDRAWN: Final = 0.08
DECLINES_REFUSED: Final = 0.12
ACUTE: Final = {True: 0.15, False: 0.85}

RESIDENCES: Final = {
    Residence.BELONGS_HERE: 0.78,
    Residence.STAYS_HERE: 0.12,
    Residence.ELSEWHERE: 0.06,
    Residence.UNKNOWN: 0.04,
}
CONCERNS: Final = {
    Concern.PROSTITUTION: 0.43,
    Concern.TRAFFICKING: 0.16,  # with the children: 5-12 presumed a year
    Concern.CLOSE_VIOLENCE: 0.22,
    Concern.FORCED_MARRIAGE: 0.03,
    Concern.OTHER_EXPLOITATION: 0.08,  # of whom half are referred on (R12)
    Concern.UNKNOWN: 0.08,
}
CONCERNS_OF_CHILDREN: Final = {
    Concern.PROSTITUTION: 0.33,
    Concern.FARES_BADLY: 0.30,
    Concern.CLOSE_VIOLENCE: 0.16,
    Concern.TRAFFICKING: 0.10,
    Concern.FORCED_MARRIAGE: 0.04,
    Concern.UNKNOWN: 0.07,
}

# Whole years at the first contact, by what is believed of the age and whether it is mistaken. No
# minor turns 18 within a year from there; who does, is planned.
TRUE_AGES: Final = {
    (AgeKnowledge.MINOR, False): (13, 16),
    (AgeKnowledge.MINOR, True): (18, 20),
    (AgeKnowledge.UNKNOWN, False): (14, 16),
    (AgeKnowledge.UNKNOWN, True): (19, 34),
    (AgeKnowledge.YOUNG_ADULT, False): (18, 20),
    (AgeKnowledge.ADULT, False): (21, 45),
    (AgeKnowledge.ADULT, True): (15, 16),
}

# Who meets whom: how much likelier than others a source is to bring a role, an age, an unknown.
MEETS_ROLE: Final[Mapping[PersonRole, Mapping[Source, float]]] = {
    PersonRole.BUYER: {Source.POLICE_OPERATION: 80, Source.SELF: 80, Source.CIVIL_SOCIETY: 40},
    PersonRole.PERPETRATOR: {Source.POLICE: 60, Source.SELF: 60, Source.OTHER_UNIT: 60},
    PersonRole.RELATIVE: {Source.CLOSE_PERSON: 120, Source.SCHOOL: 40, Source.OTHER_UNIT: 40},
    PersonRole.UNKNOWN: {Source.POLICE_OPERATION: 60, Source.CIVIL_SOCIETY: 40},
}
MEETS_MINORS: Final = {Source.SCHOOL: 20.0, Source.YOUTH_OUTREACH: 10, Source.HEALTH_CARE: 4}
MEETS_YOUNG: Final = {Source.YOUTH_OUTREACH: 8.0, Source.CIVIL_SOCIETY: 4}
MEETS_NAMELESS: Final = {Source.POLICE_OPERATION: 6.0, Source.HOMELESS_OUTREACH: 6}


def deal(rng: Random, shares: Mapping[T, float], count: int) -> list[T]:
    """Each value as often as its share says, spread over them all; what rounding leaves has the
    commonest."""
    often = {value: round(share * count) for value, share in shares.items()}
    often[max(shares, key=lambda value: shares[value])] += count - sum(often.values())
    deck = [
        ((place + rng.random()) / times, value)
        for value, times in often.items()
        for place in range(times)
    ]
    return [value for _, value in sorted(deck, key=lambda card: card[0])]


def spread(rng: Random, values: Sequence[T], weights: Sequence[float], count: int) -> list[T]:
    """So many of them, any of them more than once, each stretch as often as its weight says; in any
    order."""
    upto = list(accumulate(weights))
    step = upto[-1] / count if count else 0
    chosen = [
        values[bisect(upto, (n + rng.random()) * step, hi=len(upto) - 1)] for n in range(count)
    ]
    rng.shuffle(chosen)
    return chosen


def draw(
    rng: Random, free: list[T], count: int, weight: Callable[[T], float] = lambda _: 1
) -> list[T]:
    """Some of the free ones, the weightier the likelier; they are free no longer."""
    order = [(rng.random() ** (1 / weight(one)), place) for place, one in enumerate(free)]
    places = sorted(place for _, place in sorted(order, reverse=True)[:count])
    return [free.pop(place) for place in reversed(places)]


def choose(rng: Random, weights: Mapping[T, float]) -> T:
    return rng.choices(list(weights), list(weights.values()))[0]


def happens(rng: Random, share: float) -> bool:
    return rng.random() < share
