"""`command_http`: the served house under load, beside a server that answers nothing."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from api.bench.figures import Effort, Figure, compared, in_milliseconds, in_turns
from api.bench.ground import Ground
from api.bench.history import History
from api.bench.programs import Request, answering_nothing, install_wrk
from api.bench.served import COMERS, LOAD, RATE, SERVED, WARM_UP, Comers, Load, served, token
from api.door.problems import BASE

_OPEN_CASES: Final = """
SELECT "case", workers[1] FROM {}.caseload
WHERE status = 'open' AND workers <> '{{}}' ORDER BY "case" LIMIT 2000
"""
_SENDER: Final = "police"
_NOTHING: Final[Sequence[Request]] = [("GET", "/", "", "")]
_NOTE: Final = "Samtal på mottagningen. Beskriver en lugnare vecka. Ny tid om en vecka."
_REFERRAL: Final[dict[str, Any]] = {
    "source": "police",
    "channel": "secure-message",
    "concern": "prostitution",
    "account": "Anträffad vid en insats. Vill ha kontakt och hjälp att komma vidare.",
    "person": {"role": "exposed", "age": "adult", "residence": "belongs-here"},
}


async def command_http(
    ground: Ground, history: History, effort: Effort, tell: Callable[[str], None]
) -> list[Figure]:
    await install_wrk()
    async with served(ground, history, tell) as house, answering_nothing() as nothing:
        load, comers = Load(ground, history, effort), Comers(history, effort)
        written, referrals = notes(ground, history), _referrals(history)
        tell(f"command_http: {effort.rounds} rounds of five turns")
        await load(house, written, share=WARM_UP)
        noted, sent, empty, waited, waited_for_nothing = await in_turns(
            effort.rounds,
            partial(load, house, written),
            partial(load, house, referrals),
            partial(load, nothing, _NOTHING),
            partial(comers, house, written),
            partial(comers, nothing, _NOTHING),
        )
    figure = partial(
        compared, "command_http", unit="commands/s", reference="aiohttp empty answer", theirs=empty
    )
    reference = (
        " The reference: aiohttp with an empty JSON answer to a GET, in one process with uvloop,"
        " served like the house, under the same load. " + LOAD
    )
    return [
        figure(
            "a note on a case",
            noted,
            about="POST /cases/{caseId}/notes, the commonest command of a year by far: the case"
            " and its author read from the log and opened, policy, decision, the note sealed and"
            f" appended, answered when it is durable; by their case workers, on {len(written):,}"
            f" cases as a year has left them.{SERVED}{reference}",
        ),
        figure(
            "a referral of somebody new",
            sent,
            about="POST /referrals: routed, a person and a referral with keys of their own made in"
            f" the vault and sealed, three facts appended.{SERVED}{reference}",
        ),
        compared(
            "command_http",
            f"p99 of a note at {RATE} commands/s",
            in_milliseconds(waited, "p99"),
            unit="ms",
            reference="aiohttp empty answer",
            theirs=in_milliseconds(waited_for_nothing, "p99"),
            about=f"The same notes,{COMERS} The reference: the same client asks the server that"
            " answers nothing, as often.",
        ),
    ]


# --- what is sent ----------------------------------------------------------------------------


def notes(ground: Ground, history: History) -> list[Request]:
    """Commands: a note on each of many open cases, by its case worker."""
    cases = ground.ask(_OPEN_CASES, history.schema)
    tokens = {worker: token(history, worker) for worker in {worker for _, worker in cases}}
    body = json.dumps({"text": _NOTE})
    return [("POST", f"{BASE}/cases/{case}/notes", tokens[worker], body) for case, worker in cases]


def _referrals(history: History) -> list[Request]:
    sender = token(history, history.year.staff[_SENDER])
    return [("POST", f"{BASE}/referrals", sender, json.dumps(_REFERRAL))]
