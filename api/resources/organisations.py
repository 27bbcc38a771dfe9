"""How the municipality is organised: what was adopted, and from when it is in force."""

from typing import Annotated

from msgspec import Meta

from api.commands import adoptions as use_cases
from api.door import CREATED, deciding, reading
from api.door.answers import Answer, Day, Done, Moment, Position, Seen
from api.door.fields import Body, Document
from api.door.fields import Day as DayOfBody
from api.door.visit import Visit
from domain.adoption import ORGANISATION, OrganisationAdopted
from domain.codes import Purpose
from domain.errors import (
    AdoptionIsOvertaken,
    AdoptionIsRetroactive,
    MunicipalityIsAnother,
    OrganisationIsUnusable,
    UnitIsLeftOut,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections import timeline


class AdoptedOrganisation(Answer):
    in_force_from: Day
    recorded_at: Moment
    document: Annotated[str, Meta(description="TOML.", examples=['municipality = "uppsala"'])]


class AdoptedOrganisations(Answer):
    """In the order in which they were adopted: of those whose day has come, the last is in force.
    Before the first one, what the municipality was set up with."""

    items: list[AdoptedOrganisation]
    position: Position


@reading(
    "listOrganisations",
    Label("Lista antagna organisationer", "List adopted organisations"),
    Label(
        "Enheter, reglernas mål och inställningar, som de har antagits, var och en från sin dag.",
        "Units, the rules' targets and the settings, as they were adopted, each from its day on.",
    ),
    asks=(Act.READ, Information.ORGANISATION),
    view=timeline.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
)
async def page(visit: Visit) -> Seen[AdoptedOrganisations]:
    facts = await visit.house.desk.log.facts(ORGANISATION, OrganisationAdopted)
    adopted = [(fact, it) for fact in facts if isinstance(it := fact.event, OrganisationAdopted)]
    documents = await visit.house.opener.open_values(
        [(it.document.token, str) for _, it in adopted if it.document.token]
    )
    answer = AdoptedOrganisations(
        items=[
            AdoptedOrganisation(
                in_force_from=it.in_force_from,
                recorded_at=fact.recorded_at,
                document=document.reveal(),
            )
            for (fact, it), document in zip(adopted, documents, strict=True)
        ],
        position=visit.position,
    )
    return Seen(answer, [ORGANISATION])


class NewOrganisation(Body):
    in_force_from: DayOfBody
    """Today or later: what was decided stays as it was decided."""
    document: Document


class Adoption(Done):
    in_force_from: Day


@deciding(
    "adoptOrganisation",
    Label("Anta en organisation", "Adopt an organisation"),
    Label(
        "Hela dokumentet (TOML). En enhet som finns i en händelse måste vara kvar, men ingen regel"
        " behöver peka på den. Alla fel i dokumentet nämns på en gång.",
        "The whole document (TOML). A unit that an event names has to stay, but no rule need point"
        " to it. Every mistake in the document is named at once.",
    ),
    asks=(Act.MANAGE, Information.ORGANISATION),
    status=CREATED,
    refuses=(
        OrganisationIsUnusable,
        AdoptionIsRetroactive,
        AdoptionIsOvertaken,
        MunicipalityIsAnother,
        UnitIsLeftOut,
    ),
)
async def adopt(visit: Visit, organisation: NewOrganisation) -> Adoption:
    outcome = await visit.carry_out(
        use_cases.adopt_organisation,
        document=organisation.document,
        in_force_from=organisation.in_force_from,
    )
    return Adoption(
        in_force_from=organisation.in_force_from,
        position=outcome.position,
        replayed=outcome.replayed,
    )
