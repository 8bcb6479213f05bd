"""Whoever presents or focuses in Teams is shown as busy, and is still offered calls.

The default map makes both do not disturb, which keeps every call away. The settings say which calls are still offered:

    settings = { presenting = "direct-only", focusing = "all" }   # or "none": as the default map has it
"""

from presync_rule import (
    Calls, EightTarget, Note, Question, TeamsActivity, Verdict, as_proposed, label, one_of, publish, rule,
)

# What is looked for, each with its key in the settings and the note to show.
STATES = {
    TeamsActivity.PRESENTING: ("presenting", Note.PRESENTING),
    TeamsActivity.FOCUSING: ("focusing", Note.FOCUSING),
}


def decide(question: Question, settings: dict, explain: bool) -> Verdict:
    teams = question.subject.teams
    if teams is None or teams.activity not in STATES:
        return as_proposed(question)
    key, note = STATES[teams.activity]
    calls = settings[key]
    if calls is Calls.NONE:
        return as_proposed(question)
    reason = f"{key}: busy, and still offered calls ({label(calls)})" if explain else None
    return publish(EightTarget.BUSY, calls=calls, note=note, reason=reason)


OFFER = one_of(Calls.ALL, Calls.DIRECT_ONLY, Calls.NONE)

Rule, TeamsToEight = rule(
    name="{{name}}",
    version="1.0.0",
    settings={"presenting": (OFFER, Calls.DIRECT_ONLY), "focusing": (OFFER, Calls.DIRECT_ONLY)},
    decide=decide,
)
