"""Referrals are sent: by anybody who works with exposed persons, in one act to one unit."""

from datetime import date
from typing import Annotated, Any, Final

from msgspec import Meta
from pydantic import ValidationInfo, field_validator

from api.commands import referrals as use_cases
from api.commands.referrals import ReferralDetails
from api.door import CREATED, Lead, deciding
from api.door.answers import (
    Answer,
    Done,
    Due,
    ReferralId,
    Unit,
    Words,
)
from api.door.faults import Fault, faulty
from api.door.fields import Body, Line, Number, Passage, PastDay, PastMoment, shown
from api.door.visit import Visit
from domain.codes import (
    AgeKnowledge,
    Channel,
    Concern,
    Gender,
    PersonRole,
    ReferralKind,
    Residence,
    Source,
)
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    BornTooLongAgo,
    ReceivedInTheFuture,
    ReceivedTooLongAgo,
    SourceIsAnother,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralReceived, ReferralRouted
from domain.routing import Rule

# --- a referral is sent ----------------------------------------------------------------------


SOMEBODY: Final = {
    "role": "exposed",
    "name": "Alva Dimvik",
    "number": "20070519-2383",
    "bornOn": "2007-05-19",
    "age": "minor",
    "assessedAdultBy": None,
    "gender": "woman",
    "residence": "belongs-here",
    "contact": "Nås genom kuratorn på skolan",
}


class NewPerson(Body):
    """Who it is about, as far as the sender knows. Everything but the role may be left out."""

    model_config = shown(**SOMEBODY)

    role: PersonRole
    name: Line | None = None
    number: Number | None = None
    born_on: PastDay | None = None
    """Left out, it is taken from a personal number; a coordination number vouches for none."""
    age: AgeKnowledge | None = None
    """What is known of the age where the birth date is not."""
    assessed_adult_by: Line | None = None
    """Who, by name, assessed somebody of unknown age as adult (R3)."""
    gender: Gender = Gender.UNKNOWN
    residence: Residence = Residence.UNKNOWN
    contact: Line | None = None

    @field_validator("born_on")
    @classmethod
    def _agrees_with_the_number(cls, born: date | None, info: ValidationInfo) -> date | None:
        number = info.data.get("number")
        if born and number and number.contradicts(born):
            raise faulty(Fault.CONTRADICTS_NUMBER)
        return born


class NewReferral(Body):
    """What the sender tells."""

    model_config = shown(
        source="youth-outreach",
        channel="in-person",
        concern="fares-badly",
        account="Sover hos bekanta sedan en vecka och har nya, dyra saker.",
        person=SOMEBODY,
        kind="report-of-concern",
        receivedAt="2023-04-03T08:15:00Z",
        sendersReference="UJ-2023-17",
        acute=False,
    )

    source: Source
    channel: Channel
    concern: Concern
    account: Passage
    """What has been seen and heard."""
    person: NewPerson
    kind: ReferralKind | None = None
    """Left out, it follows from the rules."""
    received_at: PastMoment | None = None
    """When it arrived, if not now: clocks start there."""
    senders_reference: Line | None = None
    acute: bool = False

    def details(self) -> ReferralDetails:
        return details_of(
            self.person,
            source=self.source,
            channel=self.channel,
            kind=self.kind,
            senders_reference=self.senders_reference,
            received_at=self.received_at,
            acute=self.acute,
            concern=self.concern,
            account=self.account,
        )


def details_of(person: NewPerson, **told: Any) -> ReferralDetails:
    """What is told of somebody, with what the sender tells beside it."""
    return ReferralDetails(
        role=person.role,
        residence=person.residence,
        name=person.name,
        number=person.number.twelve if person.number else None,
        born=person.born_on or (person.number.born if person.number else None),
        age=person.age,
        assessed_adult_by=person.assessed_adult_by,
        gender=person.gender,
        contact=person.contact,
        **told,
    )


Holder = Annotated[
    str, Meta(description="The unit that holds it until it is accepted.", examples=["nexus"])
]
Informed = Annotated[list[str], Meta(description="Units that learn of it.", examples=[[]])]
Receipt = Annotated[str, Meta(description="Random.", examples=["5XK2M8Q0J4T7V9B3C6D1E0F2GH"])]


class Routing(Answer):
    """Where a referral went, and why: the deciding rule is told last."""

    unit: Unit
    holder: Holder
    informed: Informed
    rules: Annotated[list[Rule], Meta(examples=[["R4", "R1"]])]
    deciding_rule: Annotated[Rule, Meta(examples=["R1"])]
    reason: Words
    answer_due: Due


def routing(routed: ReferralRouted) -> Routing:
    deciding = routed.deciding.reveal()
    return Routing(
        unit=routed.unit,
        holder=routed.holder,
        informed=list(routed.informed),
        rules=list(routed.rules.reveal()),
        deciding_rule=deciding,
        reason=Words.of(deciding),
        answer_due=routed.answer_due,
    )


class ReceivedReferral(Done):
    """The receipt: what the sender quotes when asking, and who answers."""

    referral_id: ReferralId
    receipt: Receipt
    routing: Routing


@deciding(
    "receiveReferral",
    Label("Lämna en aktualisering", "Send a referral"),
    Label(
        "Aktualiseringen får kvitto, fördelas av reglerna R0-R16 till en enda enhet och har från"
        " första stund någon som håller i den. Svaret säger vart den gick och varför.",
        "The referral gets a receipt, is routed by the rules R0-R16 to exactly one unit, and has a"
        " holder from the first moment. The answer says where it went and why.",
    ),
    asks=(Act.SEND, Information.REFERRAL),
    refuses=(
        SourceIsAnother,
        BornInTheFuture,
        BornTooLongAgo,
        ReceivedInTheFuture,
        ReceivedTooLongAgo,
        AssessorIsNotNamed,
        AgesContradict,
    ),
    status=CREATED,
    location="/referrals/{0.referral_id}",
    leads=(
        Lead("acceptReferral", {"referralId": "referralId"}),
        Lead("readReferral", {"referralId": "referralId"}),
    ),
)
async def receive(visit: Visit, referral: NewReferral) -> ReceivedReferral:
    outcome = await visit.carry_out(use_cases.receive_referral, referral.details())
    referral_id, received = outcome.the(ReferralReceived)
    _, routed = outcome.the(ReferralRouted)
    return ReceivedReferral(
        referral_id=referral_id,
        receipt=received.receipt,
        routing=routing(routed),
        position=outcome.position,
        replayed=outcome.replayed,
    )
