"""What the demo prints once it serves: the address, a token for each role, five things to try."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.errors import Refusal

_DAY = """
Samordna serves {address}/samordna/v1
  documentation      {address}/samordna/v1/docs
  OpenAPI 3.1        {address}/samordna/v1/openapi.json
  ready?             {address}/health/ready

Everybody here is invented. A bearer token for each role, good for 24 hours; a new one is issued by
  .venv/bin/samordna token ROLE --data {data}
{tokens}

A unit's day, to copy:

1. An outreach worker reports concern for a sixteen-year-old; the rules name the unit and say why.

curl -sS {address}/samordna/v1/referrals \\
  -H 'Authorization: Bearer '{outreach} \\
  -H 'Content-Type: application/json' -H 'Idempotency-Key: first-try' \\
  -d '{referral}'; echo

2. Children's intake sees it in its inbox.

curl -sS '{address}/samordna/v1/referrals?limit=3' -H 'Authorization: Bearer '{intake}; echo

3. Nexus asks for its caseload, the oldest first.

curl -sS '{address}/samordna/v1/cases?status=open&order=openedAt&limit=3' \\
  -H 'Authorization: Bearer '{nexus}; echo

4. The team, for its manager.

curl -sS {address}/samordna/v1/teams -H 'Authorization: Bearer '{nexus}; echo

5. Without a token there is nothing to see, and a problem answer says what to do.

curl -sS {address}/samordna/v1/cases; echo

Ctrl-C stops everything; the next run continues with the same data.
"""

_REFERRAL = (
    '{"source": "youth-outreach", "channel": "in-person", "concern": "fares-badly", '
    '"account": "Met at the station, late, alone.", '
    '"person": {"role": "exposed", "age": "minor"}}'
)


def show_the_demo(address: str, tokens: Mapping[str, str], data: Path) -> None:
    """Print it all; the only place where a token is ever printed."""
    listed = "\n".join(f"\n  {role}\n  {token}" for role, token in sorted(tokens.items()))
    print(
        _DAY.format(
            address=address,
            data=data.resolve(),
            tokens=listed,
            outreach=tokens.get("youth-outreach", ""),
            intake=tokens.get("intake-manager", ""),
            nexus=tokens.get("nexus-manager", ""),
            referral=_REFERRAL,
        ),
        flush=True,
    )


def in_words(refused: Mapping[type[Refusal], int]) -> Iterator[str]:
    """What somebody tried in the year and the house refused, each with its reason."""
    for refusal, often in sorted(refused.items(), key=lambda one: (-one[1], one[0].__name__)):
        times = "once" if often == 1 else f"{often} times"
        yield f"Tried {times} in the year, and refused: {refusal.message()}"
