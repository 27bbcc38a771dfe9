"""What a front end needs before anything else: who am I, which units and codes are there."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.documentation import about
from api.door import open_door
from api.door.answers import Answer, StaffId, Unit, Words
from api.door.problems import BASE
from api.door.visit import Visit
from domain.codes import Compartment, PartyKind, StaffRole, UnitKind
from domain.labels import Label, code_lists, label
from domain.policy import TABLE, Act, Information, Relation
from projections.handovers import HandoverStatus

_HANDOVER_STATUS = {
    HandoverStatus.OFFERED: Label("Väntar på svar", "Waits for its answer"),
    HandoverStatus.DECLINE_PROPOSED: Label("Avböjande föreslaget", "Decline proposed"),
    HandoverStatus.ACCEPTED: Label("Mottagen", "Accepted"),
    HandoverStatus.DECLINED: Label("Avböjd", "Declined"),
    HandoverStatus.WITHDRAWN: Label("Återtagen", "Withdrawn"),
}


class Permission(Answer):
    """A row of the policy's table that is yours, and why."""

    act: Act
    information: Information
    relation: Relation
    because: Annotated[str, Meta(examples=["the receiving unit answers (R2)"])]


class Me(Answer):
    staff_id: StaffId
    unit: Unit
    role: StaffRole
    role_label: Words
    side: Compartment | None
    permissions: list[Permission]


@open_door(
    "readMe",
    Label("Vem är jag", "Who am I"),
    Label(
        "Din enhet, roll och sida, och vad rollen får göra.",
        "Your unit, role and side, and what the role may do.",
    ),
)
async def me(visit: Visit) -> Me:
    viewer = visit.viewer
    return Me(
        staff_id=viewer.staff,
        unit=viewer.unit,
        role=viewer.role,
        role_label=Words.of(viewer.role),
        side=viewer.side,
        permissions=[
            Permission(
                act=row.act,
                information=row.information,
                relation=row.relation,
                because=row.because,
            )
            for row in TABLE
            if row.role is viewer.role
        ],
    )


class UnitEntry(Answer):
    code: Unit
    name: Words
    department: Annotated[str, Meta(examples=["adults"])]
    kind: UnitKind
    youngest: Annotated[int | None, Meta(description="Whom it meets, in years.", examples=[18])]
    oldest: Annotated[int | None, Meta(examples=[17])]
    party: Annotated[PartyKind | None, Meta(description="What an external party is.")]


class Units(Answer):
    items: list[UnitEntry]


@open_door(
    "listUnits",
    Label("Lista enheter", "List units"),
    Label("Kommunens enheter och de externa parterna.", "The units, and the external parties."),
)
async def units(visit: Visit) -> Units:
    organisation = await visit.house.desk.organised_now()
    return Units(
        items=[
            UnitEntry(
                code=unit.code,
                name=Words(sv=unit.name_sv, en=unit.name_en),
                department=unit.department,
                kind=unit.kind,
                youngest=unit.youngest,
                oldest=unit.oldest,
                party=unit.party,
            )
            for unit in organisation.units
        ]
    )


class Code(Answer):
    code: Annotated[str, Meta(examples=["exposed"])]
    label: Words


class CodeList(Answer):
    name: Annotated[str, Meta(examples=["person-role"])]
    codes: list[Code]


class CodeLists(Answer):
    items: list[CodeList]


@open_door(
    "listCodes",
    Label("Lista koder", "List codes"),
    Label(
        "Varje kod i API:et med svensk och engelsk etikett.",
        "Every code of the API with its Swedish and English label.",
    ),
)
async def codes(_: Visit) -> CodeLists:
    lists = {
        name: [(code.value, label(code)) for code in members]
        for name, members in code_lists().items()
    }
    lists["handover-status"] = [(code.value, told) for code, told in _HANDOVER_STATUS.items()]
    return CodeLists(
        items=[
            CodeList(
                name=name,
                codes=[Code(code=code, label=Words.of(told)) for code, told in members],
            )
            for name, members in lists.items()
        ]
    )


class ApiInfo(Answer):
    """As the national REST API profile asks."""

    api_name: Annotated[str, Meta(examples=[about.NAME])]
    api_version: Annotated[str, Meta(examples=[about.VERSION])]
    api_released: Annotated[
        date,
        Meta(
            examples=[about.RELEASED.isoformat()],
            extra_json_schema={"example": about.RELEASED.isoformat()},
        ),
    ]
    api_documentation: Annotated[str, Meta(examples=[f"{BASE}/docs"])]
    api_status: Annotated[str, Meta(examples=[about.STATUS])]


@open_door(
    "readApiInfo",
    Label("Om API:et", "About the API"),
    Label(
        "Namn, version, datum, dokumentation, status.",
        "Name, version, date, documentation, status.",
    ),
    public=True,
)
async def api_info(_: Visit) -> ApiInfo:
    return ApiInfo(
        api_name=about.NAME,
        api_version=about.VERSION,
        api_released=about.RELEASED,
        api_documentation=f"{BASE}/docs",
        api_status=about.STATUS,
    )
