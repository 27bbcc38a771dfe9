"""How people read what happened: every event of the catalogue, in Swedish and English.

A veiled event has two labels: a neutral one for whoever sees only that something was recorded, and
a telling one, by its kind, for whoever it was opened for.
"""

from collections.abc import Mapping
from typing import Final

from domain.labels import Label


def event_label(name: str) -> Label:
    """The label of an event's public name, or of a veiled event's kind. Raises KeyError."""
    return _TABLE[name]


_TABLE: Final[Mapping[str, Label]] = {
    "person.registered": Label("Personen registrerades", "The person was registered"),
    "person.particulars-recorded": Label("En uppgift registrerades", "A particular was recorded"),
    "age-established": Label("Åldern fastställdes", "The age was established"),
    "particulars-told": Label(
        "Uppgifter om personen lämnades på nytt", "Particulars of the person were told again"
    ),
    "majority-approaching": Label("Personen fyller snart 18 år", "The person turns 18 soon"),
    "majority-reached": Label("Personen har fyllt 18 år", "The person has turned 18"),
    "age-reckoned": Label("Åldern stämdes av för månaden", "The age was reckoned for the month"),
    "identity-asserted": Label(
        "En uppgift om identiteten lämnades", "Something was said of the identity"
    ),
    "identity-established": Label("Identiteten fastställdes", "The identity was established"),
    "person.duplicate-noted": Label(
        "En möjlig dubblett noterades", "A possible duplicate was noted"
    ),
    "person.merged": Label("Uppgifterna slogs samman", "The record was merged into another"),
    "person.absorbed": Label("En dubblett slogs samman hit", "A duplicate was merged into this"),
    "person.unmerged": Label("Sammanslagningen hävdes", "The merge was undone"),
    "person.released": Label("En dubblett särades ut", "A duplicate was taken apart again"),
    "guardian-recorded": Label("En vårdnadshavare registrerades", "A guardian was recorded"),
    "guardian-rights-ended": Label("Vårdnaden upphörde", "A guardian's rights ended"),
    "person.access-narrowed": Label("Behörigheten begränsades", "Access was narrowed"),
    "person.access-widened": Label("Begränsningen hävdes", "Access is no longer narrowed"),
    "case.access-narrowed": Label("Behörigheten begränsades", "Access was narrowed"),
    "case.access-widened": Label("Begränsningen hävdes", "Access is no longer narrowed"),
    "referral.access-narrowed": Label("Behörigheten begränsades", "Access was narrowed"),
    "referral.access-widened": Label("Begränsningen hävdes", "Access is no longer narrowed"),
    "referral.routed-narrowly": Label("Aktualiseringen fördelades", "The referral was routed"),
    "person.case-opened": Label("Ärende öppnat för personen", "A case was opened for the person"),
    "person.case-closed": Label("Personens ärende avslutat", "The person's case was closed"),
    "referral.received": Label("Aktualiseringen kom in", "The referral was received"),
    "referral.routed": Label("Aktualiseringen fördelades", "The referral was routed"),
    "referral.accepted": Label("Aktualiseringen togs emot", "The referral was accepted"),
    "referral.decline-proposed": Label(
        "Avböjande föreslaget, väntar på enhetschefen",
        "A decline was proposed and waits for the unit manager",
    ),
    "referral.decline-refused": Label(
        "Enhetschefen avslog avböjandet", "The unit manager refused the decline"
    ),
    "referral.declined": Label("Aktualiseringen avböjdes", "The referral was declined"),
    "referral.closed": Label(
        "Aktualiseringen avslutades utan utredning",
        "The referral was closed without an investigation",
    ),
    "referral.routing-overridden": Label(
        "Fördelningen frångicks med ett skäl", "The routing was overridden with a reason"
    ),
    "referral.forwarded": Label("Aktualiseringen skickades vidare", "The referral was forwarded"),
    "referral.withdrawn": Label("Avsändaren tog tillbaka den", "The sender withdrew it"),
    "referral.assessment-recorded": Label(
        "En bedömning av aktualiseringen gjordes", "An assessment of the referral was recorded"
    ),
    "protection-assessed": Label(
        "Behovet av skydd bedömdes", "The need of protection was assessed"
    ),
    "preliminary-assessment-decided": Label(
        "Förhandsbedömningen beslutades", "The preliminary assessment was decided"
    ),
    "feedback-asked": Label("Anmälaren bad om återkoppling", "The reporter asked for feedback"),
    "particulars-corrected": Label(
        "Det som berättats rättades", "What was told of it was corrected"
    ),
    "referred-on": Label("Personen hänvisades vidare", "The person was referred on"),
    "feedback-given": Label("Anmälaren fick återkoppling", "The reporter was given feedback"),
    "case.opened": Label("Ärendet öppnades", "The case was opened"),
    "case.joined": Label("En aktualisering fördes till ärendet", "A referral joined the case"),
    "case.referral-taken-out": Label(
        "En aktualisering fördes ut ur ärendet", "A referral was taken out of the case"
    ),
    "case.worker-assigned": Label("Handläggare tilldelades", "A case worker was assigned"),
    "case.worker-released": Label("Handläggare entledigades", "A case worker was released"),
    "case.note-recorded": Label("Anteckning gjordes", "A note was recorded"),
    "case.assessment-recorded": Label("En bedömning gjordes", "An assessment was recorded"),
    "routing-reviewed": Label("Fördelningen prövades på nytt", "The routing was reviewed"),
    "case.handover-offered": Label("Överlämning erbjöds", "A handover was offered"),
    "case.handover-accepted": Label(
        "Överlämningen togs emot: ansvaret gick över",
        "The handover was accepted: responsibility moved",
    ),
    "case.handover-decline-proposed": Label(
        "Avböjd överlämning föreslagen, väntar på enhetschefen",
        "Declining the handover was proposed and waits for the unit manager",
    ),
    "case.handover-decline-refused": Label(
        "Enhetschefen avslog avböjandet av överlämningen",
        "The unit manager refused to decline the handover",
    ),
    "case.handover-declined": Label("Överlämningen avböjdes", "The handover was declined"),
    "case.handover-withdrawn": Label("Överlämningen återtogs", "The handover was withdrawn"),
    "case.consent-given": Label("Samtycke lämnades", "Consent was given"),
    "case.consent-narrowed": Label("Samtycket begränsades", "The consent was narrowed"),
    "case.consent-withdrawn": Label("Samtycket återkallades", "The consent was withdrawn"),
    "case.coordinator-admitted": Label("Regionkoordinator anlitades", "A coordinator was engaged"),
    "case.coordinator-released": Label(
        "Regionkoordinatorns uppdrag upphörde", "The coordinator's engagement ended"
    ),
    "case.coordinator-consulted": Label(
        "Regionkoordinator rådfrågades anonymt", "A coordinator was consulted anonymously"
    ),
    "case.investigation-opened": Label("Utredning inleddes", "An investigation was opened"),
    "case.concerned-informed": Label(
        "De som berörs underrättades", "Those concerned were informed"
    ),
    "case.advice-given": Label("Råd gavs", "Advice was given"),
    "case.outcome-notified": Label(
        "De som berörs underrättades om utgången", "Those concerned were told of the outcome"
    ),
    "case.investigation-concluded": Label(
        "Utredningen avslutades", "The investigation was concluded"
    ),
    "presumption-assessed": Label(
        "Bedömning av om personen kan antas vara offer för människohandel",
        "It was assessed whether there are grounds to presume a victim of trafficking",
    ),
    "risk-assessed": Label("Risken bedömdes", "The risk was assessed"),
    "case.intervention-decided": Label("Insats beslutades", "An intervention was decided"),
    "case.intervention-started": Label("Insatsen påbörjades", "The intervention started"),
    "case.intervention-ended": Label("Insatsen avslutades", "The intervention ended"),
    "case.application-made": Label("Ansökan gjordes", "An application was made"),
    "case.application-answered": Label("Ansökan besvarades", "The application was answered"),
    "case.application-ended": Label("Ansökan avslutades", "The application was ended"),
    "case.external-referral-sent": Label("Remiss skickades", "An external referral was made"),
    "case.external-referral-made": Label("Remiss skickades", "An external referral was made"),
    "case.external-referral-answered": Label(
        "Remissen besvarades", "The external referral was answered"
    ),
    "police-report-made": Label("Polisanmälan gjordes", "A police report was made"),
    "case.transfer-requested": Label(
        "Överflyttning till annan kommun begärdes",
        "A transfer to another municipality was requested",
    ),
    "case.transfer-answered": Label("Överflyttningen besvarades", "The transfer was answered"),
    "case.transfer-taken-further": Label(
        "Överflyttningen togs till IVO", "The transfer was taken to the inspectorate"
    ),
    "case.transfer-decided": Label(
        "IVO beslutade om överflyttningen", "The inspectorate decided the transfer"
    ),
    "case.linked": Label("Ärendet länkades till ett annat", "The case was linked to another"),
    "case.link-removed": Label("Länken togs bort", "The link was removed"),
    "case.referral-sent": Label(
        "En aktualisering gjordes från ärendet", "A referral was sent from the case"
    ),
    "case.entry-corrected": Label("En uppgift rättades", "An entry was corrected"),
    "case.consultation-asked": Label("En annan enhet rådfrågades", "Another unit was consulted"),
    "case.consultation-answered": Label(
        "Den rådfrågade enheten svarade", "The unit that was consulted answered"
    ),
    "case.consultation-withdrawn": Label("Frågan återtogs", "The question was withdrawn"),
    "case.takeover-requested": Label(
        "En annan enhet bad att få ta över", "Another unit asked to take over"
    ),
    "case.takeover-declined": Label(
        "Begäran att ta över avböjdes", "The request to take over was declined"
    ),
    "case.access-taken": Label(
        "Ärendet öppnades i ett nödläge", "The case was opened in an emergency"
    ),
    "case.closed": Label("Ärendet avslutades", "The case was closed"),
    "case.reopened": Label("Ärendet öppnades på nytt", "The case was reopened"),
    "deadline.set": Label("En frist började löpa", "A deadline was set"),
    "deadline.paused": Label("Fristen pausades", "The deadline was paused"),
    "deadline.resumed": Label("Fristen löper igen", "The deadline runs again"),
    "deadline.extended": Label("Fristen förlängdes", "The deadline was extended"),
    "deadline.met": Label("Fristen hölls", "The deadline was met"),
    "deadline.missed": Label("Fristen överskreds", "The deadline was missed"),
    "deadline.caught-up": Label("Det försenade blev gjort", "What was late was done"),
    "deadline.fallen-away": Label("Fristen föll bort", "The deadline fell away"),
    "deadline.escalated": Label(
        "Enhetscheferna påmindes om svaret", "The unit managers were reminded of the answer"
    ),
    "retention.file-held": Label("Akten ska bevaras", "The file must be kept"),
    "retention.hold-lifted": Label("Hindret mot gallring hävdes", "What kept the file was lifted"),
    "retention.file-disposed": Label("Akten gallrades", "The file was disposed of"),
    "person.forgotten": Label("Personens uppgifter gallrades", "The person was forgotten"),
    "disposal.planned": Label("En gallring planerades", "A disposal was planned"),
    "disposal.approved": Label("Gallringen godkändes", "The disposal was approved"),
    "disposal.rejected": Label("Gallringen avvisades", "The disposal was rejected"),
    "disposal.executed": Label("Gallringen genomfördes", "The disposal was executed"),
    "disposal.erased": Label("Nycklarna raderades", "The keys were erased"),
    "statistics.facts-kept": Label("Statistik bevarades", "Statistics were kept"),
    "time.month-reckoned": Label("Månadens frister räknades", "The month was reckoned"),
    "staff.position-taken": Label("Tjänsten tillträddes", "A position was taken"),
    "staff.qualification-recorded": Label(
        "Behörighet registrerades", "A qualification was recorded"
    ),
    "staff.case-taken": Label("Medarbetaren fick ett ärende", "The staff member was given a case"),
    "staff.case-given-back": Label(
        "Medarbetaren lämnade ett ärende", "The staff member gave a case back"
    ),
    "staff.access-given": Label(
        "Medarbetaren öppnade ett ärende i ett nödläge",
        "The staff member opened a case in an emergency",
    ),
    "staff.team-joined": Label("Medarbetaren kom med i ett team", "The staff member joined a team"),
    "staff.team-left": Label("Medarbetaren lämnade ett team", "The staff member left a team"),
    "staff.position-ended": Label("Tjänsten upphörde", "The position ended"),
    "staff.extent-set": Label("Tjänstens storlek ändrad", "Extent of the position set"),
    "staff.leave-planned": Label("Ledighet registrerad", "Leave recorded"),
    "staff.leave-corrected": Label("Ledighet rättad", "Leave corrected"),
    "staff.leave-ended": Label("Ledighet avslutad i förtid", "Leave ended early"),
    "staff.leave-withdrawn": Label("Ledighet återtagen", "Leave withdrawn"),
    "operation.announced": Label("Polisinsatsen meddelades", "The operation was announced"),
    "operation.acknowledged": Label("Polisinsatsen bekräftades", "The operation was acknowledged"),
    "operation.persons-met": Label("Personer möttes vid insatsen", "Persons were met"),
    "operation.closed": Label("Polisinsatsen avslutades", "The operation was closed"),
    "activity.planned": Label("Aktiviteten planerades", "The activity was planned"),
    "activity.held": Label("Aktiviteten genomfördes", "The activity was held"),
    "activity.corrected": Label("Uppgifterna rättades", "What was told of it was corrected"),
    "activity.cancelled": Label("Aktiviteten ställdes in", "The activity was cancelled"),
    "review.opened": Label("Granskningen öppnades", "The review was opened"),
    "review.accesses-drawn": Label("Åtkomster drogs", "Accesses were drawn"),
    "review.access-judged": Label("En åtkomst bedömdes", "An access was judged"),
    "review.question-asked": Label("Chefen tillfrågades", "The manager was asked"),
    "review.question-answered": Label("Chefen svarade", "The manager answered"),
    "review.finding-recorded": Label("En iakttagelse gjordes", "A finding was recorded"),
    "review.closed": Label("Granskningen avslutades", "The review was closed"),
    "review.reopened": Label("Granskningen öppnades på nytt", "The review was reopened"),
    "mandate.decided": Label("Nämnden beslutade", "The board decided"),
    "mandate.work-started": Label("Arbetet startade", "The work was started"),
    "inquiry.opened": Label("Utredningen öppnades", "The inquiry was opened"),
    "inquiry.need-expressed": Label("Ett behov uttrycktes", "A need was expressed"),
    "inquiry.need-met": Label("Ett behov tillgodosågs", "A need was met"),
    "inquiry.concluded": Label("Utredningen avslutades", "The inquiry was concluded"),
    "team.cost-reported": Label("Teamets kostnad redovisades", "The team's cost was reported"),
    "team.cost-corrected": Label("Teamets kostnad rättades", "The team's cost was corrected"),
    "team.evaluated": Label("Teamet utvärderades", "The team was evaluated"),
    "team.future-decided": Label("Teamets framtid beslutades", "The team's future was decided"),
    "organisation.adopted": Label("En organisation antogs", "An organisation was adopted"),
    "team.mandated": Label("Teamet beslutades", "The team was mandated"),
    "team.established": Label("Teamet inrättades", "The team was established"),
    "team.member-joined": Label("En medarbetare kom till teamet", "A member joined the team"),
    "team.member-left": Label("En medarbetare lämnade teamet", "A member left the team"),
}
