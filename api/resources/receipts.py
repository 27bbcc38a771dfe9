"""What has become of what was sent: for senders outside the administration, and for units of it.

A receipt tells that something arrived, and whether it is answered: nothing of whom it is about,
which unit has it, or on which side. References stand in a body, never in an address.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from msgspec import Meta
from pydantic import Field, ValidationInfo, field_validator

from api.door import Lead, reading
from api.door.answers import Answer, Count, Moment, Page, Position, Seen
from api.door.faults import Fault, faulty
from api.door.fields import SWEDEN, Body, Line, PastDay, shown
from api.door.query import PageQuery
from api.door.visit import Visit
from api.resources.referrals import Receipt
from domain.codes import Purpose, ReceiptStatus
from domain.labels import Label
from domain.policy import Act, Information
from projections import sender_receipts
from projections.sender_receipts import Cursor

_ASKS = (Act.READ, Information.RECEIPT)
_VIEW = sender_receipts.PROJECTION.name

Reference = Annotated[str, Meta(description="As it was asked for.", examples=["P-2023-17"])]
Some = Annotated[list[Line], Field(min_length=1, max_length=200)]
Found = dict[str, list[sender_receipts.Receipt]]  # by what was asked for


class SentReceipt(Answer):
    """One message: what was sent together is one receipt, answered when all of it is; a police
    operation that was announced, when both who handle it have acknowledged it (R6)."""

    receipt: Receipt
    status: ReceiptStatus
    received_at: Moment
    routed_at: Moment | None
    answered_at: Moment | None
    referrals: Annotated[int, Meta(description="Persons in the message.", examples=[1])]
    answered: Annotated[int, Meta(description="Of them, answered.", examples=[0])]


def _sent(receipt: sender_receipts.Receipt) -> SentReceipt:
    return SentReceipt(
        receipt=receipt.receipt,
        status=receipt.status,
        received_at=receipt.received_at,
        routed_at=receipt.routed_at,
        answered_at=receipt.answered_at,
        referrals=receipt.persons,
        answered=receipt.answered,
    )


# --- all of them -----------------------------------------------------------------------------


class SentReceipts(Page):
    items: list[SentReceipt]


@reading(
    "listReceipts",
    Label("Lista kvitton", "List receipts"),
    Label(
        "Det som den egna organisationen har lämnat, det senaste först: att det har kommit fram,"
        " och om det är besvarat.",
        "What one's own organisation has sent, the latest first: that it has arrived, and whether"
        " it is answered.",
    ),
    asks=_ASKS,
    view=_VIEW,
    purpose=Purpose.FOLLOW_UP,
    leads=(Lead("listReceipts", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: PageQuery) -> Seen[SentReceipts]:
    found = await visit.ask(
        sender_receipts.page,
        visit.viewer,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = SentReceipts(
        items=[_sent(line) for line in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [one for line in found.lines for one in line.sent])


# --- some of them ----------------------------------------------------------------------------


class ReceiptInquiry(Body):
    """What the sender goes by: receipts that it was given, or its own references."""

    model_config = shown(asked=["5XK2M8Q0J4T7V9B3C6D1E0F2GH", "P-2023-17"])

    asked: Some


class FoundReceipts(Answer):
    asked: Reference
    receipts: list[SentReceipt]


class ReceiptAnswers(Answer):
    items: list[FoundReceipts]
    position: Position


@reading(
    "inquireReceipts",
    Label("Fråga efter kvitton", "Ask for receipts"),
    Label(
        "Efter kvittonummer eller egen referens, högst 200 åt gången. Det som inte är den egna"
        " organisationens ser ut som om det inte fanns.",
        "By receipt number or one's own reference, at most 200 at a time. What is not one's own"
        " organisation's looks as if it did not exist.",
    ),
    asks=_ASKS,
    view=_VIEW,
    purpose=Purpose.FOLLOW_UP,
)
async def inquire(visit: Visit, inquiry: ReceiptInquiry) -> Seen[ReceiptAnswers]:
    found = await _found(visit, inquiry.asked)
    answer = ReceiptAnswers(
        items=[
            FoundReceipts(asked=asked, receipts=[_sent(one) for one in receipts])
            for asked, receipts in found.items()
        ],
        position=visit.position,
    )
    return Seen(answer, _subjects(found), detail={"asked": str(len(found))})


# --- what has fallen silent ------------------------------------------------------------------


class SilenceCheck(Body):
    """A sender's own list of what it sent in a period, by Swedish days."""

    model_config = shown(
        firstDay="2023-04-01", lastDay="2023-04-30", references=["P-2023-17", "P-2023-18"]
    )

    first_day: PastDay
    last_day: PastDay
    references: Some

    @field_validator("last_day")
    @classmethod
    def _follows(cls, last: date, info: ValidationInfo) -> date:
        first = info.data.get("first_day")
        if first and last < first:
            raise faulty(Fault.OUT_OF_RANGE)
        return last


class SilenceAlarm(Answer):
    """What never arrived must be sent again: nobody here knows of it."""

    never_arrived: Annotated[list[str], Meta(examples=[["P-2023-18"]])]
    unanswered: list[FoundReceipts]
    answered: list[FoundReceipts]
    received_in_period: Count
    position: Position


@reading(
    "soundSilenceAlarm",
    Label("Larma om tystnad", "Sound the silence alarm"),
    Label(
        "Avsändarens egen förteckning över en period, högst 200 referenser: vilka kom aldrig fram,"
        " vilka väntar på svar. En referens räknas bara om den kom in under perioden, så att en"
        " gammal med samma namn inte döljer en som saknas. Frågan lämnar ett kvitto.",
        "A sender's own list for a period, at most 200 references: which never arrived, which wait"
        " for an answer. A reference counts only if it arrived within the period, so that an old"
        " one of the same name hides none that is missing. The question leaves a receipt.",
    ),
    asks=_ASKS,
    view=_VIEW,
    purpose=Purpose.FOLLOW_UP,
)
async def sound_alarm(visit: Visit, check: SilenceCheck) -> Seen[SilenceAlarm]:
    first, end = _beginning(check.first_day), _beginning(check.last_day + timedelta(days=1))
    found = {
        asked: [one for one in receipts if first <= one.received_at < end]
        for asked, receipts in (await _found(visit, check.references)).items()
    }
    silent = [asked for asked, receipts in found.items() if not receipts]
    waiting = {asked for asked, receipts in found.items() if any(_waits(one) for one in receipts)}
    answer = SilenceAlarm(
        never_arrived=silent,
        unanswered=_told(found, waiting),
        answered=_told(found, found.keys() - waiting - set(silent)),
        received_in_period=await visit.ask(
            sender_receipts.received, visit.viewer, first=first, end=end
        ),
        position=visit.position,
    )
    detail = {
        "first_day": check.first_day.isoformat(),
        "last_day": check.last_day.isoformat(),
        "asked": str(len(found)),
        "never_arrived": str(len(silent)),
        "unanswered": str(len(waiting)),
    }
    return Seen(answer, _subjects(found), detail=detail)


def _waits(receipt: sender_receipts.Receipt) -> bool:
    return receipt.status is ReceiptStatus.WAITING


def _told(found: Found, wanted: set[str]) -> list[FoundReceipts]:
    return [
        FoundReceipts(asked=asked, receipts=[_sent(one) for one in receipts])
        for asked, receipts in found.items()
        if asked in wanted
    ]


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time(), SWEDEN).astimezone(UTC)


# --- finding ---------------------------------------------------------------------------------


async def _found(visit: Visit, asked: list[str]) -> Found:
    """By the vault's blind index of the sender's own references, and by receipt number: nothing
    is unsealed, and of another sender's there is nothing to be found."""
    wanted = list(dict.fromkeys(asked))
    vault = visit.house.desk.vault
    referrals = await vault.find_references(visit.viewer.unit, wanted)
    every = [referral for each in referrals.values() for referral in each]
    known = await visit.ask(sender_receipts.found, visit.viewer, wanted, every)
    of_referral = {one: receipt for receipt in known.values() for one in receipt.sent}
    found: Found = {}
    for one in wanted:
        behind = [of_referral[each] for each in referrals[one] if each in of_referral]
        behind += [known[one]] if one in known else []
        found[one] = list({receipt.receipt: receipt for receipt in behind}.values())
    return found


def _subjects(found: Found) -> list[UUID]:
    every = (one for receipts in found.values() for each in receipts for one in each.sent)
    return list(dict.fromkeys(every))
