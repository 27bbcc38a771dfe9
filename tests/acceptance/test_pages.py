"""Lists: what they hold for whom, and that their pages are the whole of them, in every order."""

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

import pytest

from api.app import ROUTES
from api.door import Route
from api.door.query import MOST_IN_A_PAGE, PageQuery
from domain.policy import Act, Information, Viewer, permitting
from tests.acceptance.doors import SCHEMAS, address, named, needed_query, parameters
from tests.acceptance.knocking import Heard
from tests.acceptance.seeing import sees, tells_nothing_else
from tests.acceptance.settled import Known, Settled

PAGED: Final = [
    route
    for route in ROUTES
    if issubclass(route.door.query[1], PageQuery) and route.method == "GET"
]
"""Searches by POST have tests of their own."""
READERS: Final = {
    Information.LINE: "nexus manager",
    Information.TIMELINE: "nexus worker",
    Information.NOTES: "nexus manager",
    Information.EVENT_METADATA: "auditor",
    Information.EVENT_CONTENT: "auditor",
    Information.ACCESS_LOG: "auditor",
    Information.STAFF: "administrator",
    Information.RECEIPT: "police officer",
    Information.EXTERNAL_REFERRAL: "police officer",
    Information.OPERATION: "nexus manager",
    Information.ACTIVITY: "nexus manager",
}

# --- pages -----------------------------------------------------------------------------------


class Listing:
    """One list, as somebody asks for it."""

    def __init__(self, settled: Settled, route: Route, who: str = "", case: str = "") -> None:
        assert route.door.asks
        readings = route.door.operation == "listReadings"  # of a case that nobody else reads here
        case = case or ("relative's" if readings else "assigned")
        self._settled = settled
        self._token = settled.token(who or READERS[route.door.asks[1]])
        self._where = address(route, {"caseId": settled.files[case].id})
        self._needed = [f"{name}={value}" for name, value in needed_query(route).items()]

    async def page(self, filters: str = "", *, limit: int | None = None, cursor: str = "") -> Heard:
        asked = [filters, f"limit={limit}" if limit else "", f"cursor={cursor}" if cursor else ""]
        query = "&".join(part for part in (*self._needed, *asked) if part)
        return await self._settled.call("GET", self._where, token=self._token, query=query)

    async def in_pages(self, filters: str, limit: int) -> list[Any]:
        """All items, page after page, each as full as it may be but for the last."""
        items: list[Any] = []
        cursor = ""
        while True:
            page = await self.page(filters, limit=limit, cursor=cursor)
            assert page.status == 200, page.body
            items += page["items"]
            cursor = page["nextCursor"]
            if cursor is None:
                return items
            assert len(page["items"]) == limit


def variants(route: Route) -> Iterator[str]:
    """The list as it is, and by every value of each filter and order."""
    yield ""
    for name, schema in parameters(route, "query").items():
        told = SCHEMAS[schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
        values = ["true", "false"] if told.get("type") == "boolean" else told.get("enum", ())
        if name != "purpose":
            yield from (f"{name}={value}" for value in values)


@pytest.mark.parametrize("route", named(PAGED))
async def test_pages_are_the_whole_list(settled: Settled, route: Route) -> None:
    """Whatever the filter, order and size of a page: nothing twice, nothing left out, and no cursor
    after the last one."""
    listing = Listing(settled, route)
    longest = 0
    for _ in range(3):
        await listing.page()
    for filters in variants(route):
        whole = await listing.page(filters, limit=MOST_IN_A_PAGE)
        assert whole["nextCursor"] is None
        longest = max(longest, len(whole["items"]))
        for limit in (1, 2, 3, max(len(whole["items"]), 1)):
            items = await listing.in_pages(filters, limit)
            if route.door.operation == "listReadings":  # each page is a reading, too
                items = items[len(items) - len(whole["items"]) :]
            assert items == whole["items"], f"{filters} by {limit}"
    assert longest > 1, "a list of one tells nothing about pages"


@pytest.mark.parametrize("route", named(PAGED))
async def test_a_page_holds_20_unless_asked(settled: Settled, route: Route) -> None:
    """1 to 100, and 20 where nothing is said."""
    listing = Listing(settled, route)
    whole = (await listing.page(limit=MOST_IN_A_PAGE))["items"]
    for limit, wanted in ((None, 20), (1, 1), (MOST_IN_A_PAGE, MOST_IN_A_PAGE)):
        page = await listing.page(limit=limit)
        assert len(page["items"]) <= wanted
        assert (page["nextCursor"] is None) is (len(page["items"]) >= len(whole))


@pytest.mark.parametrize("route", named(PAGED))
async def test_a_cursor_is_for_one_list_and_one_reader(settled: Settled, route: Route) -> None:
    """Another's, or one of another filter, order, case or list, is refused; a page of another size
    is the same list."""
    assert route.door.asks
    listing = Listing(settled, route)
    cursor = (await listing.page(limit=1))["nextCursor"]
    assert (await listing.page(limit=2, cursor=cursor)).status == 200
    usual = _usual(route)
    others = [(listing, filters) for filters in variants(route) if filters not in {"", *usual}]
    who = READERS[route.door.asks[1]]
    others += [
        (Listing(settled, route, other), "")
        for other, viewer in settled.viewers.items()
        if other != who and permitting(viewer.role, *route.door.asks)
        if (await Listing(settled, route, other).page()).status == 200
    ]
    if "caseId" in route.names:
        others.append((Listing(settled, route, case="unassigned"), ""))
    others += [
        (Listing(settled, other), "")
        for other in PAGED
        if other is not route and other.door.asks and READERS[other.door.asks[1]] == who
    ]
    refused = 0
    for another, filters in others:
        page = await another.page(filters, limit=1, cursor=cursor)
        if page.status == 403:
            continue  # not even a list of theirs
        assert (page.status, page["type"].split("/")[-1]) == (400, "cursor-is-faulty"), filters
        refused += 1
    assert refused


def _usual(route: Route) -> set[str]:
    """What a list is filtered and ordered by where nothing is said."""
    told = parameters(route, "query").items()
    return {f"{n}={str(it['default']).lower()}" for n, it in told if "default" in it} | {
        f"{n}={it['default']}" for n, it in told if "default" in it
    }


@pytest.mark.parametrize("order", SCHEMAS["CaseOrder"]["enum"])
async def test_cases_are_in_the_order_asked_for(settled: Settled, order: str) -> None:
    """By a moment, earliest first; a minus turns it round; where none is due, it is the latest."""
    [route] = [route for route in PAGED if route.door.operation == "listCases"]
    items = await Listing(settled, route).in_pages(f"order={order}", 2)
    moments = [item[order.strip("-")] or "9999" for item in items]
    assert moments == sorted(moments, reverse=order.startswith("-"))
    assert len(set(moments)) > 1


# --- what they hold --------------------------------------------------------------------------


def _in_list(settled: Settled, viewer: Viewer, where: str) -> set[str]:
    """What a list holds for somebody, according to the table."""
    seen = [known for known in settled.files.values() if sees(viewer, known.file)]
    cases = {known.name: known for known in seen if known.kind == "case"}
    referrals = [known for known in seen if known.kind == "referral"]
    here: dict[str, Callable[[Known], Collection[str | None]]] = {
        "/cases": lambda it: (it.file.responsible_unit, it.file.receiving_unit),
        "/referrals?direction=in": lambda it: (it.asked,),
        "/referrals?direction=sent": lambda it: (it.file.sending_unit,),
        "/referrals?direction=informed": lambda it: it.told,
    }
    if where in here:
        listed = cases.values() if where == "/cases" else referrals
        return {str(known.id) for known in listed if viewer.unit in here[where](known)}
    side = "to_unit" if where.endswith("in") else "from_unit"
    offers = {name: it for name, it in settled.handovers.items() if name in cases}
    return {str(offer.id) for offer in offers.values() if getattr(offer, side) == viewer.unit}


LISTS: Final = (
    ("/cases", "caseId"),
    ("/referrals?direction=in", "referralId"),
    ("/referrals?direction=sent", "referralId"),
    ("/referrals?direction=informed", "referralId"),
    ("/handovers?direction=in", "handoverId"),
    ("/handovers?direction=out", "handoverId"),
)


@pytest.mark.parametrize(("where", "name"), LISTS)
async def test_a_list_holds_what_its_reader_sees(settled: Settled, where: str, name: str) -> None:
    """All of it and nothing else, on every page; nothing of others in lines, counts, cursors."""
    path, _, query = where.partition("?")
    for who, viewer in settled.viewers.items():
        listed: list[str] = []
        cursor = ""
        while True:
            page = f"{query}&limit=2{cursor}".lstrip("&")
            heard = await settled.call("GET", path, token=settled.token(who), query=page)
            if not permitting(viewer.role, Act.READ, Information.LINE):
                assert heard.status == 403
                break
            assert heard.status == 200
            tells_nothing_else(settled, viewer, heard)
            listed += [line[name] for line in heard["items"]]
            if heard["nextCursor"] is None:
                break
            cursor = f"&cursor={heard['nextCursor']}"
        assert len(set(listed)) == len(listed)
        if heard.status == 200:
            assert set(listed) == _in_list(settled, viewer, where), f"{who} at {where}"


async def test_counts_count_what_is_seen(settled: Settled) -> None:
    """They tell no more than the lines do."""
    for who, viewer in settled.viewers.items():
        if not permitting(viewer.role, Act.READ, Information.LINE):
            continue
        caseload = await settled.call("GET", "/cases", token=settled.token(who), query="limit=100")
        own = [line for line in caseload["items"] if line["unit"] == viewer.unit]
        still = [line for line in own if line["status"] == "open"]
        assert caseload["counts"] == {
            "open": len(still),
            "unassigned": len([line for line in still if not line["workers"]]),
            "handoversIn": len([line for line in caseload["items"] if line["unit"] != viewer.unit]),
            "handoversOut": len([line for line in own if line["handoverTo"]]),
            "overdue": 0,
            "closed": len(own) - len(still),
        }, who
        inbox = {
            direction: await settled.call(
                "GET",
                "/referrals",
                token=settled.token(who),
                query=f"limit=100&direction={direction}",
            )
            for direction in ("in", "sent")
        }
        waits = [line["status"] for line in inbox["in"]["items"]]
        sent = [line["status"] for line in inbox["sent"]["items"]]
        assert inbox["in"]["counts"] == {
            "waiting": waits.count("waiting"),
            "declineProposed": waits.count("decline-proposed"),
            "overdue": 0,
            "sent": sent.count("waiting") + sent.count("decline-proposed"),
        }, who
