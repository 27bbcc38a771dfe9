"""Activities (R7, S35, S37, S44-S49, S54, S72, S73, S79): what is planned and held, and whom it
reaches, in numbers."""

from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta

from api.commands import activities as use_cases
from api.door import CREATED, Lead, deciding, reading
from api.door.answers import ActivityId, Answer, Count, Day, Done, Page, Position, Seen, Unit
from api.door.fields import Body, UnitCode, shown
from api.door.fields import Day as DayOfBody
from api.door.query import PageQuery
from api.door.visit import Visit
from domain.activity import ActivityPlanned, ActivityStatus
from domain.codes import (
    ActivityKind,
    AgeBand,
    Audience,
    CancellationReason,
    PlaceKind,
    Purpose,
)
from domain.errors import (
    CampaignHasNoAgeBand,
    CoordinationIsStrategic,
    NotFound,
    UnknownUnit,
)
from domain.labels import Label
from domain.policy import Act, Information
from projections import activities
from projections.activities import Cursor, Line

_READ: Final = (Act.READ, Information.ACTIVITY)
RECORD: Final = (Act.RECORD, Information.ACTIVITY)

# --- seen ------------------------------------------------------------------------------------


class ActivityQuery(PageQuery):
    kind: ActivityKind | None = None
    """Of one kind only."""


class ActivityLine(Answer):
    """Codes, days, units and numbers: nobody stands in it (S79)."""

    activity_id: ActivityId
    kind: ActivityKind
    status: ActivityStatus
    responsible_units: Annotated[
        list[Unit], Meta(description="Several lead it jointly (R7).", examples=[["nexus"]])
    ]
    cooperating_units: Annotated[list[Unit], Meta(examples=[["regional-coordinators"]])]
    planned_on: Day
    place: PlaceKind
    audience: Audience
    age_band: AgeBand | None
    partners: Annotated[list[Unit], Meta(examples=[["schools"]])]
    held_on: Day | None
    reached: Annotated[int | None, Meta(description="How many.", examples=[60])]
    schools: Annotated[int | None, Meta(description="In how many schools.", examples=[1])]
    cancelled_because: CancellationReason | None


class Activities(Page):
    items: list[ActivityLine]


@reading(
    "listActivities",
    Label("Lista aktiviteter", "List activities"),
    Label("Den senaste först.", "The latest first."),
    asks=_READ,
    view=activities.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    leads=(Lead("listActivities", {"cursor": "nextCursor"}),),
)
async def page(visit: Visit, query: ActivityQuery) -> Seen[Activities]:
    found = await visit.ask(
        activities.page,
        visit.viewer,
        kind=query.kind,
        after=visit.last_seen(query, Cursor),
        limit=query.limit,
    )
    answer = Activities(
        items=[ActivityLine(**_told(line)) for line in found.lines],
        next_cursor=visit.next_cursor(query, found.after),
        position=visit.position,
    )
    return Seen(answer, [line.activity for line in found.lines], detail=query.filters())


class ActivityDetail(ActivityLine, kw_only=True):
    position: Position


@reading(
    "readActivity",
    Label("Läs en aktivitet", "Read an activity"),
    Label("Planerad, genomförd eller inställd.", "Planned, held or cancelled."),
    asks=_READ,
    view=activities.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
    has_etag=True,
    leads=(Lead("holdActivity", {"activityId": "activityId"}),),
)
async def read(visit: Visit, activity_id: UUID) -> Seen[ActivityDetail]:
    line = await visit.ask(activities.activity, visit.viewer, activity_id)
    if line is None:
        raise NotFound
    answer = ActivityDetail(**_told(line), position=visit.position)
    return Seen(answer, [activity_id], version=((activity_id, line.version),))


class Reach(Answer):
    year: Annotated[int, Meta(examples=[2023])]
    kind: ActivityKind
    age_band: AgeBand | None
    held: Annotated[int, Meta(ge=0, description="How many activities.", examples=[12])]
    reached: Count
    schools: Count


class Reaches(Answer):
    items: list[Reach]
    position: Position


@reading(
    "listActivityReaches",
    Label("Lista vad aktiviteterna når", "List what activities reach"),
    Label(
        "Det som har genomförts, per kalenderår, slag och åldersgrupp (S72, S73).",
        "Of what was held, by calendar year, kind and age band (S72, S73).",
    ),
    asks=_READ,
    view=activities.PROJECTION.name,
    purpose=Purpose.SUPERVISION,
)
async def reaches(visit: Visit) -> Seen[Reaches]:
    found = await visit.ask(activities.reach, visit.viewer)
    items = [
        Reach(
            year=reach.year,
            kind=ActivityKind(reach.kind),
            age_band=AgeBand(reach.age_band) if reach.age_band else None,
            held=reach.held,
            reached=reach.reached,
            schools=reach.schools,
        )
        for reach in found
    ]
    return Seen(Reaches(items=items, position=visit.position), [])


def _told(line: Line) -> dict[str, Any]:
    because = line.cancelled_because
    return {
        "activity_id": line.activity,
        "kind": ActivityKind(line.kind),
        "status": ActivityStatus(line.status),
        "responsible_units": list(line.responsible),
        "cooperating_units": list(line.cooperating),
        "planned_on": line.planned_on,
        "place": PlaceKind(line.place),
        "audience": Audience(line.audience),
        "age_band": AgeBand(line.age_band) if line.age_band else None,
        "partners": list(line.partners),
        "held_on": line.held_on,
        "reached": line.reached,
        "schools": line.schools,
        "cancelled_because": CancellationReason(because) if because else None,
    }


# --- planned ---------------------------------------------------------------------------------


class NewActivity(Body):
    """No field holds a text: nobody's identity can be put in (S79)."""

    model_config = shown(
        kind="prevention",
        plannedOn="2023-04-20",
        place="school",
        audience="pupils",
        ageBand="aged-16-to-21",
        partners=["schools"],
    )

    kind: ActivityKind
    planned_on: DayOfBody
    place: PlaceKind
    audience: Audience
    age_band: AgeBand | None = None
    """None for a targeted campaign (R7)."""
    partners: tuple[UnitCode, ...] = ()
    """Units and external parties of GET /units."""


class ChangedActivity(Done):
    activity_id: ActivityId


class PlannedActivity(ChangedActivity):
    responsible_units: Annotated[list[Unit], Meta(examples=[["nexus"]])]
    cooperating_units: Annotated[list[Unit], Meta(examples=[["regional-coordinators"]])]


@deciding(
    "planActivity",
    Label("Planera en aktivitet", "Plan an activity"),
    Label(
        "Regel R7 säger vem som ansvarar: för 16-21 år Nexus i samverkan med regionkoordinatorerna,"
        " för riktade kampanjer båda tillsammans, annars den som planerar. Att leda en aktivitet är"
        " inte att äga ett ärende.",
        "Rule R7 says who is responsible: for ages 16-21 Nexus with the regional coordinators, for"
        " targeted campaigns both jointly, otherwise who plans it. Leading an activity is not"
        " owning a case.",
    ),
    asks=RECORD,
    refuses=(CampaignHasNoAgeBand, CoordinationIsStrategic, UnknownUnit),
    status=CREATED,
    location="/activities/{0.activity_id}",
    leads=(Lead("holdActivity", {"activityId": "activityId"}),),
)
async def plan(visit: Visit, activity: NewActivity) -> PlannedActivity:
    outcome = await visit.carry_out(
        use_cases.plan_activity,
        kind=activity.kind,
        planned_on=activity.planned_on,
        place=activity.place,
        audience=activity.audience,
        age_band=activity.age_band,
        partners=activity.partners,
    )
    activity_id, planned = outcome.the(ActivityPlanned)
    return PlannedActivity(
        activity_id=activity_id,
        responsible_units=list(planned.responsible),
        cooperating_units=list(planned.cooperating),
        position=outcome.position,
        replayed=outcome.replayed,
    )
