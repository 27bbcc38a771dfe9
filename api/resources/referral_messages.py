"""Several persons in one message: a referral each, one receipt together."""

from typing import Annotated

from pydantic import Field

from api.commands import referrals as use_cases
from api.commands.referrals import ReferralDetails
from api.door import CREATED, Lead, deciding
from api.door.answers import Answer, Done, ReferralId
from api.door.fields import Body, Line, Passage, PastMoment, shown
from api.door.visit import Visit
from api.resources.referrals import SOMEBODY, NewPerson, Receipt, Routing, details_of, routing
from domain.codes import Channel, Concern, ReferralKind, Source
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    BornTooLongAgo,
    MessageMixesSides,
    PersonIsNamedTwice,
    ReceivedInTheFuture,
    ReceivedTooLongAgo,
    SourceIsAnother,
)
from domain.labels import Label
from domain.policy import Act, Information
from domain.referral import ReferralReceived, ReferralRouted


class ToldPerson(Body):
    """One of those whom the message is about. What is told of one is kept for that one alone."""

    model_config = shown(
        person=SOMEBODY, concern="fares-badly", account="Var med vid mötet.", acute=False
    )

    person: NewPerson
    concern: Concern
    account: Passage
    acute: bool = False


class NewMessage(Body):
    """What the sender tells, once for all of them."""

    source: Source
    channel: Channel
    persons: Annotated[list[ToldPerson], Field(min_length=1, max_length=20)]
    kind: ReferralKind | None = None
    received_at: PastMoment | None = None
    senders_reference: Line | None = None

    def every(self) -> list[ReferralDetails]:
        return [
            details_of(
                told.person,
                source=self.source,
                channel=self.channel,
                kind=self.kind,
                senders_reference=self.senders_reference,
                received_at=self.received_at,
                acute=told.acute,
                concern=told.concern,
                account=told.account,
            )
            for told in self.persons
        ]


class SentReferral(Answer):
    referral_id: ReferralId
    routing: Routing


class ReceivedMessage(Done):
    """One receipt for the whole message; the referrals in the order of the persons."""

    receipt: Receipt
    referrals: list[SentReferral]


@deciding(
    "receiveMessage",
    Label("Lämna flera personer på en gång", "Send several persons at once"),
    Label(
        "Högst 20 personer på samma sida: en aktualisering var, alla eller ingen, med ett kvitto"
        " tillsammans. Den som hör till en annan sida lämnas i ett eget meddelande (S77).",
        "At most 20 persons of one side: a referral each, all or none, with one receipt together."
        " Somebody of another side is sent in a message of their own (S77).",
    ),
    asks=(Act.SEND, Information.REFERRAL),
    refuses=(
        MessageMixesSides,
        PersonIsNamedTwice,
        BornInTheFuture,
        BornTooLongAgo,
        ReceivedInTheFuture,
        ReceivedTooLongAgo,
        SourceIsAnother,
        AssessorIsNotNamed,
        AgesContradict,
    ),
    status=CREATED,
    leads=(Lead("listReceipts", {}),),
)
async def receive(visit: Visit, message: NewMessage) -> ReceivedMessage:
    outcome = await visit.carry_out(use_cases.receive_message, message.every())
    _, received = outcome.the(ReferralReceived)
    return ReceivedMessage(
        receipt=received.receipt,
        referrals=[
            SentReferral(referral_id=fact.stream, routing=routing(fact.event))
            for fact in outcome.facts
            if isinstance(fact.event, ReferralRouted)
        ],
        position=outcome.position,
        replayed=outcome.replayed,
    )
