"""What people write: short Swedish accounts and case notes, put together from pieces.

No text holds a name, a place or a number. `{p}` is the person, as the writer puts it.
"""

from random import Random
from typing import Final

from domain.codes import Concern, Gender, PersonRole, Source

_PERSON: Final = {Gender.WOMAN: "kvinnan", Gender.MAN: "mannen"}
_CHILD: Final = {Gender.WOMAN: "flickan", Gender.MAN: "pojken"}

_MET: Final = {
    Source.YOUTH_OUTREACH: "Vi träffade {p} under kvällens fältpass i centrum.",
    Source.HOMELESS_OUTREACH: "Vi har mött {p} vid flera uppsökande pass den senaste tiden.",
    Source.OTHER_ADVICE_AND_SUPPORT: "{P} har kontakt med oss för råd och stöd sedan en tid.",
    Source.POLICE_OPERATION: "Vid en riktad insats anträffades {p} i en lägenhet.",
    Source.POLICE: "I ett pågående ärende har vi talat med {p}.",
    Source.CIVIL_SOCIETY: "{P} har besökt vår mottagning och vill ha hjälp att komma vidare.",
    Source.SCHOOL: "Elevhälsan har talat med {p} efter lång tids frånvaro.",
    Source.HEALTH_CARE: "{P} sökte vård hos oss och svarade på våra frågor om våld.",
    Source.SELF: "{P} ringer själv och är osäker på vilken hjälp som finns.",
    Source.CLOSE_PERSON: "En närstående hör av sig och är orolig för {p}.",
    Source.OTHER_UNIT: "I vårt arbete med försörjningsstöd har {p} berättat om sin situation.",
    Source.OTHER_MUNICIPALITY: "{P} har flyttat hit från en annan kommun, som hör av sig.",
    Source.OTHER: "Vi har kommit i kontakt med {p}.",
}

_FEARED: Final = {
    Concern.PROSTITUTION: (
        "Det finns misstanke om sex mot ersättning.",
        "Annonser på nätet talar för att det rör sig om prostitution.",
        "Uppger att ersättning har getts i form av sovplats och droger.",
    ),
    Concern.TRAFFICKING: (
        "Någon annan tycks bestämma över resor, telefon och pengar.",
        "Pass och telefon förvaras av en annan person, som också tar betalt.",
    ),
    Concern.CLOSE_VIOLENCE: (
        "Berättar om våld och hot från en tidigare partner.",
        "Beskriver kontroll, hot och vid några tillfällen slag i hemmet.",
    ),
    Concern.FORCED_MARRIAGE: ("Är rädd att bli bortgift vid en resa utomlands.",),
    Concern.FARES_BADLY: (
        "Rör sig i riskmiljöer nattetid tillsammans med äldre personer.",
        "Har dyra saker som inte går att förklara och sover ofta borta.",
    ),
    Concern.OTHER_EXPLOITATION: ("Arbetar långa dagar utan lön för att betala av en skuld.",),
    Concern.UNKNOWN: ("Något stämmer inte, men det är oklart vad det rör sig om.",),
}

_OTHER_SIDE: Final = {
    PersonRole.BUYER: (
        "Vill sluta köpa sexuella tjänster och ber om stödsamtal.",
        "Har blivit anvisad stöd efter misstanke om sexköp.",
    ),
    PersonRole.PERPETRATOR: ("Säger sig ha svårt att styra sin ilska hemma och ber om hjälp.",),
    PersonRole.RELATIVE: (
        "Är anhörig och mår dåligt av det som en familjemedlem är utsatt för.",
        "Behöver stöd för egen del och undrar hur man kan hjälpa till.",
    ),
}

_WISHES: Final = (
    "Önskar kontakt så snart som möjligt.",
    "Tackar ja till kontakt med socialtjänsten.",
    "Är tveksam till kontakt men vill bli uppringd.",
    "Nås säkrast på förmiddagar.",
    "Talar inte svenska; tolk behövs.",
    "Har ingenstans att bo från och med nästa vecka.",
)

_HOW: Final = (
    "Telefonsamtal med {p}.",
    "Besök på kontoret tillsammans med {p}.",
    "Hembesök enligt överenskommelse.",
    "Samtal med {p} genom tolk.",
    "{P} kom inte till avtalad tid; ringde upp efteråt.",
    "Samverkansmöte där {p} deltog.",
    "Kort avstämning per telefon.",
    "Följde med {p} till ett möte på vårdcentralen.",
    "Möte med skolan i frågan om frånvaro.",
    "Samtal med regionens mottagning efter samtycke.",
    "Uppföljning av planen, andra mötet.",
)

_WHAT: Final = (
    "Beskriver en lugnare vecka och sover bättre.",
    "Berättar mer om hur kontakten med den andra personen började.",
    "Oron är större än vid förra samtalet.",
    "Bostadsfrågan är det som tynger mest just nu.",
    "Vill gå vidare med stödsamtal en gång i veckan.",
    "Har fått nya hot, som vi går igenom tillsammans med säkerhetsplanen.",
    "Har inte haft kontakt med den andra personen sedan sist.",
    "Tar upp skulder och frågar om hjälp med ekonomin.",
    "Mår dåligt av att ha berättat men ångrar det inte.",
    "Är osäker på om en polisanmälan är rätt väg.",
    "Har börjat praktik och trivs.",
    "Vill inte svara på frågor om bakgrunden i dag.",
    "Undrar vad som händer med uppehållstillståndet.",
    "Har hittat en vän att bo hos under några veckor.",
)

_NEXT: Final = (
    "Ny tid om en vecka.",
    "Vi hörs igen på fredag.",
    "Skickar underlag om ekonomiskt bistånd.",
    "Bokar tolk till nästa möte.",
    "Tar upp frågan med närmaste chef.",
    "Kontaktar hyresvärden efter samtycke.",
    "Förbereder ett nätverksmöte.",
    "Ingen åtgärd just nu; följs upp.",
    "Frågar samordnaren anonymt om råd.",
    "",
)

_BASES: Final = (
    "Passhandling har visats upp.",
    "Uppgift från Migrationsverket.",
    "Folkbokföringsuppgift, efter att identiteten har styrkts.",
    "Identitetshandling från hemlandet, granskad.",
)

_HANDOVER_REASONS: Final = (
    "Åldern är nu fastställd och ansvaret följer reglerna.",
    "Reglerna pekar på er enhet efter ny prövning av åldern.",
)

_DECLINES: Final = (
    "Personen är bosatt i en annan kommun, som redan har en öppen utredning.",
    "Annan kommun har bekräftat att ansvaret är deras.",
)

_REOPENINGS: Final = (
    "Ny kontakt i samma sak inom ett halvår.",
    "Oron har återkommit och behoven är desamma.",
)

QUESTION: Final = "Har ni haft kontakt med personen före 18-årsdagen, och vad behöver vi veta?"
ANSWER: Final = "Ja, en utredning för två år sedan; den avslutades utan insats."
TAKEOVER: Final = "Personen är känd hos oss som vuxen."
NOT_GIVEN: Final = "Åldern är inte fastställd ännu; ärendet stannar här tills vidare."
CHILD: Final = "Barn i hushållet; föräldern är utsatt. Oro för hur barnet har det."
ADVICE: Final = "Råd om skydd, stöd och vilka insatser som går att söka."
MOVED: Final = "Har redan kontakt med enheten, som känner familjen."
REFERRED_ON: Final = "Utnyttjad i arbetslivet; följs till dem som hjälper med det."
TAKEN_BACK: Final = "Gällde någon annan."
PARTYS_ANSWER: Final = "Vi har tagit emot och kallar till ett första besök."
MISTAKE: Final = "Hembesök enligt överenskommelse; barnen var hemma."
MISHEARD: Final = "Diarienumret hördes fel i telefon."
CORRECTION: Final = "Anteckningen gällde ett annat ärende."
WITHHELD: Final = "Det finns risk att den som berättat utsätts för påtryckningar."
RISK: Final = "Bedömd utifrån det som personen berättar och det som polisen känner till."
ASSESSOR: Final = "Socialsekreterare i teamet"
PRESUMED: Final = "Någon annan förfogar över pass, telefon och pengar; skulden växer."
SENT_OUT: Final = "Önskar en första tid hos er mottagning; tolk behövs."
MUNICIPALITY: Final = "Hemkommunen"
TRANSFER: Final = "Har bostad och arbete där, och vill få fortsatt stöd på hemorten."
TRANSFER_ACCEPTED: Final = "Vi tar över ansvaret och kontaktar personen."
TRANSFER_REFUSED: Final = "Personen vistas varaktigt hos er."
TAKEN_FURTHER: Final = "Bor, arbetar och har sin familj i den andra kommunen."
MORE_TIME: Final = "Särskilda skäl: fler samtal behövs med tolk."
WAITED_FOR: Final = "Personen har bett att få vänta en tid."
EMERGENCY: Final = "Personen söker akut skydd; handläggaren nås inte."
GUARDIAN: Final = "Vårdnadshavare enligt folkbokföringen"
GUARDIAN_NO_MORE: Final = "Dom om vårdnaden har vunnit laga kraft."
NO_MARKING: Final = "Markeringen är borttagen i folkbokföringen."
ANOTHER_AFTER_ALL: Final = "Två olika personer, enligt handling som har visats upp."
KEPT: Final = "En rättegång pågår, och handlingarna behövs."
KEPT_NO_MORE: Final = "Domen har vunnit laga kraft."
MAJORITY: Final = "Har fyllt 18 år; planerad övergång enligt samtycke."
WRONG_AGE: Final = "Åldern är en annan än den som angavs, enligt handling som har visats upp."


def account(
    rng: Random, source: Source, role: PersonRole, concern: Concern, gender: Gender, *, child: bool
) -> str:
    """What a sender tells."""
    feared = _OTHER_SIDE.get(role) or _FEARED[concern]
    pieces = (_MET[source], rng.choice(feared), rng.choice(_WISHES))
    return _told(" ".join(pieces), gender, child=child)


def note(rng: Random, gender: Gender, *, child: bool) -> str:
    pieces = (rng.choice(_HOW), rng.choice(_WHAT), rng.choice(_NEXT))
    return _told(" ".join(pieces).strip(), gender, child=child)


def basis(rng: Random) -> str:
    return rng.choice(_BASES)


NOTIFIED: Final = "Beslutet lämnades och förklarades vid ett möte."
EXTENDED: Final = "Synnerliga skäl: tolk kunde inte ordnas i tid."
FEEDBACK: Final = "Anmälaren fick veta på telefon om utredning inleds."


def protection(rng: Random) -> str:
    return rng.choice(
        (
            "Inget akut behov av skydd; vistas hos en trygg vuxen.",
            "Samtal samma dag; ingen omedelbar fara framkommer.",
            "Oro för den närmaste tiden, kontakt med vårdnadshavare i dag.",
        )
    )


def preliminary(rng: Random, *, opens: bool) -> str:
    if opens:
        return rng.choice(("Oron kvarstår och behöver utredas.", "Uppgifterna är allvarliga."))
    return rng.choice(("Stöd ges redan på annat håll.", "Oron kunde inte bekräftas."))


def handover_reason(rng: Random) -> str:
    return rng.choice(_HANDOVER_REASONS)


def decline_explanation(rng: Random) -> str:
    return rng.choice(_DECLINES)


def reopening(rng: Random) -> str:
    return rng.choice(_REOPENINGS)


def _told(text: str, gender: Gender, *, child: bool) -> str:
    person = (_CHILD if child else _PERSON).get(gender, "personen")
    return text.format(p=person, P=person.capitalize())


SAID: Final = "Personen säger att hen kallas så."
FOUND: Final = "Samordningsnummer uppgivet av Migrationsverket."
PROTECTED: Final = "Markering i folkbokföringen."
RECOGNISED: Final = "Känns igen sedan förra kontakten."


def called(rng: Random) -> str:
    return rng.choice(("Bella", "Mimi", "Kim", "Sasha", "Nova", "Lex"))
