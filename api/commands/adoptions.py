"""How the municipality is organised: adopted by its administrator, in force from a day on."""

from datetime import date

from api.commands.work import Work
from domain import adoption
from domain.adoption import ORGANISATION
from domain.errors import OrganisationIsUnusable
from domain.organisation import OrganisationIsFaulty
from domain.policy import Act, Information


async def adopt_organisation(work: Work, *, document: str, in_force_from: date) -> None:
    """Raises OrganisationIsUnusable with every mistake in it."""
    await work.require(Act.MANAGE, Information.ORGANISATION)
    try:
        organisation = work.desk.reads(document)
    except OrganisationIsFaulty as fault:
        raise OrganisationIsUnusable(mistakes=fault.mistakes) from None
    adoptions = await work.adoptions()
    adopted = adoption.adopt_organisation(
        adoptions,
        work.desk.organised(adoptions, date.max),
        organisation,
        document=document,
        in_force_from=in_force_from,
        today=work.today,
    )
    work.record(ORGANISATION, adopted)
