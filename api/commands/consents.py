"""Consent, and what rests on it: coordinators are engaged with it, and released when it ends (R6).

An engagement stands in the case and in the coordinator's own stream, as an assignment does, so
that a coordinator who leaves is found in every case.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from api.commands.case_files import documented
from api.commands.work import Work
from domain import staff as staffs
from domain.case import consent as consents
from domain.case.consent import CoordinatorReleased
from domain.codes import ConsentGiver, ConsultationTopic, InformationKind, Receiver
from domain.organisation import ADULT_FROM
from domain.person import born_over
from domain.routing import birthday


async def give_consent(
    work: Work,
    case_id: UUID,
    *,
    scope: tuple[InformationKind, ...],
    receiver: Receiver,
    giver: ConsentGiver,
    guardian: UUID | None = None,
    until: date | None,
) -> None:
    case = await documented(work, case_id)
    given = consents.give_consent(
        case,
        work.desk.ids.new(),
        scope=scope,
        receiver=receiver,
        giver=giver,
        guardian=guardian,
        until=until,
        today=work.today,
        of_age=(await work.age(case.person)).is_of_age,
        guardians=await work.guardians(case.person),
    )
    work.record(case_id, given)


async def narrow_consent(
    work: Work,
    case_id: UUID,
    consent_id: UUID,
    *,
    scope: tuple[InformationKind, ...],
    until: date | None,
) -> None:
    case = await documented(work, case_id)
    narrowed = consents.narrow_consent(case, consent_id, scope=scope, until=until, today=work.today)
    await _record(work, case_id, narrowed)


async def withdraw_consent(work: Work, case_id: UUID, consent_id: UUID) -> None:
    """The engagement that rests on it ends in the same act."""
    case = await documented(work, case_id)
    await _record(work, case_id, consents.withdraw_consent(case, consent_id))


async def engage_coordinator(work: Work, case_id: UUID, coordinator_id: UUID) -> None:
    case = await documented(work, case_id)
    coordinator = await work.staff(coordinator_id)
    born = born_over(await work.merged(case.person))
    engaged = consents.engage_coordinator(
        case,
        coordinator,
        today=work.today,
        guardians=await work.guardians(case.person),
        comes_of_age=born and birthday(born, ADULT_FROM),
    )
    work.record(case_id, engaged)
    if engaged:
        work.record(coordinator_id, staffs.take_case(coordinator, case_id))


async def release_coordinator(work: Work, case_id: UUID, coordinator_id: UUID) -> None:
    case = await documented(work, case_id)
    await _record(work, case_id, consents.release_coordinator(case, coordinator_id))


async def consult_coordinator(
    work: Work, case_id: UUID, coordinator_id: UUID, topic: ConsultationTopic
) -> None:
    """Anonymously: nothing of the person goes along, so it needs no consent."""
    case = await documented(work, case_id)
    coordinator = await work.staff(coordinator_id)
    work.record(case_id, consents.consult_coordinator(case, coordinator, topic))


async def end_what_a_guardian_gave(work: Work, case_id: UUID, guardian: UUID | None = None) -> None:
    """The engagements that rest on it (R13)."""
    ended = consents.end_what_a_guardian_gave(await work.case(case_id), guardian)
    await _record(work, case_id, ended)


async def _record(work: Work, case_id: UUID, events: Iterable[consents.ConsentEvent]) -> None:
    """And on the streams of those whose engagement ends."""
    for event in events:
        work.record(case_id, [event])
        if isinstance(event, CoordinatorReleased):
            member = await work.staff(event.coordinator)
            work.record(member.id, staffs.give_back_case(member, case_id))
