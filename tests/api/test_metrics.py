"""What is counted, and where its names stand."""

import asyncio
import re
from pathlib import Path

from prometheus_client import CollectorRegistry

from api.door.system import Meters
from api.runtime import metrics
from api.runtime.rounds import Rounds
from api.runtime.serving.siblings import merged

README = Path(__file__).parents[2] / "README.md"


def test_every_name_is_documented() -> None:
    """The README's table has the names that are told, all of them and no other."""
    readme = README.read_text(encoding="utf-8")
    [watching] = re.findall(r"^## Watching it$.*?^## ", readme, re.MULTILINE | re.DOTALL)
    table = re.findall(r"^\| (`[^|]*) \|", watching, re.MULTILINE)
    documented = {name for row in table for name in re.findall(r"`(\w+)`", row)}
    assert documented == told()


def told() -> set[str]:
    registry = CollectorRegistry()
    Meters(registry)
    numbers = (
        *metrics.WRITERS,
        *metrics.STREAMS,
        *metrics.FOLLOWERS,
        *metrics.ROUNDS,
        *metrics.SEALERS,
        *metrics.FORGETTING,
        *metrics.VERIFICATIONS,
        *metrics.COSIGNATURES,
        *metrics.WORKERS,
        *metrics.VIEWS,
        *metrics.ALARMS,
    )
    parts = [number.kind(number.name, number.about) for number in numbers]
    doors = [family.name.removeprefix("samordna_") for family in registry.collect()]
    counters = {part.name + "_total" for part in parts if part.type == "counter"}
    gauges = {part.name for part in parts if part.type == "gauge"}
    return (
        {"tells"}
        | counters
        | gauges
        | {f"{name}_total" if name in {"answers", "stream_steps"} else name for name in doors}
    )


def test_several_are_one_answer() -> None:
    """Each family stands once, and every sample says who counted it."""
    one = (
        "# HELP a A.\n# TYPE a gauge\na 1.0\n"
        '# HELP b B.\n# TYPE b counter\nb_total{x="{y} z"} 2.0\n'
    )
    two = "# HELP a A.\n# TYPE a gauge\na 3.0\n"
    assert merged({"1": one, "2": two}) == (
        "# HELP a A.\n# TYPE a gauge\n"
        'a{worker="1"} 1.0\na{worker="2"} 3.0\n'
        "# HELP b B.\n# TYPE b counter\n"
        'b_total{worker="1",x="{y} z"} 2.0\n'
    )


async def test_a_round_that_fails_is_counted_and_done_again() -> None:
    """Nothing ends the loop: what fails is counted, and tried again."""
    rounds = Rounds("test", every=0.0, again=0.0)
    outcomes = iter([OSError(), None, ValueError(), None])
    over = asyncio.Event()

    async def task() -> None:
        try:
            outcome = next(outcomes)
        except StopIteration:
            over.set()
        else:
            if outcome:
                raise outcome

    keeping = asyncio.create_task(rounds.keep(task))
    await asyncio.wait_for(over.wait(), 10)
    keeping.cancel()
    assert rounds.failed == 2
    assert rounds.done >= 2


def test_a_loop_without_success_stands_still() -> None:
    """After three rounds' time, whatever it tries."""
    assert Rounds("test", every=0.0, again=0.0).stands_still
    assert not Rounds("test", every=1000.0, again=0.0).stands_still
