"""What the API says about itself: in its OpenAPI document, on its page, in api-info."""

from datetime import date
from importlib.metadata import version
from typing import Final

from domain.labels import Label

NAME: Final = "Samordna"
TITLE: Final = Label(
    "Samordna: samordning av kommunens arbete mot prostitution och människohandel",
    "Samordna: coordination of a municipality's work against prostitution and trafficking",
)
VERSION: Final = version("samordna")
RELEASED: Final = date(2026, 11, 24)
STATUS: Final = "active"
LICENCE: Final = "EUPL-1.2"
LICENCE_URL: Final = "https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12"

SECTIONS: Final[tuple[tuple[Label, Label], ...]] = (
    (
        Label("Syfte", "Purpose"),
        Label(
            "Enheterna i socialtjänsten får en gemensam bild av vem som ansvarar för varje person"
            " som kan vara utsatt, från det att någon hör av sig tills ärendet avslutas."
            " Personakten ligger kvar i kommunens verksamhetssystem.",
            "The units of the social services share one picture of who is responsible for every"
            " person who may be exposed, from the first contact until the case is closed. The"
            " personal file itself stays in the municipality's case system.",
        ),
    ),
    (
        Label("Inloggning", "Authentication"),
        Label(
            "OAuth 2.0-intyg i `Authorization: Bearer`, utfärdat av kommunens identitetsleverantör"
            " (OpenID Connect), där `sub` är medarbetarens id här. Roll, enhet och sida kommer ur"
            " registrerade händelser, aldrig ur intyget. Ett intyg slutar gälla genast när tjänsten"
            " upphör. Bara TLS 1.2 eller senare.",
            "An OAuth 2.0 token in `Authorization: Bearer`, issued by the municipality's identity"
            " provider (OpenID Connect), whose `sub` is the staff id here. Role, unit and side come"
            " from recorded events, never from the token. A token stops working at once when the"
            " position ends. TLS 1.2 or later only.",
        ),
    ),
    (
        Label("Att läsa är en handling", "Reading is an act"),
        Label(
            "Inget svar med person- eller ärendeuppgifter lämnar tjänsten innan läsningen är"
            " loggad: vem, i vilken roll, för vilken enhet, varför (`purpose`), vad och vems. Också"
            " avslag loggas. Det du inte får se ser ut som om det inte fanns.",
            "No answer with personal or case data leaves before the reading is logged: who, in what"
            " role, for which unit, what for (`purpose`), what and whose. Refusals are logged, too."
            " What you may not see looks as if it did not exist.",
        ),
    ),
    (
        Label("Säkra kommandon", "Safe commands"),
        Label(
            "Skicka `Idempotency-Key` med varje kommando: skickas det igen blir svaret detsamma och"
            " inget nytt registreras, i 30 dagar. Handlingar som ändrar ansvaret kräver `If-Match`"
            " med ETag från det du såg: 404, sedan 428 när den saknas, 412 när den är inaktuell.",
            "Send an `Idempotency-Key` with every command: sent again, the answer is the same and"
            " nothing new is recorded, for 30 days. Acts that change responsibility ask for"
            " `If-Match` with the ETag of what you saw: 404, then 428 when it is missing and 412"
            " when it is stale.",
        ),
    ),
    (
        Label("Positioner", "Positions"),
        Label(
            "Varje svar anger vilken position i händelseloggen det speglar. Den som just har"
            " beslutat något kan vänta in sitt eget: `atPosition` i adressen tillsammans med"
            " `Prefer: wait=N`, högst 10 sekunder.",
            "Every answer says which position of the event log it reflects. Who has just decided"
            " something can wait for it: `atPosition` in the address together with"
            " `Prefer: wait=N`, at most 10 seconds.",
        ),
    ),
    (
        Label("Tillbakablick", "Looking back"),
        Label(
            "Ärenden, aktualiseringar, överlämningar och arbetsbelastning kan visas som de var:"
            " `asOf` (en tidpunkt: det som då hade registrerats) eller `asOfPosition`. Vad du får"
            " se avgörs av dagens regler och din tjänst i dag. Svaret anger `asOfPosition`; antal"
            " följer inte med, och ärenden ordnas då inte efter senaste händelse.",
            "Cases, referrals, handovers and workloads can be shown as they were: `asOf` (a moment:"
            " what had been recorded by then) or `asOfPosition`. What you may see is decided by"
            " today's rules and your position today. The answer says `asOfPosition`; there are no"
            " counts, and cases are then not ordered by their last event.",
        ),
    ),
    (
        Label("Listor", "Lists"),
        Label(
            "`limit` (20, högst 100) och `cursor`: skicka `nextCursor` från förra sidan. En markör"
            " gäller bara för samma lista, filter och läsare.",
            "`limit` (20, at most 100) and `cursor`: send `nextCursor` of the page before. A cursor"
            " is good for the same list, filters and reader only.",
        ),
    ),
    (
        Label("Fel", "Errors"),
        Label(
            "`application/problem+json` (RFC 9457). `type` leder till en sida som förklarar felet;"
            " `errors` räknar upp alla felaktiga fält på en gång. Språket följer"
            " `Accept-Language`.",
            "`application/problem+json` (RFC 9457). `type` leads to a page that explains the error;"
            " `errors` lists every faulty field at once. The language follows `Accept-Language`.",
        ),
    ),
    (
        Label("Gränser och kända begränsningar", "Limits and known problems"),
        Label(
            "Ett anrops innehåll får omfatta högst 64 KiB, en adress 2 048 tecken, en fritext"
            " 10 000 tecken. Ingen sökning eller sortering på namn: personuppgifter är förseglade."
            " Listor i realtid finns inte ännu.",
            "A body holds at most 64 KiB, an address 2,048 characters, a free text 10,000"
            " characters. No searching or sorting by name: personal data is sealed. Live lists do"
            " not exist yet.",
        ),
    ),
    (
        Label("Servicenivå", "Service level"),
        Label(
            "Dygnet runt, utan garanterad svarstid under piloten. Kan något inte loggas eller"
            " öppnas svarar tjänsten 503 med `Retry-After` och återhämtar sig själv.",
            "Around the clock, without a guaranteed response time during the pilot. When something"
            " cannot be logged or opened the service answers 503 with `Retry-After`, and recovers"
            " by itself.",
        ),
    ),
    (
        Label("Livscykel", "Life cycle"),
        Label(
            "Bara huvudversionen står i adressen. Inom den tillkommer fält, koder och dörrar; inget"
            " tas bort. En utgående version aviseras minst sex månader i förväg i `api-info`.",
            "Only the major version stands in the address. Within it fields, codes and doors are"
            " added; none is taken away. The end of a version is announced in `api-info` at least"
            " six months ahead.",
        ),
    ),
)
