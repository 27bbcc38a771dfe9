"""What keeps a file from being disposed of: stated, and lifted, by whoever answers for it."""

from typing import Final
from uuid import UUID

from api.commands import disposals
from api.commands.disposals import Found
from api.commands.work import Outcome
from api.door import CREATED, Lead, deciding
from api.door.answers import Done, FileId, HoldId
from api.door.fields import Body, Passage, shown
from api.door.visit import Visit
from domain.codes import HoldGround
from domain.errors import FileIsNotHeld
from domain.labels import Label
from domain.policy import Act, Information
from domain.retention import FileHeld, HoldLifted

_ASKS: Final = (Act.RECORD, Information.DISPOSAL)


class NewHold(Body):
    model_config = shown(ground="still-needed", reason="Handlingarna behövs i ett mål i rätten.")

    ground: HoldGround
    reason: Passage


class Lifting(Body):
    model_config = shown(reason="Målet är avgjort.")

    reason: Passage


class Held(Done):
    file_id: FileId
    hold_id: HoldId


_HOLD: Final = Label("Ange att akten ska bevaras", "State that the file must be kept")
_HELD: Final = Label(
    "Av lagen för vad den innehåller, eller för att den behövs ännu (SoL 16:1-4).",
    "By the law for what it holds, or because it is needed still (SoL 16:1-4).",
)
_LIFT: Final = Label("Häv ett hinder mot gallring", "Lift what keeps the file")
_LIFTED: Final = Label(
    "När inget annat bevarar akten gallras den när dess tid är ute.",
    "When nothing else keeps the file it is disposed of in its time.",
)


@deciding(
    "holdCase",
    _HOLD,
    _HELD,
    asks=_ASKS,
    status=CREATED,
    leads=(Lead("liftHoldOfCase", {"caseId": "fileId", "holdId": "holdId"}),),
)
async def hold_case(visit: Visit, case_id: UUID, hold: NewHold) -> Held:
    return await _hold(visit, case_id, disposals.of_case, hold)


@deciding(
    "holdReferral",
    _HOLD,
    _HELD,
    asks=_ASKS,
    status=CREATED,
    leads=(Lead("liftHoldOfReferral", {"referralId": "fileId", "holdId": "holdId"}),),
)
async def hold_referral(visit: Visit, referral_id: UUID, hold: NewHold) -> Held:
    return await _hold(visit, referral_id, disposals.of_referral, hold)


@deciding("liftHoldOfCase", _LIFT, _LIFTED, asks=_ASKS, refuses=(FileIsNotHeld,), status=CREATED)
async def lift_of_case(visit: Visit, case_id: UUID, hold_id: UUID, lifting: Lifting) -> Held:
    return await _lift(visit, case_id, disposals.of_case, hold_id, lifting)


@deciding(
    "liftHoldOfReferral", _LIFT, _LIFTED, asks=_ASKS, refuses=(FileIsNotHeld,), status=CREATED
)
async def lift_of_referral(
    visit: Visit, referral_id: UUID, hold_id: UUID, lifting: Lifting
) -> Held:
    return await _lift(visit, referral_id, disposals.of_referral, hold_id, lifting)


async def _hold(visit: Visit, file: UUID, found: Found, hold: NewHold) -> Held:
    outcome = await visit.carry_out(
        disposals.hold_file, file, found, ground=hold.ground, reason=hold.reason
    )
    return _held(file, outcome.the(FileHeld)[1].hold, outcome)


async def _lift(visit: Visit, file: UUID, found: Found, hold: UUID, lifting: Lifting) -> Held:
    outcome = await visit.carry_out(disposals.lift_hold, file, found, hold, reason=lifting.reason)
    return _held(file, outcome.the(HoldLifted)[1].hold, outcome)


def _held(file: UUID, hold: UUID, outcome: Outcome) -> Held:
    return Held(file_id=file, hold_id=hold, position=outcome.position, replayed=outcome.replayed)
