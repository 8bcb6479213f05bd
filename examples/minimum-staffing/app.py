"""The last agents of a queue stay in it: while fewer than `keep` others are left, whoever would go is still offered its calls.

    settings = { keep = 2, queues = ["support"] }   # without `queues`: every queue that the person is in

Only the calls change: whoever wants no disturbance is shown so, and rings all the same. What takes nobody out of a queue, and whoever
is offline, is left alone.
"""

from dataclasses import replace

from presync_rule import Calls, Needs, Question, Verdict, as_proposed, rule, texts, whole

# How soon to look again, in seconds: others may come in the meantime, without any change of this person's.
RECHECK = 30


def decide(question: Question, settings: dict, explain: bool) -> Verdict:
    proposed = as_proposed(question)
    if proposed.calls not in (Calls.NONE, Calls.DIRECT_ONLY):
        return proposed
    recheck = min(proposed.recheck_after or RECHECK, RECHECK)
    short = short_queue(question, settings)
    if short is None:
        return replace(proposed, recheck_after=recheck)
    reason = f"{short.available} of {short.total} agents would be left in {short.queue}" if explain else proposed.reason
    return replace(proposed, calls=Calls.ALL, recheck_after=recheck, reason=reason)


def short_queue(question: Question, settings: dict):
    """The queue of the person with the fewest others left, when they are fewer than are to be kept."""
    person, staffing = question.subject.person, question.subject.staffing
    if person is None or staffing is None:
        return None
    listed = settings["queues"]
    own = [queue for queue in staffing if queue.queue in person.queues and (not listed or queue.queue in listed)]
    short = [queue for queue in own if queue.available < settings["keep"]]
    return min(short, key=lambda queue: queue.available, default=None)


Rule, TeamsToEight = rule(
    name="minimum-staffing",
    version="1.0.0",
    needs=Needs.PERSON | Needs.STAFFING,
    settings={"keep": (whole(0, 1000), 1), "queues": (texts, [])},
    decide=decide,
)
