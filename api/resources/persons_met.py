"""Those met in a police operation: all of a burst in one act, each a referral of its own (R6)."""

from collections.abc import Sequence
from uuid import UUID

from api.commands import police_operations as use_cases
from api.commands.referrals import ReferralDetails
from api.door import CREATED, Lead, deciding
from api.door.answers import Answer, ReferralId
from api.door.fields import Body, Line, Passage, PastMoment, shown
from api.door.visit import Visit
from api.resources.police_operations import SEND, ChangedOperation
from api.resources.referrals import SOMEBODY, NewPerson, Receipt, Routing, details_of, routing
from domain.codes import Channel, Concern, Source
from domain.errors import (
    AgesContradict,
    AssessorIsNotNamed,
    BornInTheFuture,
    BornTooLongAgo,
    MessageMixesSides,
    OperationIsClosed,
    PersonMetTwice,
    PersonsMetOutOfBounds,
    ReceivedInTheFuture,
    ReceivedTooLongAgo,
)
from domain.labels import Label
from domain.referral import ReferralReceived, ReferralRouted


class MetPerson(Body):
    model_config = shown(
        concern="prostitution",
        account="Möttes i en lägenhet, vill prata med någon.",
        acute=False,
        person=SOMEBODY,
    )

    concern: Concern
    account: Passage
    """What has been seen and heard."""
    person: NewPerson
    acute: bool = False
    senders_reference: Line | None = None
    """One's own, of this person: what is asked for later (the silence alarm)."""


class Burst(Body):
    """Those met, in one act: all of them are referred, or nobody."""

    model_config = shown(
        channel="secure-message",
        metAt="2023-04-03T08:15:00Z",
        persons=[
            {
                "concern": "prostitution",
                "account": "Möttes i en lägenhet, vill prata med någon.",
                "acute": False,
                "person": SOMEBODY,
            }
        ],
    )

    channel: Channel
    persons: list[MetPerson]
    met_at: PastMoment | None = None
    """When the referrals arrived, if not now: their clocks start there."""

    def details(self) -> Sequence[ReferralDetails]:
        return [
            details_of(
                met.person,
                source=Source.POLICE_OPERATION,
                channel=self.channel,
                kind=None,
                senders_reference=met.senders_reference,
                received_at=self.met_at,
                acute=met.acute,
                concern=met.concern,
                account=met.account,
            )
            for met in self.persons
        ]


class Met(Answer):
    """One of those met: a referral of its own."""

    referral_id: ReferralId
    receipt: Receipt
    routing: Routing


class ReferredBurst(ChangedOperation):
    """The referrals, in the order of the persons."""

    referrals: list[Met]


@deciding(
    "referThoseMet",
    Label("Aktualisera dem som möttes", "Refer those met"),
    Label(
        "Alla på en sida i ett kommando, eller ingen; en annan sida lämnas för sig (S77). Var och"
        " en blir en egen aktualisering och fördelas för sig (R1-R3, R6); hur många som får lämnas"
        " på en gång är en inställning.",
        "All of one side in one command, or nobody; another side is sent on its own (S77). Each is"
        " a referral of its own and routed by itself (R1-R3, R6); how many there may be at once is"
        " a setting.",
    ),
    asks=SEND,
    refuses=(
        PersonsMetOutOfBounds,
        MessageMixesSides,
        PersonMetTwice,
        OperationIsClosed,
        BornInTheFuture,
        BornTooLongAgo,
        ReceivedInTheFuture,
        ReceivedTooLongAgo,
        AssessorIsNotNamed,
        AgesContradict,
    ),
    status=CREATED,
    leads=(Lead("referThoseMet", {"operationId": "operationId"}),),
)
async def refer(visit: Visit, operation_id: UUID, burst: Burst) -> ReferredBurst:
    outcome = await visit.carry_out(use_cases.refer_those_met, operation_id, burst.details())
    received = {
        fact.stream: fact.event.receipt
        for fact in outcome.facts
        if isinstance(fact.event, ReferralReceived)
    }
    routed = {
        fact.stream: routing(fact.event)
        for fact in outcome.facts
        if isinstance(fact.event, ReferralRouted)
    }
    return ReferredBurst(
        operation_id=operation_id,
        referrals=[
            Met(referral_id=referral, receipt=receipt, routing=routed[referral])
            for referral, receipt in received.items()
        ],
        position=outcome.position,
        replayed=outcome.replayed,
    )
