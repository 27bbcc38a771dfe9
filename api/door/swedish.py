"""Every refusal in Swedish: its title and what to do. The English stands with the error itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain import errors


@dataclass(frozen=True, slots=True)
class Told:
    title: str
    detail: str


REFUSALS: Final[Mapping[type[errors.Refusal], Told]] = {
    # --- the log
    errors.StreamHasMoved: Told(
        "Någon annan hann före",
        "Någon annan har ändrat detta under tiden. Läs det igen och besluta på nytt.",
    ),
    errors.CommandKeyReused: Told(
        "Nyckeln är redan använd",
        "Samma Idempotency-Key har använts med ett annat innehåll. Ange en ny nyckel.",
    ),
    errors.EventTooLarge: Told(
        "Uppgiften är för stor", "En uppgift får omfatta högst 64 KiB. Korta texten."
    ),
    errors.TooManyEvents: Told(
        "För många uppgifter",
        "Ett kommando får registrera högst 500 uppgifter. Dela upp kommandot.",
    ),
    errors.Unavailable: Told(
        "Tillfälligt otillgängligt",
        "Tjänsten kan inte svara just nu. Ingenting har registrerats; försök igen.",
    ),
    errors.LogUnavailable: Told(
        "Händelseloggen nås inte",
        "Om kommandot hann registreras visar sig när det skickas igen med samma Idempotency-Key.",
    ),
    errors.ReceiptsUnavailable: Told(
        "Åtkomstloggen nås inte",
        "Läsningen kan inte loggas, så ingenting kan visas. Försök igen.",
    ),
    errors.VaultUnavailable: Told(
        "Nyckelvalvet nås inte",
        "Ingenting kan förseglas eller öppnas just nu. Försök igen.",
    ),
    errors.QueueIsFull: Told(
        "Kön är full", "Fler kommandon väntar än som hinner registreras. Försök igen."
    ),
    errors.KeyIsErased: Told(
        "Uppgifterna är gallrade",
        "Personens eller aktens uppgifter är utplånade; mer kan inte registreras om den.",
    ),
    errors.KeyCannotBeOpened: Told(
        "En nyckel kan inte öppnas",
        "Det som är förseglat kan inte öppnas: nyckeln är skadad, eller nyckelringen är en annan."
        " Ingenting är gallrat, och ingenting av det visas. Den som driver tjänsten frågar"
        " `samordna doctor`.",
    ),
    # --- persons and referrals
    errors.BornInTheFuture: Told(
        "Född i framtiden",
        "Födelsedatumet ligger i framtiden, eller efter den dag då det först berättades om"
        " personen. Rätta det.",
    ),
    errors.BornTooLongAgo: Told(
        "Född för länge sedan", "Ingen är så gammal. Rätta födelsedatumet."
    ),
    errors.CaseIsAlreadyOpen: Told(
        "Ett ärende är redan öppet",
        "Personen har redan ett öppet ärende; en ny aktualisering förs dit.",
    ),
    errors.ReceivedInTheFuture: Told(
        "Inkommen i framtiden",
        "Tidpunkten ligger i framtiden. Ange när aktualiseringen kom in.",
    ),
    errors.MomentIsImpossible: Told(
        "Tidpunkten är omöjlig",
        "Det kan inte ha hänt då: tidpunkten ligger i framtiden, före det att akten kom in, eller"
        " före det som det avslutar.",
    ),
    errors.SourceIsAnother: Told(
        "Källan är en annan",
        "Den som är utanför förvaltningen berättar vad den själv vet: källan är avsändarens eget"
        " slag av part (S15-S20).",
    ),
    errors.ReceivedTooLongAgo: Told(
        "Mottaget för länge sedan",
        "Tidpunkten ligger längre tillbaka än kommunens inställning medger, så den tas för en"
        " felskrivning. Rätta den, eller utelämna den och berätta om dröjsmålet i redogörelsen.",
    ),
    errors.ReferralIsAnswered: Told(
        "Aktualiseringen är besvarad",
        "Aktualiseringen har redan besvarats; `by` och `at` anger av vem och när.",
    ),
    errors.DeclineIsProposed: Told(
        "Ett avböjande väntar",
        "Ett avböjande väntar på enhetschefen, som först bekräftar eller avslår det (R2).",
    ),
    errors.DeclineIsNotProposed: Told(
        "Inget avböjande väntar", "Inget avböjande väntar på bekräftelse (R2)."
    ),
    errors.RoutingStaysTheSame: Told(
        "Fördelningen ändras inte",
        "Vid fel ålder anges en ålder för vilken reglerna pekar ut en annan enhet (R2).",
    ),
    errors.AssessorIsNotNamed: Told(
        "Bedömaren saknas",
        "Den vars ålder är okänd räknas som vuxen bara efter en namngiven persons bedömning (R3).",
    ),
    # --- cases and handovers
    errors.CaseIsClosed: Told("Ärendet är avslutat", "Öppna ärendet på nytt först."),
    errors.CaseIsOpen: Told("Ärendet är öppet", "Ärendet är redan öppet."),
    errors.WorkerHasNoPosition: Told(
        "Handläggaren har ingen tjänst",
        "Den som saknar tjänst kan inte få ett ärende eller en plats i ett team.",
    ),
    errors.SuccessorIsTheSame: Told(
        "Efterträdaren är samma person",
        "Efterträdaren är den vars ärenden ska byta hand: ange någon annan.",
    ),
    errors.WorkerCannotBeAssigned: Told(
        "Handläggaren kan inte tilldelas",
        "Bara en handläggare eller enhetschef vid den ansvariga enheten som arbetar med sådana"
        " ärenden kan tilldelas. För att flytta ärendet: erbjud en överlämning.",
    ),
    errors.CaseIsMisrecorded: Told(
        "Ärendet var felregistrerat",
        "Ärendet avslutades som felregistrerat och förblir avslutat; ta emot aktualiseringen på"
        " nytt (R16).",
    ),
    errors.IdentityIsUncertain: Told(
        "Identiteten är osäker",
        "En osäker identitet fastställs inte: registrera den som en uppgift, med källa.",
    ),
    errors.PersonIsTheSame: Told(
        "Samma person redan", "Båda ärendena gäller redan samma uppgifter om personen."
    ),
    errors.PersonIsMerged: Told(
        "Redan sammanslagen",
        "En av dem är redan sammanslagen. Sära på dem först, eller slå samman med den som gäller;"
        " så uppstår aldrig en ring.",
    ),
    errors.PersonIsNotMerged: Told(
        "Inte sammanslagen", "Uppgifterna står för sig själva; det finns inget att sära på."
    ),
    errors.PersonIsOfAge: Told(
        "Personen är myndig", "Personen är 18 år eller äldre och har ingen vårdnadshavare (R13)."
    ),
    errors.GuardianIsNotNamed: Told(
        "Vårdnadshavaren anges inte",
        "Ett samtycke från en vårdnadshavare anger vem det är; personens eget anger ingen"
        " (OSL 12:2-3).",
    ),
    errors.GuardianIsRecorded: Told(
        "Vårdnadshavaren finns redan",
        "En vårdnadshavare med det namnet har redan rättigheter; skilj en annan med samma namn åt"
        " i namnet (OSL 12:3).",
    ),
    errors.GuardianStillDecides: Told(
        "Vårdnaden består",
        "På grund av myndighet upphör vårdnaden på 18-årsdagen och inte tidigare (R13).",
    ),
    errors.GuardianHasNoRights: Told(
        "Vårdnaden har upphört",
        "Vårdnadshavaren har inga rättigheter nu: de har upphört, eller aldrig registrerats (R13).",
    ),
    errors.ProtectionDoesNotStand: Told(
        "Skyddet gäller inte", "Det skyddet gäller inte; det finns inget att häva."
    ),
    errors.LinkIsNeverStored: Told(
        "Kopplingen sparas aldrig",
        "En av personerna har fingerade personuppgifter: det som kopplar dem till en annan"
        " identitet sparas aldrig, varken som dubblett eller genom sammanslagning.",
    ),
    errors.ProtectionDiffers: Told(
        "Skyddet skiljer sig",
        "Den ena är skyddad och den andra inte. Skydda båda först, så att ingen kommer nära som"
        " inte kunde det förut (avsnitt 5).",
    ),
    errors.BothHaveOpenCases: Told(
        "Båda har öppna ärenden",
        "En person har högst ett öppet ärende på en sida. Avsluta det ena som dubblett först.",
    ),
    errors.AgeIsDisputed: Told(
        "Åldern är omtvistad",
        "En enhet som redan tillfrågats har angett en annan ålder och tillfrågas inte igen på en ny"
        " gissning (R3, S69). Ta emot aktualiseringen, fastställ åldern i ärendet och erbjud det"
        " dit reglerna då pekar; eller fastställ den i ett annat ärende om personen och avböj för"
        " den åldern.",
    ),
    errors.SideIsAnother: Told(
        "Rollen hör till en annan sida",
        "En annan sida möter den som har den rollen, och ingenting härifrån går dit. Avsluta som"
        " felaktigt registrerad och skicka en aktualisering med rätt roll (R16, S76-S78).",
    ),
    errors.NothingIsCorrected: Told(
        "Ingenting rättas", "Allt det står redan så som det berättades."
    ),
    errors.UnitIsAskedAlready: Told(
        "Enheten är redan tillfrågad",
        "Aktualiseringen väntar redan på den här enhetens svar. Ange en annan enhet.",
    ),
    errors.RuleBindsTheUnit: Told(
        "Regeln binder enheten",
        "Regeln som avgjorde binder enheten (R2): den tar emot, eller avböjer av något av de två"
        " skälen i R2. Fördelningen kan inte frångås, och ärendet inte lämnas över till en annan"
        " enhet än reglerna pekar på.",
    ),
    errors.RoutingIsDecided: Told(
        "Fördelningen är avgjord",
        "En regel avgjorde vart aktualiseringen hör; bara det som ingen regel avgör (R0) eller som"
        " ligger utanför uppdraget (R12) skickas vidare. Enhetschefen kan frångå regeln med ett"
        " skriftligt skäl (S75).",
    ),
    errors.ReportStands: Told(
        "Anmälan står fast",
        "En orosanmälan kan inte tas tillbaka: den bedöms ändå (SoL 2025:400 20:1-2; SoL 2001:453"
        " 11:1 a).",
    ),
    errors.SenderMustAnswer: Told(
        "Avsändaren ska själv svara",
        "Din enhet har själv att svara på aktualiseringen: den tar emot eller avböjer (R2).",
    ),
    errors.MessageMixesSides: Told(
        "Meddelandet blandar sidor",
        "Det som lämnas på en gång gäller en enda sida (S76-S78). Lämna de andra för sig.",
    ),
    errors.PersonIsNamedTwice: Told(
        "Samma person två gånger",
        "Samma personnummer står två gånger i meddelandet. Berätta om var och en en gång.",
    ),
    errors.AgesContradict: Told(
        "Åldersuppgifterna motsäger varandra",
        "Det som sägs om åldern motsäger sig självt, eller ett styrkt personnummer. Ange"
        " födelsedatum, eller ålder, eller vem som har bedömt personen som vuxen (R3).",
    ),
    errors.AgeIsNotEstablished: Told(
        "Åldern är inte fastställd",
        "En ålder fastställs som minderårig, ung vuxen eller vuxen, eller med ett födelsedatum"
        " (S85). En bedömning som vuxen lämnas med aktualiseringen, av en namngiven person (R3).",
    ),
    errors.BirthDateIsKnown: Told(
        "Födelsedatum är känt",
        "Ett registrerat födelsedatum säger en annan ålder. Ange det födelsedatum som rättar det.",
    ),
    errors.AcuteNeedsAreOurs: Told(
        "Akuta behov är våra",
        "Den som har akuta behov avvisas aldrig till en annan kommun (R14). Ta emot"
        " aktualiseringen och begär överflyttning sedan.",
    ),
    errors.SideDoesNotFit: Told(
        "Spåret passar inte",
        "Handläggare, enhetschefer och uppsökare arbetar i ett spår som enheten möter; en"
        " regionkoordinator som anlitas i ärenden i spår A; ingen annan har ett spår (S76-S78).",
    ),
    errors.ContactIsProtected: Told(
        "Kontaktuppgifterna är skyddade",
        "Medan någons identitet är skyddad lämnar uppgifter om var personen finns aldrig"
        " förvaltningen (avsnitt 5, skyddad identitet).",
    ),
    errors.RoleDoesNotFit: Told(
        "Rollen passar inte enheten",
        "En part utanför förvaltningen har avsändare och inga andra, och bara den har dem"
        " (S15-S20).",
    ),
    errors.OwnPositionStands: Told(
        "Den egna tjänsten består",
        "Ingen avslutar sin egen tjänst; det gör en kollega som hanterar medarbetare.",
    ),
    errors.PositionStartsOrEndsLater: Told(
        "Tjänsten börjar eller slutar senare",
        "En tjänst börjar och slutar i dag eller tidigare, och slutar efter att den började: det"
        " planerade registreras när det sker.",
    ),
    errors.StaffMemberCannotJoin: Told(
        "Medarbetaren kan inte gå med",
        "Bara den som har en tjänst nu, och arbetar med dem som teamet finns för, kan gå"
        " med (S10).",
    ),
    errors.WorkerIsNotQualifiedForChildren: Told(
        "Behörighet saknas",
        "Arbete med barn och unga kräver socionomexamen eller annan relevant examen (SoL 2025:400"
        " 25:1; SoL 2001:453 3:3 a). Tilldela någon som är behörig.",
    ),
    errors.WorkerIsNotAssigned: Told(
        "Handläggaren är inte tilldelad", "Handläggaren är inte tilldelad det här ärendet."
    ),
    errors.ConsentIsMissing: Told(
        "Samtycke saknas",
        "Inget samtycke står som omfattar den här mottagaren och det som skulle lämnas (R6; OSL"
        " 10:1, 12:2).",
    ),
    errors.ConsentHasEnded: Told(
        "Samtycket har upphört",
        "Inget sådant samtycke står i ärendet: det har återkallats eller löpt ut.",
    ),
    errors.ConsentIsOver: Told(
        "Samtyckets sista dag har varit", "Sista dagen för ett samtycke är i dag eller senare."
    ),
    errors.ConsentIsNotNarrower: Told(
        "Samtycket blir inte snävare",
        "Ett begränsat samtycke omfattar mindre än förut eller upphör tidigare. Det som omfattar"
        " mer, eller annat, lämnas som ett nytt samtycke.",
    ),
    errors.CoordinatorCannotBeEngaged: Told(
        "Regionkoordinatorn kan inte anlitas",
        "Bara en regionkoordinator som har en tjänst nu och arbetar med sådana ärenden kan anlitas"
        " (S11). För att fråga utan att berätta om personen: rådfråga anonymt.",
    ),
    errors.CoordinatorIsNotEngaged: Told(
        "Regionkoordinatorn är inte anlitad", "Regionkoordinatorn är inte anlitad i ärendet."
    ),
    errors.InvestigationIsDecided: Told(
        "En utredning ska inledas",
        "Det är beslutat att en utredning inleds (SoL 2025:400 20 kap. 2 §; SoL 2001:453 11 kap."
        " 1 a §): den inleds, och avslutas, innan ärendet avslutas; en annan kommun som är"
        " ansvarig ombeds skriftligen att ta över.",
    ),
    errors.InvestigationIsOpen: Told(
        "En utredning pågår",
        "En utredning pågår i ärendet: en i taget, och den avslutas innan ärendet avslutas.",
    ),
    errors.OutcomeIsNotAwaited: Told(
        "Ingen väntar på utgången",
        "Ingen väntar på utgången: inget är beslutat, eller de som berörs är underrättade.",
    ),
    errors.InvestigationIsNotOpen: Told(
        "Utredningen pågår inte",
        "Den utredningen pågår inte: den är avslutad, eller inleddes aldrig i det här ärendet.",
    ),
    errors.OutOfScopeIsReferredOn: Told(
        "Utanför uppdraget hänvisas vidare",
        "Den som utnyttjas på annat sätt än sexuellt ligger utanför uppdraget och hänvisas vidare,"
        " släpps aldrig (R12): avsluta som hänvisad, när någon annan har tagit över.",
    ),
    errors.InterventionIsUnknown: Told(
        "Insatsen finns inte", "Någon sådan insats har inte beslutats i ärendet."
    ),
    errors.InterventionHasStarted: Told("Insatsen har påbörjats", "Insatsen har redan påbörjats."),
    errors.InterventionHasEnded: Told("Insatsen är avslutad", "Insatsen är avslutad."),
    errors.NothingIsAppliedFor: Told(
        "Ingen sådan ansökan", "Någon sådan ansökan finns inte i ärendet."
    ),
    errors.ApplicationIsAnswered: Told("Ansökan är besvarad", "Ansökan har redan besvarats."),
    errors.ApplicationIsNotAnswered: Told(
        "Ansökan är inte besvarad",
        "Ansökan har inget svar än: det som är besvarat avslutas. Registrera svaret först.",
    ),
    errors.ApplicationIsNotGranted: Told(
        "Ansökan är inte beviljad", "Ansökan har inte beviljats, eller inte besvarats än."
    ),
    errors.ExternalReferralIsNotWaiting: Told(
        "Remissen väntar inte på svar", "Ingen sådan remiss i ärendet väntar på svar."
    ),
    errors.PartyDoesNotFit: Told(
        "Parten passar inte",
        "Parten finns inte utanför förvaltningen, eller är ett annat slags mottagare (S15-S20).",
    ),
    errors.GroundDoesNotFit: Told(
        "Grunden passar inte",
        "En polisanmälan vilar på samtycke, på en skyldighet, eller på OSL 10:21, 10:23, 10:24.",
    ),
    errors.TransferIsWaiting: Told(
        "En överflyttning väntar",
        "En överflyttning av ärendet är begärd och väntar på svar (R14).",
    ),
    errors.TransferIsUnknown: Told(
        "Ingen sådan överflyttning", "Någon sådan överflyttning är inte begärd i ärendet."
    ),
    errors.TransferIsAnswered: Told(
        "Överflyttningen är besvarad", "Överflyttningen är besvarad, eller ligger redan hos IVO."
    ),
    errors.TransferMayStillBeAnswered: Told(
        "Överflyttningen kan ännu besvaras",
        "IVO får tillfrågas efter ett avslag, eller efter en månad utan svar (R14; SoL 2025:400"
        " 29:11, SoL 2001:453 2 a:11).",
    ),
    errors.TransferIsNotAtTheInspectorate: Told(
        "IVO är inte tillfrågad", "IVO har inte tillfrågats, eller har redan beslutat."
    ),
    errors.TransferIsNotAccepted: Told(
        "Överflyttningen är inte godtagen",
        "Ärendet är vårt tills den andra kommunen har godtagit överflyttningen (R14, S69).",
    ),
    errors.CasesCannotBeLinked: Told(
        "Ärendena kan inte länkas",
        "Ett ärende länkas till ett annat i samma spår, aldrig till sig självt (S77).",
    ),
    errors.CaseIsLinked: Told("Ärendena är länkade", "De två ärendena är redan länkade."),
    errors.CaseIsNotLinked: Told("Ingen sådan länk", "Någon sådan länk finns inte i ärendet."),
    errors.NotAChild: Told(
        "Inget barn i familjen",
        "Ett barn i familjen anmäls som anhörig, 0-17 år eller av okänd ålder (R10, R3); för någon"
        " annan: skicka en aktualisering.",
    ),
    errors.EntryCannotBeCorrected: Told(
        "Uppgiften kan inte rättas så",
        "På den positionen finns ingen uppgift i ärendet som rättas så. Det som beslutats om ansvar"
        " eller samtycke ändras med en egen handling.",
    ),
    errors.EntryIsCorrected: Told("Uppgiften är rättad", "Uppgiften har redan rättats."),
    errors.UnitIsConsulted: Told(
        "Enheten är redan tillfrågad", "Enheten har tillfrågats och har inte svarat än."
    ),
    errors.ConsultationIsAnswered: Told(
        "Frågan väntar inte på svar", "Ingen sådan fråga i ärendet väntar på svar."
    ),
    errors.NothingToTakeOver: Told(
        "Inget att ta över",
        "Aktualiseringen har inte lett till något ärende än; den besvaras först.",
    ),
    errors.TakeoverIsRequested: Told(
        "Enheten har redan bett om ärendet",
        "Enheten har redan bett om ärendet, eller har erbjudits det.",
    ),
    errors.TakeoverIsAnswered: Told(
        "Begäran är besvarad", "Ingen sådan begäran om ärendet väntar på svar."
    ),
    errors.HandoverIsWaiting: Told(
        "En överlämning väntar",
        "En överlämning av ärendet väntar på svar. Den måste först besvaras eller återtas.",
    ),
    errors.HandoverIsAnswered: Told(
        "Överlämningen är besvarad",
        "Överlämningen väntar inte längre; `by` och `at` anger vem som svarade och när.",
    ),
    errors.ReceivingUnitIsResponsible: Told(
        "Enheten är redan ansvarig", "Den mottagande enheten är redan ansvarig för ärendet."
    ),
    errors.DeclineReasonDoesNotBind: Told(
        "Skälet räcker inte",
        "Enheten får avböja bara för fel ålder eller när en annan kommun klart är ansvarig (R2).",
    ),
    # --- reports concerning a child or young person
    errors.NothingToAssess: Told(
        "Inget att bedöma",
        "Bara en anmälan som rör barn eller unga bedöms så, tills en utredning är inledd"
        " (SoL 2025:400 20:1-2; SoL 2001:453 11:1 a).",
    ),
    errors.AssessmentIsMade: Told("Bedömningen är gjord", "Det här är redan bedömt."),
    errors.ProtectionIsNotAssessed: Told(
        "Skyddsbehovet är inte bedömt",
        "Behovet av skydd bedöms först, genast (SoL 2025:400 20:1; 2001:453 11:1 a).",
    ),
    errors.ProtectionIsNeededAtOnce: Told(
        "Omedelbart skydd behövs",
        "Omedelbart skydd har bedömts behövas, så en utredning inleds (SoL 2025:400 20:1-2;"
        " 2001:453 11:1 a).",
    ),
    errors.ReportIsNotAssessed: Told(
        "Anmälan är inte bedömd",
        "Först beslutas om en utredning ska inledas, inom 14 dagar från anmälan (SoL 2025:400"
        " 20 kap. 2 §; SoL 2001:453 11 kap. 1 a §); därefter avslutas ärendet.",
    ),
    errors.NobodyMustReport: Told(
        "Ingen anmälningsskyldighet",
        "Återkoppling ges till den som enligt lag är skyldig att anmäla (SoL 2025:400 19:6;"
        " 2001:453 14:1 b), inte till personen, en närstående eller civilsamhället (R8).",
    ),
    errors.FeedbackIsNotAsked: Told(
        "Ingen återkoppling är begärd",
        "Ingen väntar på återkoppling: den är inte begärd, eller den är lämnad.",
    ),
    # --- deadlines
    errors.DeadlineHasEnded: Told(
        "Fristen löper inte",
        "Fristen löper inte längre: den hölls, det försenade blev gjort, eller den föll bort.",
    ),
    errors.DeadlineIsMissed: Told(
        "Fristen har gått ut",
        "Fristen har gått ut; det försenade kan göras, men fristen varken pausas eller förlängas.",
    ),
    errors.DeadlineIsPaused: Told("Fristen är pausad", "Fristen är pausad. Låt den löpa igen."),
    errors.DeadlineIsNotPaused: Told("Fristen är inte pausad", "Fristen är inte pausad."),
    errors.GroundIsMissing: Told(
        "Skäl saknas",
        "En frist pausas eller förlängs bara av ett skäl, som registreras (avsnitt 4).",
    ),
    errors.ClockCannotBePaused: Told(
        "Fristen kan inte pausas",
        "Lagen sätter tiden och känner inget uppehåll; bara en tid som kommunen själv har satt kan"
        " pausas (avsnitt 4, c).",
    ),
    errors.ClockCannotBeExtended: Told(
        "Fristen kan inte förlängas",
        "Ingen lag eller inställning låter fristen förlängas (avsnitt 4).",
    ),
    errors.ExtensionIsTooLong: Told(
        "Förlängningen är för lång",
        "En frist förlängs för en bestämd tid, och inte längre på en gång än den själv löper: 14"
        " dagar för en förhandsbedömning, 4 månader för en utredning, 30 dagar för det som följs"
        " upp (SoL 2025:400 20:2-3; 2001:453 11:1 a, 11:2; UtlL 5:15). Förläng igen när den tiden"
        " har gått, om skälet består.",
    ),
    errors.ExtensionIsNoLonger: Told(
        "Förlängningen ger ingen tid",
        "En förlängning anger en senare tidpunkt än den nuvarande (avsnitt 4).",
    ),
    # --- police operations
    errors.AnnouncedInTheFuture: Told(
        "Anmäld i framtiden", "Tidpunkten ligger i framtiden. Ange när insatsen meddelades (R6)."
    ),
    errors.PlannedBeforeAnnounced: Told(
        "Planerad före anmälan",
        "En insats anmäls senast på sin egen dag (R6). Rätta dagen; dem som polisen har träffat"
        " tidigare berättar den om i vanliga aktualiseringar.",
    ),
    errors.PersonsMetOutOfBounds: Told(
        "Fel antal personer",
        "De som möts vid en polisinsats lämnas i ett kommando, från `fewest` till `most` personer,"
        " var och en som en egen aktualisering (R6). Ange minst en, och de övriga i ett till.",
    ),
    errors.PersonMetTwice: Told(
        "Samma person två gånger",
        "Samma nummer står vid två av dem som mötts, eller lämnades tidigare under insatsen: ange"
        " varje person en gång (R6).",
    ),
    errors.OperationIsClosed: Told(
        "Polisinsatsen är avslutad",
        "Lämna en egen aktualisering för den som har mötts (R6).",
    ),
    errors.OperationIsNotAcknowledged: Told(
        "Polisinsatsen är inte bekräftad",
        "En polisinsats avslutas när båda som hanterar den har bekräftat den (R6).",
    ),
    # --- activities
    errors.CampaignHasNoAgeBand: Told(
        "En kampanj har ingen åldersgrupp",
        "En riktad informationskampanj har ingen åldersgrupp: ingången för vuxna och"
        " regionkoordinatorerna leder den tillsammans. För en åldersgrupp: planera information"
        " (R7).",
    ),
    errors.CoordinationIsStrategic: Told(
        "Samordningen är strategisk",
        "Samordningen av området är det strategiska stödets (S35). Planera ett annat slag.",
    ),
    errors.ActivityIsOver: Told(
        "Aktiviteten är över", "Aktiviteten är redan genomförd eller inställd."
    ),
    errors.ActivityIsNotHeld: Told(
        "Aktiviteten är inte genomförd",
        "Bara det som har berättats om en genomförd aktivitet kan rättas.",
    ),
    errors.HeldInTheFuture: Told(
        "Genomförd i framtiden",
        "En aktivitet registreras som genomförd när den är det. Ange dagen (S79).",
    ),
    errors.SchoolsDoNotFit: Told(
        "Antalet skolor stämmer inte",
        "Det som hålls i skolor anger i hur många, och ingenting annat gör det (S73).",
    ),
    # --- mandates and inquiries
    errors.MandateIsRecorded: Told(
        "Beslutet är redan registrerat",
        "Beslutet med det diarienumret, den dagen och i den saken är redan registrerat (S1).",
    ),
    errors.WorkIsStarted: Told(
        "Arbetet är redan startat",
        "Under nämndens beslut har detta redan startats. Det som kommer därefter vilar på ett eget"
        " beslut: registrera det först (S1).",
    ),
    errors.MandateIsForSomethingElse: Told(
        "Beslutet gäller något annat",
        "Nämndens beslut gäller ett annat ärende. Starta arbetet under det beslut som det vilar på,"
        " eller registrera det först (S1).",
    ),
    errors.InquiryIsConcluded: Told(
        "Utredningen är avslutad",
        "Det som hade räknats då är vad nämnden fick veta (S50, S51).",
    ),
    errors.GroupIsOfAnotherInquiry: Told(
        "Gruppen hör till en annan utredning",
        "Gruppens behov räknas i en annan utredning, hos dem som möter den (S66, S68).",
    ),
    errors.ExpressedInTheFuture: Told(
        "Uttryckt i framtiden",
        "Ett behov registreras när det har uttryckts. Ange dagen (S66).",
    ),
    errors.NeedIsMet: Told("Behovet är tillgodosett", "Behovet är redan tillgodosett (S66)."),
    # --- staff and team
    errors.PilotIsTooLong: Told(
        "Piloten är för lång",
        "En pilot varar ett år som längst (S57). Vad som kommer därefter beslutar nämnden.",
    ),
    errors.TeamHadNotBegun: Told(
        "Teamet hade inte börjat",
        "Den dagen ligger före pilotens första dag: teamet hade inte kostat något då, och det fanns"
        " inget att utvärdera (S57, S58, S71).",
    ),
    errors.CostIsNotReported: Told(
        "Kostnaden är inte redovisad",
        "Ingen kostnad är redovisad för en period som börjar den dagen (S71).",
    ),
    errors.CostPeriodIsFaulty: Told(
        "Perioden är felaktig",
        "En kostnad anges för en period som slutar efter att den börjar och ligger inom ett"
        " kalenderår, så att den kan ställas mot årets budget (S71).",
    ),
    errors.CostIsReported: Told(
        "Kostnaden är redan redovisad",
        "Kostnaden för någon dag i perioden är redan redovisad (S71).",
    ),
    errors.TeamIsNotEvaluated: Told(
        "Teamet är inte utvärderat",
        "En pilot utvärderas innan nämnden gör teamet permanent (S58, S59), samma dag eller"
        " tidigare.",
    ),
    errors.TeamIsPermanent: Told("Teamet är permanent", "Teamet är redan permanent (S59)."),
    errors.TeamIsWoundUp: Told("Teamet är avvecklat", "Teamet har avvecklats (S60)."),
    errors.MunicipalityIsFounded: Told(
        "Kommunen är redan upplagd",
        "Den första administratören finns; administratörer lägger upp alla andra.",
    ),
    errors.PositionIsTaken: Told(
        "Tjänsten är redan tillträdd",
        "Medarbetaren har redan en tjänst, eller har tjänstgjort på en annan sida: en tjänst i"
        " taget, och en sida för alltid (S76-S78).",
    ),
    errors.PositionHasEnded: Told("Tjänsten är avslutad", "Medarbetarens tjänst har upphört."),
    errors.TeamIsEstablished: Told("Teamet är inrättat", "Teamet är redan inrättat (S57)."),
    errors.TeamIsNotEstablished: Told(
        "Teamet är inte inrättat", "Teamet är beslutat men ännu inte inrättat (S57)."
    ),
    errors.PilotEndsBeforeItStarts: Told(
        "Piloten slutar innan den börjar", "Piloten måste sluta efter att den har börjat (S57)."
    ),
    errors.MemberHasJoined: Told("Redan i teamet", "Medarbetaren ingår redan i teamet."),
    errors.MemberHasNotJoined: Told("Inte i teamet", "Medarbetaren ingår inte i teamet."),
    # --- doors
    errors.AddressIsUnknown: Told(
        "Adressen finns inte", "Det finns ingen dörr här. Dokumentationen räknar upp alla."
    ),
    errors.MethodIsNotAllowed: Told(
        "Metoden stöds inte",
        "Dörren svarar inte på den metoden; `Allow` anger vilka den svarar på.",
    ),
    errors.AddressIsTooLong: Told("Adressen är för lång", "En adress får ha högst 2 048 tecken."),
    errors.RequestsAreTooMany: Told(
        "För många anrop",
        "För många anrop på kort tid, från den här adressen eller med den här inloggningen. Vänta"
        " så många sekunder som Retry-After anger.",
    ),
    errors.RequestTakesTooLong: Told(
        "Anropet tar för lång tid",
        "Innehållet kom inte fram inom tio sekunder. Skicka det igen i ett stycke.",
    ),
    errors.RequestIsMalformed: Told(
        "Anropet kan inte läsas", "Se dokumentationen för hur det ska se ut."
    ),
    errors.ReviewIsTooWide: Told(
        "Granskningen är för vid",
        "En sekretessgranskning prövar högst tusen åtkomster; `found` anger hur många urvalet och"
        " reglerna skulle ge. Välj kortare period, en enhet eller ett mindre urval (avsnitt 6).",
    ),
    errors.ReviewIsClosed: Told(
        "Granskningen är avslutad",
        "Granskningen är avslutad. Öppna den på nytt med ett skäl för att fortsätta (avsnitt 6).",
    ),
    errors.ReviewIsOpen: Told(
        "Granskningen är öppen", "Granskningen är öppen: det finns inget att öppna på nytt."
    ),
    errors.ReviewIsUnfinished: Told(
        "Granskningen är inte klar",
        "En granskning avslutas när varje åtkomst är bedömd, varje fråga besvarad och allt som inte"
        " var befogat finns i en iakttagelse (avsnitt 6); siffrorna säger vad som är kvar.",
    ),
    errors.AccessIsNotDrawn: Told(
        "Åtkomsten ingår inte",
        "Granskningen omfattar inte den här åtkomsten: bara det som drogs bedöms i den"
        " (avsnitt 6).",
    ),
    errors.ManagerIsAsked: Told(
        "Chefen är tillfrågad",
        "Läsarens chef har fått en fråga om den här åtkomsten och har inte svarat.",
    ),
    errors.ManagerIsNotAsked: Told(
        "Chefen är inte tillfrågad", "Ingen fråga om den här åtkomsten väntar på svar."
    ),
    errors.ManagerIsTheReader: Told(
        "Chefen är läsaren",
        "Ingen svarar för det som den själv har läst: en annan chef på enheten måste svara"
        " (avsnitt 6).",
    ),
    errors.AccessStands: Told(
        "Behörigheten finns redan",
        "Du får läsa hela ärendet som det är; det behöver inte öppnas i ett nödläge (avsnitt 5).",
    ),
    errors.PurposeIsMissing: Told(
        "Ändamålet saknas",
        "Ange i `purpose` vad läsningen är till för: behörighetsreglerna kräver det, och"
        " åtkomstloggen sparar det (SoLPuL 10 §). `purposes` anger vilka som godtas.",
    ),
    errors.TokenIsMissing: Told(
        "Inloggning saknas",
        "Ange `Authorization: Bearer` med ett intyg från identitetsleverantören.",
    ),
    errors.TokenIsRefused: Told(
        "Inloggningen gäller inte",
        "Intyget har gått ut, är inte utfärdat av identitetsleverantören eller gäller en annan"
        " tjänst. Logga in på nytt.",
    ),
    errors.PositionIsMissing: Told(
        "Tjänst saknas", "Du har ingen tjänst nu, så ingenting kan visas eller göras."
    ),
    errors.NotFound: Told("Finns inte", "Här finns ingenting som du får se."),
    errors.NothingIsSealedThere: Told(
        "Ingenting är förseglat där",
        "Ingen kontrollpunkt i loggen når så långt; `sealed` anger hur långt. Positioner börjar"
        " på 1.",
    ),
    errors.CheckpointIsUnknown: Told(
        "Okänd kontrollpunkt",
        "Ingen kontrollpunkt av den storleken har signerats. Utan storlek gäller den senaste.",
    ),
    errors.SizesAreReversed: Told(
        "Storlekarna är omkastade", "Den äldre storleken anges först: en logg blir aldrig kortare."
    ),
    errors.SizeIsUnreadable: Told(
        "Talet kan inte läsas", "En position eller storlek är ett heltal, skrivet med bara siffror."
    ),
    errors.BundleIsTooLarge: Told(
        "Bevispaketet blir för stort",
        "Ett bevispaket rymmer högst 5 000 poster. Exportera loggarna i stället.",
    ),
    errors.AuditLogIsUnknown: Told(
        "Okänd granskningslogg", "Det finns två granskningsloggar: `events` och `receipts`."
    ),
    errors.NotPermitted: Told("Inte tillåtet", "Din roll tillåter inte detta här."),
    errors.ContentTypeIsNotJson: Told(
        "Innehållet är inte JSON",
        "Skicka JSON, inte komprimerad, med `Content-Type: application/json`.",
    ),
    errors.BodyIsNotJson: Told(
        "Innehållet kan inte läsas", "Innehållet går inte att läsa som JSON i UTF-8."
    ),
    errors.BodyIsTooLarge: Told(
        "Innehållet är för stort", "Innehållet får omfatta högst 64 KiB. Korta texten."
    ),
    errors.FieldsAreFaulty: Told(
        "Fält är felaktiga", "Fält saknas eller är felaktiga; `errors` räknar upp alla."
    ),
    errors.HeaderIsFaulty: Told(
        "Ett huvudfält är felaktigt", "Ett huvudfält har inte den form som dokumentationen anger."
    ),
    errors.CursorIsFaulty: Told(
        "Markören är felaktig",
        "Markören hör inte till den här listan, dess filter och dig. Börja på första sidan.",
    ),
    errors.PreconditionIsMissing: Told(
        "If-Match saknas",
        "Ange If-Match med ETag från det du såg, så att inget beslutas på inaktuell grund. Läs igen"
        " och skicka ETag därifrån.",
    ),
    errors.PreconditionIsStale: Told(
        "Det du såg är inaktuellt",
        "Det har ändrats sedan du läste det. Läs igen och besluta på nytt.",
    ),
    errors.UnknownUnit: Told(
        "Okänd enhet", "Ingen enhet med den koden kan avses här; /units räknar upp alla."
    ),
    errors.UnknownStaffMember: Told("Okänd medarbetare", "Ingen medarbetare har det id:t."),
    errors.IssuerUnavailable: Told(
        "Identitetsleverantören nås inte",
        "Utfärdarens nycklar kan inte hämtas, så intyget kan inte prövas. Försök igen.",
    ),
    errors.AccessIsBehind: Told(
        "Behörigheterna släpar",
        "Vem som får se vad är inte uppdaterat, så ingenting kan visas just nu. Försök igen.",
    ),
    errors.PositionIsNotReached: Told(
        "Positionen är inte nådd", "Det du frågar efter är inte uppdaterat dit ännu. Fråga igen."
    ),
    errors.SomethingIsBroken: Told(
        "Något är trasigt här",
        "Felet är tjänstens eget. Anropet behöver inte rättas; lämna korrelations-id:t i `instance`"
        " till den som driver tjänsten.",
    ),
    errors.LeaveEndsBeforeItStarts: Told(
        "Ledigheten slutar innan den börjar",
        "Sista dagen av en ledighet är den första dagen eller senare (avsnitt 3, Personal).",
    ),
    errors.LeaveEndsNoEarlier: Told(
        "Ledigheten slutar inte tidigare",
        "En ledighet som avbryts slutar före den planerade dagen (avsnitt 3, Personal). Det som är"
        " längre, eller ligger på andra dagar, är en rättelse.",
    ),
    errors.LeaveIsOutsideThePosition: Told(
        "Ledigheten ligger utanför tjänsten",
        "En ledighet ligger inom tjänsten: den börjar när tjänsten gör det, eller senare"
        " (avsnitt 3, Personal).",
    ),
    errors.LeaveIsOver: Told(
        "Ledigheten är över",
        "Ledigheten är över. Det som har registrerats fel om den rättas (avsnitt 3, Personal).",
    ),
    errors.LeaveOverlaps: Told(
        "Redan ledig",
        "Medarbetaren är redan ledig några av dagarna (avsnitt 3, Personal). Rätta den ledigheten,"
        " eller välj andra dagar.",
    ),
    errors.SharesExceedThePosition: Told(
        "Mer än hela tjänsten",
        "Ingen ger team mer än hela sin tjänst: andelarna är tillsammans högst 100 % (S10).",
    ),
    errors.WorkerIsAway: Told(
        "Handläggaren är ledig",
        "Handläggaren är ledig i dag. Ge arbetet till någon som är på plats, eller ange att det ges"
        " ändå (evenIfAway).",
    ),
    errors.FileIsNotHeld: Told(
        "Inget hindrar gallring här",
        "Inget som har angetts håller kvar akten: det är redan hävt, eller angavs aldrig.",
    ),
    errors.FileIsKept: Told(
        "Akten ska bevaras",
        "En av akterna måste bevaras ännu (SoL 16:1-4), eller har ändrats sedan den bedömdes."
        " Lista det som ska gallras på nytt.",
    ),
    errors.NothingToDispose: Told(
        "Inget att gallra", "En gallring nämner minst en akt som ska gallras."
    ),
    errors.DisposalIsTooLarge: Told(
        "Gallringen är för stor", "En gallring omfattar högst 100 akter. Planera flera."
    ),
    errors.DisposalIsOnesOwn: Told(
        "Den egna gallringen",
        "Den som har planerat en gallring godkänner den inte: det gör en annan person.",
    ),
    errors.DisposalIsNotErased: Told(
        "Nycklar finns kvar",
        "Nycklar till akterna finns kvar, så inget kan intygas. Det åtgärdas inom några minuter.",
    ),
    errors.ErasureCannotBeCertified: Told(
        "Raderingen kan inte intygas",
        "Nyckelvalvet och loggen ligger på samma PostgreSQL-server, eller så går det inte att"
        " avgöra: då kan nycklar finnas i loggens egna säkerhetskopior. Flytta valvet till en egen"
        " server (samordna doctor).",
    ),
    errors.DisposalIsDecided: Told(
        "Gallringen är avgjord", "Gallringen har redan godkänts eller avvisats."
    ),
    errors.OrganisationIsUnusable: Told(
        "Organisationen kan inte användas",
        "Dokumentet motsäger sig självt eller kan inte läsas. Rätta varje fel som nämns, och skicka"
        " det igen.",
    ),
    errors.AdoptionIsRetroactive: Told(
        "Dagen har passerat",
        "Det som har beslutats står fast: en organisation gäller från i dag eller från en senare"
        " dag.",
    ),
    errors.AdoptionIsOvertaken: Told(
        "En senare organisation är antagen",
        "En organisation som gäller från en senare dag är redan antagen. Anta från den dagen eller"
        " senare.",
    ),
    errors.MunicipalityIsAnother: Told(
        "En annan kommun", "Dokumentet är en annan kommuns: allt här hör till en enda."
    ),
    errors.UnitIsLeftOut: Told(
        "En enhet saknas",
        "Händelser nämner enheten, så den måste vara kvar i dokumentet, men ingen regel behöver"
        " peka på den.",
    ),
}
