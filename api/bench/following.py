"""`follow` and `rebuild`: the real caseload over the real mix of events, beside what it costs to
read the same rows and do nothing with them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from time import perf_counter
from typing import Final

import psycopg
from psycopg.sql import SQL, Identifier

from api.bench.figures import Effort, Figure, Turn, compared, in_turns
from api.bench.ground import Ground
from api.bench.programs import stock
from api.runtime.clock import SystemClock
from api.runtime.database import role_name
from api.runtime.settings import Settings
from api.runtime.wiring import Rooms, open_house
from projections import caseload
from projections.engine import Followers
from projections.rebuild import rebuild

FOLLOW: Final = "follow"
REBUILD: Final = "rebuild"

_PATIENCE: Final = 3600.0
_STOCK_EVENTS: Final = 3000  # one transaction each: more would tell nothing more
