"""The workload as it was at a position, under today's policy."""

from functools import cache

from psycopg import sql

from domain.codes import StaffRole
from domain.policy import Viewer
from projections import workload
from projections.access.visible import condition, visible
from projections.asking import Connection, all_rows
from projections.history import STOOD, AsOf
from projections.projection import Projection, Versions
from projections.sql import Statements, text
from projections.workload import TABLE, Workload, counting

_statements = Statements("projections.workload.history")

VERSIONS = Versions(name="workload_versions", of=TABLE)
PROJECTION = Projection(
    name="workload_history",
    version=workload.PROJECTION.version,
    schema=text("projections.workload.history", "schema.sql"),
    tables=(VERSIONS,),
    key=workload.PROJECTION.key,
)


async def of_unit(connection: Connection, schema: str, viewer: Viewer, as_of: AsOf) -> Workload:
    """What the viewer's unit carried, as far as it is visible today."""
    parameters = {**visible(viewer).parameters, **as_of.parameters, "unit": viewer.unit}
    [found] = await all_rows(connection, _of_unit(schema, viewer.role), parameters, Workload)
    return found


@cache
def _of_unit(schema: str, role: StaffRole) -> bytes:
    carried = _statements("carried", schema, stood=sql.SQL(STOOD), visible=condition(role))
    return counting(schema, carried)
