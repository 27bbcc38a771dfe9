"""What is told of an intake to whoever receives it, and what the rules go by."""

from datetime import datetime, timedelta

from api.commands.referrals import ReferralDetails
from api.demo import texts
from api.demo.intakes import Intake
from api.demo.shares import happens
from api.demo.stage import Stage
from domain.codes import AgeKnowledge, Channel, IdentityKind, Source
from domain.routing import Facts

_CHANNELS = {
    Source.SELF: (Channel.PHONE, Channel.IN_PERSON),
    Source.CLOSE_PERSON: (Channel.PHONE, Channel.E_MAIL),
    Source.SCHOOL: (Channel.E_SERVICE, Channel.LETTER),
    Source.CIVIL_SOCIETY: (Channel.PHONE, Channel.E_SERVICE),
    Source.OTHER_UNIT: (Channel.PHONE,),
}


def facts(intake: Intake, stage: Stage) -> Facts:
    return Facts(
        role=intake.role,
        age=intake.known_age(stage.today),
        concern=intake.concern,
        source=intake.source,
        residence=intake.residence,
    )


def details(intake: Intake, stage: Stage) -> ReferralDetails:
    rng, somebody = stage.rng, intake.somebody
    known = intake.identity is not IdentityKind.NONE
    child = intake.known_age(stage.today) in (AgeKnowledge.MINOR, AgeKnowledge.UNKNOWN)
    return ReferralDetails(
        source=intake.source,
        channel=rng.choice(_CHANNELS.get(intake.source, (Channel.SECURE_MESSAGE,))),
        kind=None,  # what it is, the source says
        senders_reference=_reference(stage) if intake.source in _REFERRING else None,
        received_at=_received(intake, stage),
        acute=intake.acute,
        role=intake.role,
        concern=intake.concern,
        residence=intake.residence,
        name=somebody.name,
        number=somebody.number,
        born=somebody.born if known else None,
        age=None if known else intake.age,
        assessed_adult_by=None,
        gender=somebody.gender,
        contact=somebody.contact,
        account=texts.account(
            rng, intake.source, intake.role, intake.concern, somebody.gender, child=child
        ),
    )


_REFERRING = (Source.POLICE, Source.POLICE_OPERATION, Source.HEALTH_CARE, Source.OTHER_MUNICIPALITY)


def _reference(stage: Stage) -> str:
    return f"{stage.today.year}-{stage.rng.randrange(100_000, 1_000_000)}"


def _received(intake: Intake, stage: Stage) -> datetime | None:
    """Whom the police meet at night, they tell of the next morning; letters wait for the post."""
    if intake.source is Source.POLICE_OPERATION:
        return stage.now - timedelta(minutes=stage.rng.randrange(7 * 60, 13 * 60))
    if happens(stage.rng, 0.1):
        return stage.now - timedelta(minutes=stage.rng.randrange(20, 120))
    return None
