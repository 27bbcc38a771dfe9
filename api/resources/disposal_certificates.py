"""The proof of a disposal: that no key of its files is left, and what had been handed out."""

from typing import Annotated, Final
from uuid import UUID

from msgspec import Meta

from api.commands import disposals as use_cases
from api.door import reading
from api.door.answers import Answer, Day, DisposalId, FileId, Moment, Position, Seen, Words
from api.door.visit import Visit
from api.resources.disposals import by, found
from api.resources.people import Who, who
from domain.codes import Purpose
from domain.errors import DisposalIsNotErased, ErasureCannotBeCertified
from domain.labels import Label
from domain.policy import Act, Information
from domain.telling import event_label
from projections import disposals


class HandedOut(Answer):
    """A fact of which a copy left the house before the file went: it is the receiver's now."""

    file_id: FileId
    name: Annotated[
        str, Meta(description="The public name.", examples=["case.external-referral-sent"])
    ]
    label: Words
    at: Moment


_NOT_AMONG_THEM: Final = Label(
    "En polisanmälan och en återkoppling till den som anmälde räknas inte upp: att det fanns en"
    " sådan berättar ingenting när akten är gallrad. Det som polisen eller anmälaren har fått är"
    " deras.",
    "A report to the police and feedback to whoever reported are not listed: that there was one is"
    " told by nothing once the file is gone. What the police or the reporter were given is theirs.",
)


class Certificate(Answer):
    """What was disposed of, by whom, and that nobody can read it any more: at once of the log and
    all its backups, and of the vault's backups from the day after `backupsUntil`."""

    disposal_id: DisposalId
    planned_by: Who
    approved_by: Who
    executed_at: Moment
    erased_at: Moment
    files: list[FileId]
    persons: Annotated[int, Meta(ge=0, description="Of whom no other file was left.", examples=[6])]
    keys: Annotated[int, Meta(ge=1, description="How many keys were erased.", examples=[31])]
    backups_until: Day
    is_final: Annotated[
        bool, Meta(description="Whether the last backup with a key has expired.", examples=[False])
    ]
    copies: list[HandedOut]
    note: Annotated[Words, Meta(description="What is not among the copies.")]
    position: Position


@reading(
    "certifyDisposal",
    Label("Intyga en gallring", "Certify a disposal"),
    Label(
        "Prövas mot nyckelvalvet när den läses: ingen nyckel till akterna finns kvar. Dagen då den"
        " sista säkerhetskopian av valvet upphör anges, och det som redan lämnats ut räknas upp.",
        "Tried against the vault when it is read: no key of the files is left. The day on which"
        " the last backup of the vault expires is named, and what had been handed out is listed.",
    ),
    asks=(Act.READ, Information.DISPOSAL),
    view=disposals.PROJECTION.name,
    purpose=Purpose.DISPOSAL,
    refuses=(DisposalIsNotErased, ErasureCannotBeCertified),
)
async def certify(visit: Visit, disposal_id: UUID) -> Seen[Certificate]:
    line = await found(visit, disposal_id)
    if not visit.house.vault_is_apart:
        raise ErasureCannotBeCertified
    if not (line.executed_at and line.erased_at and line.backups_until and line.decided_by):
        raise DisposalIsNotErased
    if await visit.house.erasures.standing(line):
        raise DisposalIsNotErased
    people = await who(visit, by(line))
    answer = Certificate(
        disposal_id=disposal_id,
        planned_by=people[line.planned_by],
        approved_by=people[line.decided_by],
        executed_at=line.executed_at,
        erased_at=line.erased_at,
        files=list(line.files),
        persons=len(line.persons),
        keys=line.keys or 0,
        backups_until=line.backups_until,
        is_final=visit.house.desk.calendar.day_of(visit.now) > line.backups_until,
        copies=[
            HandedOut(
                file_id=fact.stream,
                name=fact.name,
                label=Words.of(event_label(fact.name)),
                at=fact.recorded_at,
            )
            for file in (line.files if line.handed_out else ())
            for fact in await visit.house.desk.log.facts(file, *use_cases.HANDED_OUT)
        ],
        note=Words.of(_NOT_AMONG_THEM),
        position=visit.position,
    )
    return Seen(answer, [disposal_id, *line.files])
