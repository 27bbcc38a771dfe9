"""The running server keeps to its OpenAPI document, whatever is sent: schemathesis, with real tokens
of real roles and real ids among the made-up ones."""

import asyncio
import json
import random
import sys
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest

from tests.acceptance.doors import DOCUMENT, Json
from tests.acceptance.settled import Settled

SECONDS: Final = 13
SECONDS_IN_FULL: Final = 600
ROLES: Final = ("homeless outreach", "nexus manager", "administrator")  # the last one ends positions

# Schemas are held against every answer, and every answer's status, media type and headers against
# the document. What is left out: a good body may be refused for reasons that no schema tells (check
# digits, days that have not come, what has happened before).
LEFT_OUT: Final = "positive_data_acceptance"


def settings(settled: Settled, who: str) -> str:
    """Real ids, as often as made-up ones, wherever the document asks for one."""
    ids: dict[str, list[UUID]] = {
        "caseId": [known.id for known in settled.ids_of("case")],
        "referralId": [known.id for known in settled.ids_of("referral")],
        "handoverId": [offer.id for offer in settled.handovers.values()],
        "teamId": [settled.team],
        "staffId": [viewer.staff for name, viewer in settled.viewers.items() if name != who],
    }
    ids["workerId"] = ids["successorId"] = ids["worker"] = ids["staffId"]
    lines = []
    for name, values in ids.items():
        lines.append(f"[dictionaries.{name}]\nvalues = {json.dumps([str(it) for it in values])}")
    lines.append("[dictionaries.unit]\nvalues = ['nexus', 'childrens-intake', 'support-line-two']")
    lines.append("[parameters]")
    for name in ("caseId", "referralId", "handoverId", "teamId", "staffId"):
        lines.append(f"'path.{name}' = {{dictionary = '{name}', probability = 0.7}}")
    for name in ("workerId", "successorId", "staffId"):
        lines.append(f"'body.{name}' = {{dictionary = '{name}', probability = 0.7}}")
    for name in ("toUnit", "unit", "leadUnit"):
        lines.append(f"'body.{name}' = {{dictionary = 'unit', probability = 0.7}}")
    lines.append("'query.worker' = {dictionary = 'worker', probability = 0.7}")
    lines.append("'query.toUnit' = {dictionary = 'unit', probability = 0.7}")
    return "\n".join(lines)


@pytest.mark.parametrize("who", ROLES)
async def test_whatever_is_sent_the_document_holds(
    settled: Settled, tmp_path: Path, who: str
) -> None:
    config, report = tmp_path / "schemathesis.toml", tmp_path / "report.json"
    config.write_text(settings(settled, who))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("schemathesis")),
        *("--config-file", str(config), "run", f"{settled.call.base}/openapi.json"),
        *("--url", settled.call.base, "--header", f"Authorization: Bearer {settled.token(who)}"),
        *("--checks", "all", "--exclude-checks", LEFT_OUT, "--mode", "all"),
        *("--max-time", str(SECONDS), "--continue-on-failure", "--no-color"),
        *("--generation-database", "none", "--seed", "83611"),
        *("--report", "json", "--report-json-path", str(report)),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    Path(f"/tmp/badinput-{who.replace(' ','-')}.txt").write_bytes(said)
    Path(f"/tmp/badinput-{who.replace(' ','-')}.json").write_bytes(report.read_bytes())
    assert process.returncode == 0, said.decode()[-8000:]
