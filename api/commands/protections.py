"""Protected identities: placed and lifted on every record of a person, and on every file about it.

Which files there are, the access projection tells; that it has missed none, the log does. A file
that comes later narrows with the event that routes it.
"""

from collections.abc import Callable, Collection, Sequence
from uuid import UUID

from api.commands.case_files import require_case
from api.commands.numbers import release_number
from api.commands.work import Work
from domain.case.narrowing import narrow_case
from domain.codes import ProtectionKind
from domain.errors import NotFound, PositionIsNotReached
from domain.person import ParticularsTold, Person, PersonCaseOpened, PersonRegistered, protection
from domain.person.protection import ProtectionEvent
from domain.policy import Act, Information
from domain.referral import narrow_referral

Decision = Callable[[Person, ProtectionKind, str], Sequence[ProtectionEvent]]


async def protect(
    work: Work,
    case_id: UUID,
    kind: ProtectionKind,
    basis: str,
    *,
    files: Collection[UUID],
    as_of: int,
) -> None:
    """Access narrows to the assigned workers and the unit managers (section 5)."""
    await _change(work, case_id, protection.protect, kind, basis, files, as_of)


async def lift(
    work: Work,
    case_id: UUID,
    kind: ProtectionKind,
    basis: str,
    *,
    files: Collection[UUID],
    as_of: int,
) -> None:
    """Access widens when no protection is left."""
    await _change(work, case_id, protection.lift, kind, basis, files, as_of)


async def _change(
    work: Work,
    case_id: UUID,
    decide: Decision,
    kind: ProtectionKind,
    basis: str,
    files: Collection[UUID],
    as_of: int,
) -> None:
    case = await require_case(work, case_id, Act.RECORD, Information.IDENTITY)
    narrowed = True
    for record in await work.merged(case.person):
        await _no_file_is_missed(work, record.id, as_of)
        decided = decide(record, kind, basis)
        work.record(record.id, decided)
        if any(isinstance(each, protection.PersonProtected) for each in decided) and (
            kind is ProtectionKind.FICTITIOUS_DATA
        ):
            await release_number(work, record)  # what links it to the real identity
        for event in decided:
            narrowed = bool(protection.evolve(record, event).protections)
    await work.read(*files)
    for file in files:
        try:
            events: Sequence[object] = narrow_case(await work.case(file), narrowed=narrowed)
        except NotFound:
            events = narrow_referral(await work.referral(file), narrowed=narrowed)
        work.record(file, events)


async def _no_file_is_missed(work: Work, record: UUID, as_of: int) -> None:
    """Each file leaves a fact on its person's record: all of them are within what the list of
    files reflects, and the append is refused if there is another. Raises PositionIsNotReached."""
    told = (PersonRegistered, ParticularsTold, PersonCaseOpened)
    if any(fact.position > as_of for fact in await work.desk.log.facts(record, *told)):
        raise PositionIsNotReached
