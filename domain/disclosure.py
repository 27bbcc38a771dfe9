"""On what something crosses a border of secrecy (sekretessbrytande grund): a closed list.

Each ground stands in one row: the section that carries it, from when on, and to whom it carries.
What rests on consent needs one besides (consent.py). Who fits which ground, and from which day a
section that came later is in force, is our reading of the Act (c); the thresholds of a crime, the
weighing, and the harm test itself, are judged by whoever discloses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from domain.codes import DisclosureGround, Receiver
from domain.errors import GroundDoesNotFit

OSL: Final = "OSL 2009:400"
_OSL_IN_FORCE: Final = date(2009, 6, 30)

_AUTHORITIES: Final = frozenset(
    (
        Receiver.REGION,
        Receiver.SCHOOL,
        Receiver.OTHER_MUNICIPALITY,
        Receiver.OTHER_AUTHORITY,
    )
)
_WHO_HELP: Final = _AUTHORITIES | {Receiver.CIVIL_SOCIETY, Receiver.LEGAL_COUNSEL}
_POLICE: Final = frozenset((Receiver.POLICE,))
_AGAINST_CRIME: Final = frozenset((Receiver.POLICE, Receiver.OTHER_AUTHORITY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The section that carries a disclosure, in its wording since a day, and to whom."""

    section: str
    receivers: frozenset[Receiver]
    since: date = _OSL_IN_FORCE
    statute: str = OSL


TABLE: Final[Mapping[DisclosureGround, Basis]] = MappingProxyType(
    {
        # nothing else carries to a regional coordinator (R6)
        DisclosureGround.CONSENT: Basis(section="10:1, 12:2", receivers=frozenset(Receiver)),
        DisclosureGround.GUARDIAN: Basis(section="12:3", receivers=frozenset(Receiver)),
        DisclosureGround.HARM_TEST: Basis(
            section="26:1", receivers=_WHO_HELP | {Receiver.CLOSE_PERSON}
        ),
        DisclosureGround.OWN_WORK: Basis(section="10:2", receivers=_WHO_HELP),
        # to an authority that runs what the case is kept in (prop. 2022/23:97; the section has
        # companies, too, and no company is among the receivers)
        DisclosureGround.TECHNICAL_PROCESSING: Basis(
            section="10:2 a",
            receivers=frozenset((Receiver.OTHER_AUTHORITY, Receiver.OTHER_MUNICIPALITY)),
            since=date(2023, 7, 1),
        ),
        # prop. 2024/25:180: against crime, wrong payments and breaches alone; that it reaches the
        # secrecy of the social services at all is for a legal opinion (c)
        DisclosureGround.WEIGHED: Basis(
            section="10:15 a", receivers=_AUTHORITIES | _POLICE, since=date(2025, 12, 1)
        ),
        # prop. 2011/12:171: of whoever is under 21 and may come to commit crimes
        DisclosureGround.YOUNG_OFFENDERS: Basis(
            section="10:18 a", receivers=_POLICE, since=date(2013, 1, 1)
        ),
        # prop. 2020/21:163: of whoever may come to commit a grave crime against somebody close
        DisclosureGround.CLOSE_VIOLENCE: Basis(
            section="10:18 c", receivers=_POLICE, since=date(2021, 8, 1)
        ),
        DisclosureGround.YOUNG_IN_DANGER: Basis(section="10:20", receivers=_POLICE),
        DisclosureGround.CRIME_AGAINST_CHILD: Basis(section="10:21", receivers=_AGAINST_CRIME),
        DisclosureGround.SERIOUS_CRIME: Basis(section="10:23", receivers=_AGAINST_CRIME),
        DisclosureGround.OTHER_CRIME: Basis(section="10:24", receivers=_AGAINST_CRIME),
        DisclosureGround.DUTY: Basis(section="10:28", receivers=_AUTHORITIES | _AGAINST_CRIME),
        DisclosureGround.CARE: Basis(
            section="26:9", receivers=frozenset((Receiver.REGION, Receiver.OTHER_MUNICIPALITY))
        ),
        # the day and the receivers are our reading: no text of the section was at hand (c)
        DisclosureGround.PLACEMENT: Basis(
            section="26:14 d",
            receivers=frozenset((Receiver.REGION, Receiver.SCHOOL, Receiver.OTHER_MUNICIPALITY)),
            since=date(2024, 4, 1),
        ),
        # to whoever reported, by feedback alone: of the receivers of a referral it is nobody's
        DisclosureGround.REPORTER_FEEDBACK: Basis(section="26:9 a", receivers=frozenset()),
    }
)
RESTS_ON_CONSENT: Final = frozenset((DisclosureGround.CONSENT, DisclosureGround.GUARDIAN))


def require_basis(ground: DisclosureGround, receiver: Receiver, day: date) -> Basis:
    """What carries it that day. Raises GroundDoesNotFit: not to this receiver, or not yet law."""
    basis = TABLE[ground]
    if receiver not in basis.receivers or day < basis.since:
        raise GroundDoesNotFit
    return basis
