"""A case as a command meets it: found, and asked of the policy."""

from uuid import UUID

from api.commands.work import Work
from domain.case import Case
from domain.case.consent import engaged
from domain.case.consultation import consulted
from domain.policy import Act, File, Information


def file_of(case_id: UUID, case: Case, *, receiving_unit: str | None = None) -> File:
    """What access to a case depends on."""
    offered = case.handover.to_unit if case.handover else None
    return File(
        id=case_id,
        compartment=case.compartment,
        responsible_unit=case.unit,
        receiving_unit=receiving_unit or offered,
        workers=case.workers,
        engaged=engaged(case),
        consulted_units=consulted(case),
        narrowed=case.narrowed,
    )


async def require_case(work: Work, case_id: UUID, act: Act, information: Information) -> Case:
    """Raises NotFound for what the actor may not see, NotPermitted for what it may not do."""
    case = await work.case(case_id)
    await work.require(act, information, file_of(case_id, case))
    return case


async def documented(work: Work, case_id: UUID) -> Case:
    """The case, for whoever may document what happens in it."""
    return await require_case(work, case_id, Act.RECORD, Information.CIRCUMSTANCES)
