"""A child's guardians: recorded, and their rights ended."""

from uuid import UUID

from api.commands import persons as use_cases
from api.door import CREATED, Lead, deciding
from api.door.answers import CaseId, Done
from api.door.fields import Body, Line, Passage, shown
from api.door.visit import Visit
from api.resources.identities import GuardianId
from domain.codes import GuardianshipEnd
from domain.errors import (
    GuardianHasNoRights,
    GuardianIsRecorded,
    GuardianStillDecides,
    PersonIsOfAge,
)
from domain.labels import Label
from domain.person.guardianship import GuardianRecorded
from domain.policy import Act, Information

_ASKS = (Act.RECORD, Information.IDENTITY)


class Guardian(Body):
    model_config = shown(name="Ylva Stenträda", contact="Nås på telefon kvällstid.")

    name: Line
    contact: Line | None = None


class RecordedGuardian(Done):
    case_id: CaseId
    guardian_id: GuardianId


@deciding(
    "recordGuardian",
    Label("Registrera en vårdnadshavare", "Record a guardian"),
    Label(
        "För ett barn, eller den som kan vara det (R3). Vid 18 år upphör vårdnaden av sig själv.",
        "Of a child, or somebody who may be one (R3). At 18 the rights end by themselves.",
    ),
    asks=_ASKS,
    refuses=(PersonIsOfAge, GuardianIsRecorded),
    status=CREATED,
    leads=(Lead("endGuardiansRights", {"caseId": "caseId", "guardianId": "guardianId"}),),
)
async def record(visit: Visit, case_id: UUID, guardian: Guardian) -> RecordedGuardian:
    outcome = await visit.carry_out(
        use_cases.record_guardian, case_id, name=guardian.name, contact=guardian.contact
    )
    _, recorded = outcome.the(GuardianRecorded)
    return RecordedGuardian(
        case_id=case_id,
        guardian_id=recorded.guardian,
        position=outcome.position,
        replayed=outcome.replayed,
    )


class RightsEnd(Body):
    ground: GuardianshipEnd
    basis: Passage


@deciding(
    "endGuardiansRights",
    Label("Avsluta en vårdnad", "End a guardian's rights"),
    Label(
        "Därefter beslutas ingenting av vårdnadshavaren, och ingenting berättas.",
        "From then on nothing is decided by the guardian, and nothing told.",
    ),
    asks=_ASKS,
    refuses=(GuardianHasNoRights, GuardianStillDecides),
)
async def end(visit: Visit, case_id: UUID, guardian_id: UUID, why: RightsEnd) -> RecordedGuardian:
    outcome = await visit.carry_out(
        use_cases.end_guardians_rights,
        case_id,
        guardian_id,
        ground=why.ground,
        basis=why.basis,
    )
    return RecordedGuardian(
        case_id=case_id,
        guardian_id=guardian_id,
        position=outcome.position,
        replayed=outcome.replayed,
    )
