"""What may stand in an answer: nothing of a file that its reader may not see."""

import json
import re
from base64 import urlsafe_b64decode
from typing import Any, Final

from domain.codes import StaffRole
from domain.policy import Act, File, Information, Viewer, may
from tests.acceptance.knocking import Heard
from tests.acceptance.settled import Known, Settled

ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def sees(viewer: Viewer, file: File, information: Information = Information.LINE) -> bool:
    return may(viewer, Act.READ, information, file)


def tells_nothing_else(settled: Settled, viewer: Viewer, heard: Heard) -> None:
    """Neither the id nor the words of any file that the reader may not see; a cursor is opened."""
    body = heard.body.decode()
    told = body + _within_cursors(heard.json)
    ids = set(ID.findall(told))
    for known in settled.files.values():
        files = [known.file, *_case_of(settled, known)]
        if str(known.id) in ids and viewer.role is not StaffRole.AUDITOR:
            assert any(sees(viewer, file) for file in files), f"{heard.asked}: id of {known.name}"
        for words, kind in (
            (f"Namn {known.name}.", Information.IDENTITY),
            (f"Berättelse om {known.name}.", Information.CIRCUMSTANCES),
        ):
            if json.dumps(words, ensure_ascii=False)[1:-1] in body:
                assert any(sees(viewer, file, kind) for file in files), f"{heard.asked}: {words}"


def _case_of(settled: Settled, known: Known) -> list[File]:
    """A case and its referral name each other."""
    name = known.name.removesuffix(": referral")
    others = (settled.files.get(name), settled.files.get(f"{name}: referral"))
    return [other.file for other in others if other and other is not known]


def _within_cursors(answer: Any) -> str:
    cursor = answer.get("nextCursor") or ""
    return urlsafe_b64decode(cursor.partition(".")[0] + "===").decode()


def tells_what_is_permitted(viewer: Viewer, known: Known, heard: Heard) -> None:
    for field, kind in (
        ("identity", Information.IDENTITY),
        ("circumstances", Information.CIRCUMSTANCES),
    ):
        if field in heard.json:
            assert sees(viewer, known.file, kind), f"{heard.asked}: {field} of {known.name}"
        elif heard.asked.endswith(f"{known.id}?"):
            assert not sees(viewer, known.file, kind), f"{heard.asked}: no {field}"
