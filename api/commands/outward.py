"""What goes out of the administration, and how a party outside answers what it was asked."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from api.commands.case_files import documented
from api.commands.work import Desk, Work
from domain.case import Case, outward
from domain.codes import DisclosureGround, ExternalAnswer, InformationKind, Receiver
from domain.errors import NotFound, PartyDoesNotFit
from domain.organisation import Unit
from domain.policy import Act, File, Information
from domain.recorded import Recorded

_SENT_OUT: Final = "sent/out"  # no unit is called so: a party's name would tell who was asked


async def refer_out(
    work: Work,
    case_id: UUID,
    *,
    receiver: Receiver,
    party: str | None,
    ground: DisclosureGround,
    going_along: tuple[InformationKind, ...],
    text: str,
) -> None:
    """A party with a client of its own finds the question by the external referral's number: a
    blind index leads there, and tells nobody else who was asked."""
    case = await documented(work, case_id)
    asked = None if party is None else _outside(work, party)
    referral = work.desk.ids.new()
    made = outward.refer_out(
        case,
        referral,
        receiver=receiver,
        party=asked,
        ground=ground,
        going_along=going_along,
        text=text,
        today=work.today,
        guardians=await work.guardians(case.person),
    )
    if asked:
        vault = work.desk.vault
        for called in (_called(asked.code, referral), asked.code):
            await vault.keep_reference(_SENT_OUT, called, [case_id])
    work.record(case_id, made)
    settings, calendar = work.organisation.settings, work.desk.calendar
    work.record(case_id, outward.follow_up(referral, work.now, settings, calendar))


async def receive_external_answer(
    work: Work, case_id: UUID, referral_id: UUID, *, answer: ExternalAnswer, text: str | None
) -> None:
    """What came back stands in this case alone (S77). Raises ExternalReferralIsNotWaiting,
    ConsentIsMissing."""
    case = await documented(work, case_id)
    await _answer(work, case_id, case, referral_id, answer=answer, text=text)


async def report_to_police(
    work: Work, case_id: UUID, *, ground: DisclosureGround, register_number: str | None
) -> None:
    case = await documented(work, case_id)
    reported = outward.report_to_police(
        case,
        ground=ground,
        register_number=register_number,
        today=work.today,
        guardians=await work.guardians(case.person),
    )
    work.record(case_id, reported)


async def _answer(
    work: Work,
    case_id: UUID,
    case: Case,
    referral_id: UUID,
    *,
    answer: ExternalAnswer,
    text: str | None,
) -> None:
    carried = text is None or await _is_carried(work, case_id, case, referral_id)
    answered = outward.receive_external_answer(
        case, referral_id, answer=answer, text=text, carried=carried
    )
    work.record(case_id, answered)
    work.record(case_id, outward.end_follow_up(case, referral_id, answered, work.now))


# --- the party's own client (S15-S20) --------------------------------------------------------


async def answer_as_party(
    work: Work, referral_id: UUID, *, answer: ExternalAnswer, text: str | None
) -> None:
    """Raises NotFound for what was asked of somebody else, ExternalReferralIsNotWaiting,
    ConsentIsMissing."""
    case_id, case = await _asked_about(work, referral_id, Act.ANSWER)
    await _answer(work, case_id, case, referral_id, answer=answer, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a party is told: that it was asked, and the question itself while it waits and what it
    rests on stands."""

    file: UUID
    person: UUID
    made_at: datetime
    answered_at: datetime | None
    waits: bool
    asked: outward.ExternalReferralAddressed | None


async def read_as_party(work: Work, referral_id: UUID) -> Question:
    """Nothing of the case. A question whose consent does not stand any more is not told again
    (OSL 10:1). Raises NotFound for what was asked of somebody else."""
    case_id, case = await _asked_about(work, referral_id, Act.READ)
    made, answered = await _recorded(work, case_id, referral_id)
    waits = outward.is_waited_for(case, referral_id)
    asked = made.event if isinstance(made.event, outward.ExternalReferralAddressed) else None
    guardians = await work.guardians(case.person)
    if asked and not (waits and outward.is_carried(case, asked, work.today, guardians=guardians)):
        asked = None
    return Question(
        file=case_id,
        person=case.person,
        made_at=made.occurred_at,
        answered_at=answered.occurred_at if answered else None,
        waits=waits,
        asked=asked,
    )


async def cases_asked_about(desk: Desk, unit: str) -> Collection[UUID]:
    """In which a party was asked something: not to be told."""
    return (await desk.vault.find_references(_SENT_OUT, [unit]))[unit]


async def asked_of(desk: Desk, unit: str, referrals: Iterable[UUID]) -> frozenset[UUID]:
    """Which of these external referrals were addressed to a party."""
    called = {_called(unit, referral): referral for referral in referrals}
    found = await desk.vault.find_references(_SENT_OUT, list(called))
    return frozenset(referral for each, referral in called.items() if found[each])


async def _asked_about(work: Work, referral_id: UUID, act: Act) -> tuple[UUID, Case]:
    viewer = await work.viewer()
    called = _called(viewer.unit, referral_id)
    found = (await work.desk.vault.find_references(_SENT_OUT, [called]))[called]
    if not found:
        raise NotFound
    [case_id] = found
    case = await work.case(case_id)
    asked = File(compartment=case.compartment, party=viewer.unit)
    await work.require(act, Information.EXTERNAL_REFERRAL, asked)
    return case_id, case


async def _recorded(
    work: Work, case_id: UUID, referral_id: UUID
) -> tuple[Recorded, Recorded | None]:
    """The question as it was put, and its answer. Raises NotFound for what was never recorded."""
    made, answered = None, None
    kinds = (outward.ExternalReferralAddressed, outward.ExternalReferralAnswered)
    for fact in await work.desk.log.facts(case_id, *kinds):
        if isinstance(fact.event, kinds) and fact.event.referral == referral_id:
            if isinstance(fact.event, outward.ExternalReferralAnswered):
                answered = fact
            else:
                made = fact
    if made is None:
        raise NotFound
    [opened] = await work.desk.log.opened_span(made.position, made.position)
    return opened, answered


async def _is_carried(work: Work, case_id: UUID, case: Case, referral_id: UUID) -> bool:
    """Whether what the question rests on still stands."""
    for fact in await work.desk.log.facts(case_id, outward.ExternalReferralAddressed):
        if getattr(fact.event, "referral", None) != referral_id:
            continue
        [opened] = await work.desk.log.opened_span(fact.position, fact.position)
        if isinstance(asked := opened.event, outward.ExternalReferralAddressed):
            guardians = await work.guardians(case.person)
            return outward.is_carried(case, asked, work.today, guardians=guardians)
    return True  # an older question, of which it was not recorded


def _called(unit: str, referral: UUID) -> str:
    return f"{unit}/{referral}"


def _outside(work: Work, party: str) -> Unit:
    """Raises PartyDoesNotFit."""
    if not work.organisation.has_unit(party):
        raise PartyDoesNotFit
    return work.organisation.unit(party)
