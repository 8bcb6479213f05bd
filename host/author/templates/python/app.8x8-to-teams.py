"""An 8x8 call is shown in Teams as a conference call, where nobody expects a chat to be read at once.

The default map shows it as a call. The settings say what is shown:

    settings = { show = "in-a-conference-call" }   # or "in-a-call", as the default map has it, or "nothing"
"""

from presync_rule import (
    Question, TeamsSession, Verdict, as_proposed, hold_session, no_session, one_of, rule, session_of,
)


def decide(question: Question, settings: dict, explain: bool) -> Verdict:
    proposed = as_proposed(question)
    show = settings["show"]
    if session_of(proposed) is not TeamsSession.IN_A_CALL or show is TeamsSession.IN_A_CALL:
        return proposed
    if show == "nothing":
        return no_session(reason="calls are not shown in Teams" if explain else None)
    return hold_session(show, reason="calls are shown as a conference call" if explain else None)


SHOW = one_of(TeamsSession.IN_A_CALL, TeamsSession.IN_A_CONFERENCE_CALL, "nothing")

Rule, EightToTeams = rule(
    name="{{name}}",
    version="1.0.0",
    settings={"show": (SHOW, TeamsSession.IN_A_CONFERENCE_CALL)},
    decide=decide,
)
