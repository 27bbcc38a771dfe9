"""Processes of a test's own. One server forks them all; it is told what they need before the first
of them starts, because it loads that once and hears nothing afterwards."""

from multiprocessing import get_context
from typing import Final

PROCESSES: Final = get_context("forkserver")
PROCESSES.set_forkserver_preload(
    [
        "tests.api.test_rebuilding_killed",
        "tests.faults.racing",
        "tests.projections.test_parking_killed",
        "tests.racers",
        "tests.sealers",
    ]
)
