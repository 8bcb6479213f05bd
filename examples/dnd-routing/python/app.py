"""Who keeps being called while Teams says do not disturb. The same rule as in ../src/lib.rs, which explains it."""

from dataclasses import replace

from presync_rule import (
    Calls, EightTarget, Needs, Note, Question, TeamsActivity, Verdict, as_proposed, one_of, publish, rule, target_of, texts,
)

# What keeps an agent in the queue, each with its key in the settings and the note to show.
STATES = {
    TeamsActivity.PRESENTING: ("presenting", Note.PRESENTING),
    TeamsActivity.FOCUSING: ("focusing", Note.FOCUSING),
}


def decide(question: Question, settings: dict, explain: bool) -> Verdict:
    proposed = as_proposed(question)
    if target_of(proposed) is not EightTarget.DO_NOT_DISTURB:
        return proposed
    person, teams = question.subject.person, question.subject.teams

    def because(reason: str):
        return reason if explain else proposed.reason

    if person and is_one_of(person.groups, settings["executives"]):
        return replace(proposed, calls=Calls.DIRECT_ONLY, reason=because("executives can be called directly"))
    if person and teams and teams.activity in STATES and is_one_of(person.queues, settings["queues"]):
        key, note = STATES[teams.activity]
        reason = because("agents who present or focus stay in the queue")
        return publish(EightTarget.BUSY, calls=settings[key], note=note, reason=reason)
    return replace(proposed, calls=settings["do_not_disturb"], reason=because("do not disturb"))


def is_one_of(names: list[str], listed: list[str]) -> bool:
    """Whether any of the names is listed, without regard to case."""
    return not {name.lower() for name in names}.isdisjoint(name.lower() for name in listed)


OFFER = one_of(Calls.ALL, Calls.DIRECT_ONLY, Calls.NONE)

Rule, TeamsToEight = rule(
    name="dnd-routing",
    version="1.0.0",
    needs=Needs.PERSON,
    settings={
        "queues": (texts, ["support"]),
        "presenting": (OFFER, Calls.ALL),
        "focusing": (OFFER, Calls.ALL),
        "do_not_disturb": (OFFER, Calls.NONE),
        "executives": (texts, ["executives"]),
    },
    decide=decide,
)
