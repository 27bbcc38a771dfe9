"""Every door of the house, as a list. A new resource: copy the shape of `teams.py`, the smallest
whole one, and add its doors here; its documentation follows from the declarations."""

from collections.abc import Sequence
from typing import Final

from aiohttp import web

from api.documentation.pages import documentation_routes
from api.door import Route, get, post
from api.door.front import front
from api.door.problems import BASE
from api.door.serving import LARGEST_BODY, serve
from api.door.streaming import Streams
from api.door.system import Meters, system_routes
from api.door.trees import tree_routes
from api.house import House
from api.resources import (
    activities,
    activity_outcomes,
    assessments,
    audit,
    bundles,
    case_work,
    cases,
    changes,
    consents,
    consultations,
    deadlines,
    disclosure_searches,
    disclosures,
    disposal_certificates,
    disposals,
    emergencies,
    event_searches,
    event_streams,
    export_parts,
    external_referrals,
    guardians,
    handover_answers,
    handovers,
    holds,
    inbox,
    inquiries,
    interventions,
    investigations,
    kept_files,
    leaves,
    links,
    mandates,
    organisations,
    outward,
    overviews,
    person_records,
    persons,
    persons_met,
    police_operations,
    positions,
    reading_searches,
    reassignments,
    receipts,
    reference,
    referral_answers,
    referral_messages,
    referral_moves,
    referrals,
    responsibility,
    review_questions,
    review_statistics,
    review_work,
    reviews,
    staff_members,
    subject_records,
    takeovers,
    team_future,
    teams,
    timelines,
    transfers,
    workload,
)

ROUTES: Final[Sequence[Route]] = (
    get("/api-info", reference.api_info),
    get("/me", reference.me),
    get("/units", reference.units),
    get("/codes", reference.codes),
    # --- referrals
    post("/referrals", referrals.receive),
    get("/referrals", inbox.page),
    get("/referral-changes", changes.of_referrals),
    get("/referrals/{referralId}", inbox.read),
    post("/referrals/{referralId}/acceptances", referral_answers.accept),
    post("/referrals/{referralId}/declines", referral_answers.decline),
    post("/referrals/{referralId}/decline-confirmations", referral_answers.confirm_decline),
    post("/referrals/{referralId}/decline-refusals", referral_answers.refuse_decline),
    post("/referrals/{referralId}/forwardings", referral_moves.forward),
    post("/referrals/{referralId}/routing-overrides", referral_moves.override),
    post("/referrals/{referralId}/withdrawals", referral_moves.withdraw),
    post("/referrals/{referralId}/corrections", referral_moves.correct),
    post("/referral-messages", referral_messages.receive),
    # --- what has become of it, for whoever sent it
    get("/receipts", receipts.page),
    post("/receipt-inquiries", receipts.inquire),
    post("/silence-alarms", receipts.sound_alarm),
    # --- reports concerning a child or young person
    post("/referrals/{referralId}/protection-assessments", assessments.assess_protection),
    post("/referrals/{referralId}/preliminary-assessments", assessments.decide_preliminary),
    post("/referrals/{referralId}/feedback-requests", assessments.ask_feedback),
    post("/referrals/{referralId}/feedbacks", assessments.give_feedback),
    # --- deadlines
    get("/deadlines", deadlines.page),
    post(
        "/referrals/{referralId}/deadlines/{deadlineId}/extensions",
        deadlines.extend_in_referral,
    ),
    post("/cases/{caseId}/deadlines/{deadlineId}/extensions", deadlines.extend_in_case),
    post("/cases/{caseId}/deadlines/{deadlineId}/pauses", deadlines.pause),
    post("/cases/{caseId}/deadlines/{deadlineId}/resumptions", deadlines.resume),
    # --- cases
    get("/cases", cases.page),
    get("/case-changes", changes.of_cases),
    get("/cases/{caseId}", cases.read),
    get("/cases/{caseId}/timeline-entries", timelines.page),
    get("/cases/{caseId}/notes", timelines.notes),
    post("/cases/{caseId}/notes", case_work.record_note),
    post("/cases/{caseId}/assignments", case_work.assign),
    post("/cases/{caseId}/releases", case_work.release),
    post("/cases/{caseId}/age-findings", case_work.establish_age),
    post("/cases/{caseId}/closures", case_work.close),
    post("/cases/{caseId}/reopenings", case_work.reopen),
    # --- consent and coordinators
    post("/cases/{caseId}/consents", consents.give),
    post("/cases/{caseId}/consents/{consentId}/narrowings", consents.narrow),
    post("/cases/{caseId}/consents/{consentId}/withdrawals", consents.withdraw),
    post("/cases/{caseId}/coordinator-engagements", consents.engage),
    post("/cases/{caseId}/coordinator-releases", consents.release),
    post("/cases/{caseId}/coordinator-consultations", consents.consult),
    # --- what is investigated, and done for the person
    get("/cases/{caseId}/overviews", overviews.read),
    get("/cases/{caseId}/disclosures", disclosures.page),
    post("/cases/{caseId}/investigations", investigations.open_one),
    post("/cases/{caseId}/investigations/{investigationId}/extensions", investigations.extend),
    post("/cases/{caseId}/investigations/{investigationId}/informings", investigations.inform),
    post("/cases/{caseId}/investigations/{investigationId}/conclusions", investigations.conclude),
    post("/cases/{caseId}/advice-givings", investigations.give_advice),
    post("/cases/{caseId}/outcome-notifications", investigations.notify),
    post("/cases/{caseId}/presumption-assessments", investigations.assess_presumption),
    post("/cases/{caseId}/risk-assessments", investigations.assess_risk),
    post("/cases/{caseId}/interventions", interventions.decide),
    post("/cases/{caseId}/interventions/{interventionId}/starts", interventions.start),
    post("/cases/{caseId}/interventions/{interventionId}/endings", interventions.end),
    post("/cases/{caseId}/applications", interventions.apply),
    post("/cases/{caseId}/applications/{applicationId}/answers", interventions.answer),
    post("/cases/{caseId}/applications/{applicationId}/prolongations", interventions.prolong),
    post("/cases/{caseId}/applications/{applicationId}/endings", interventions.end_application),
    post("/cases/{caseId}/external-referrals", outward.refer_out),
    post("/cases/{caseId}/external-referrals/{externalReferralId}/answers", outward.answer),
    post("/cases/{caseId}/police-reports", outward.report),
    get("/external-referrals", external_referrals.page),
    get("/external-referrals/{externalReferralId}", external_referrals.read),
    post("/external-referrals/{externalReferralId}/answers", external_referrals.answer),
    post("/cases/{caseId}/links", links.link),
    post("/cases/{caseId}/links/{linkId}/removals", links.remove),
    post("/cases/{caseId}/children-reports", links.report_child),
    post("/cases/{caseId}/corrections", links.correct),
    # --- what other units are asked, and ask for
    get("/cases/{caseId}/consultations", consultations.page),
    post("/cases/{caseId}/consultations", consultations.ask),
    post("/cases/{caseId}/consultations/{consultationId}/answers", consultations.answer),
    post("/cases/{caseId}/consultations/{consultationId}/withdrawals", consultations.withdraw),
    post("/referrals/{referralId}/takeover-requests", consultations.request_takeover),
    get("/takeover-requests", takeovers.page),
    post("/cases/{caseId}/takeover-requests/{takeoverId}/declines", consultations.decline_takeover),
    # --- to another municipality
    post("/cases/{caseId}/municipality-transfers", transfers.request),
    post("/cases/{caseId}/municipality-transfers/{transferId}/answers", transfers.answer),
    post(
        "/cases/{caseId}/municipality-transfers/{transferId}/inspectorate-requests",
        transfers.ask_inspectorate,
    ),
    post(
        "/cases/{caseId}/municipality-transfers/{transferId}/inspectorate-decisions",
        transfers.decide,
    ),
    # --- whom it is about
    get("/cases/{caseId}/persons", person_records.of_case),
    post("/cases/{caseId}/identity-assertions", persons.assert_identity),
    post("/cases/{caseId}/identity-findings", persons.establish_identity),
    post("/cases/{caseId}/duplicate-notes", persons.note_duplicate),
    post("/cases/{caseId}/person-merges", persons.merge),
    post("/cases/{caseId}/person-separations", persons.unmerge),
    post("/cases/{caseId}/guardians", guardians.record),
    post("/cases/{caseId}/guardians/{guardianId}/endings", guardians.end),
    post("/cases/{caseId}/protections", persons.protect),
    post("/cases/{caseId}/protection-liftings", persons.lift),
    post("/person-searches", person_records.search),
    # --- emergencies
    get("/emergency-accesses", emergencies.page),
    post("/emergency-accesses", emergencies.take_by_number),
    post("/cases/{caseId}/emergency-accesses", emergencies.take),
    # --- handovers
    get("/handovers", handovers.page),
    get("/cases/{caseId}/handover-previews", handovers.preview),
    post("/cases/{caseId}/handovers", handovers.offer),
    post("/cases/{caseId}/handovers/{handoverId}/acceptances", handover_answers.accept),
    post("/cases/{caseId}/handovers/{handoverId}/declines", handover_answers.decline),
    post(
        "/cases/{caseId}/handovers/{handoverId}/decline-confirmations",
        handover_answers.confirm_decline,
    ),
    post(
        "/cases/{caseId}/handovers/{handoverId}/decline-refusals",
        handover_answers.refuse_decline,
    ),
    post("/cases/{caseId}/handovers/{handoverId}/withdrawals", handover_answers.withdraw),
    # --- police operations
    get("/police-operations", police_operations.page),
    post("/police-operations", police_operations.announce),
    get("/police-operations/{operationId}", police_operations.read),
    post("/police-operations/{operationId}/acknowledgements", police_operations.acknowledge),
    post("/police-operations/{operationId}/encounters", persons_met.refer),
    post("/police-operations/{operationId}/closures", police_operations.close),
    # --- activities
    get("/activities", activities.page),
    post("/activities", activities.plan),
    get("/activities/{activityId}", activities.read),
    post("/activities/{activityId}/holdings", activity_outcomes.hold),
    post("/activities/{activityId}/corrections", activity_outcomes.correct),
    post("/activities/{activityId}/cancellations", activity_outcomes.cancel),
    get("/activity-reaches", activities.reaches),
    # --- mandates and inquiries
    get("/mandates", mandates.page),
    post("/mandates", mandates.record),
    get("/mandates/{mandateId}", mandates.read),
    post("/mandates/{mandateId}/teams", mandates.start_team),
    post("/mandates/{mandateId}/inquiries", mandates.start_inquiry),
    get("/inquiries", inquiries.page),
    get("/inquiries/{inquiryId}", inquiries.read),
    post("/inquiries/{inquiryId}/needs", inquiries.express),
    post("/inquiries/{inquiryId}/met-needs", inquiries.meet),
    post("/inquiries/{inquiryId}/conclusions", inquiries.conclude),
    get("/cases/{caseId}/subject-records", subject_records.read),
    # --- how long files are kept, and their disposal
    post("/cases/{caseId}/holds", holds.hold_case),
    post("/cases/{caseId}/holds/{holdId}/liftings", holds.lift_of_case),
    post("/referrals/{referralId}/holds", holds.hold_referral),
    post("/referrals/{referralId}/holds/{holdId}/liftings", holds.lift_of_referral),
    get("/kept-files", kept_files.kept),
    get("/disposals", disposals.page),
    post("/disposals", disposals.plan),
    get("/disposals/{disposalId}", disposals.read),
    get("/disposals/{disposalId}/certificates", disposal_certificates.certify),
    post("/disposals/{disposalId}/approvals", disposals.approve),
    post("/disposals/{disposalId}/rejections", disposals.reject),
    # --- the organisation
    get("/organisations", organisations.page),
    post("/organisations", organisations.adopt),
    # --- the team
    get("/teams", teams.page),
    get("/teams/{teamId}", teams.read),
    post("/teams/{teamId}/establishments", teams.establish),
    post("/teams/{teamId}/members", teams.join),
    post("/teams/{teamId}/departures", teams.leave),
    post("/teams/{teamId}/costs", team_future.report_cost),
    post("/teams/{teamId}/cost-corrections", team_future.correct_cost),
    post("/teams/{teamId}/evaluations", team_future.evaluate),
    post("/teams/{teamId}/futures", team_future.decide),
    # --- staff
    get("/staff-members", staff_members.page),
    post("/staff-members", positions.take_position),
    get("/staff-members/{staffId}", staff_members.read),
    post("/staff-members/{staffId}/positions", positions.take_new_position),
    post("/staff-members/{staffId}/qualifications", positions.record_qualification),
    post("/staff-members/{staffId}/extents", positions.set_extent),
    post("/staff-members/{staffId}/departures", positions.end_position),
    post("/staff-members/{staffId}/leaves", leaves.plan),
    post("/staff-members/{staffId}/leaves/{leaveId}/corrections", leaves.correct),
    post("/staff-members/{staffId}/leaves/{leaveId}/endings", leaves.end),
    post("/staff-members/{staffId}/leaves/{leaveId}/withdrawals", leaves.withdraw),
    post("/staff-members/{staffId}/reassignments", reassignments.reassign),
    get("/workloads", workload.of_unit),
    get("/cases/{caseId}/capacity-previews", workload.preview),
    # --- somebody is always responsible
    get("/responsibility-gaps", responsibility.gaps),
    get("/unstaffed-sides", responsibility.unstaffed),
    # --- the confidentiality review
    get("/disclosures", disclosure_searches.search),
    get("/reviews", reviews.page),
    post("/reviews", review_work.open_one),
    get("/review-statistics", review_statistics.read),
    get("/reviews/{reviewId}", reviews.read),
    post("/reviews/{reviewId}/judgements", review_work.judge),
    post("/reviews/{reviewId}/questions", review_questions.ask),
    post("/reviews/{reviewId}/answers", review_questions.answer),
    post("/reviews/{reviewId}/findings", review_work.find),
    post("/reviews/{reviewId}/closures", review_work.close),
    post("/reviews/{reviewId}/reopenings", review_work.reopen),
    get("/review-questions", review_questions.questions),
    get("/cases/{caseId}/events", audit.events),
    get("/cases/{caseId}/event-contents", audit.contents),
    get("/cases/{caseId}/readings", audit.readings),
    # --- both logs, searched by the review
    post("/event-searches", event_searches.search),
    post("/event-content-searches", event_searches.contents),
    post("/reading-searches", reading_searches.search),
    post("/event-exports", export_parts.events),
    post("/event-content-exports", export_parts.contents),
    post("/reading-exports", export_parts.readings),
    get("/event-streams/{streamId}/states", event_streams.state),
    get("/event-streams/{streamId}/differences", event_streams.compare),
    get("/cases/{caseId}/bundles", bundles.of_case),
    get("/cases/{caseId}/content-bundles", bundles.with_contents),
)


def build_app(house: House) -> web.Application:
    meters = Meters(house.metrics.registry)
    app = web.Application(
        middlewares=[front(house.desk.ids, meters, house.entrance)], client_max_size=LARGEST_BODY
    )
    streams = Streams(meters)
    app.on_shutdown.append(streams.stop)
    for route in ROUTES:
        add = web.get if route.method == "GET" else web.post  # HEAD comes with GET
        handler = serve(house, route)
        if route.door.is_live:
            handler = streams.live(house, route, handler)
        app.add_routes([add(BASE + route.path, handler)])
    app.add_routes(documentation_routes(house, ROUTES))
    app.add_routes(system_routes(house))
    app.add_routes(tree_routes(house))
    return app
