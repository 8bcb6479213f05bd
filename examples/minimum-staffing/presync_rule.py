"""What every rule in Python leans on: verdicts, settings, and the way to the host. Part of the project: read it, change it.

The words are enums: `TeamsActivity.IN_A_CALL`, `EightTarget.BUSY`, `Calls.DIRECT_ONLY`; `label(word)` is its spelling in settings and tables.
"""

import json
from componentize_py_types import Err
from wit_world.exports.rule import Descriptor, Needs
from wit_world.exports.teams_to_eight import Action_Hold, Question, Verdict
from wit_world.imports import log
from wit_world.imports.subject import EightSide, LocalTime, Person, Staffing, Subject, TeamsSide
from wit_world.imports.vocabulary import (
    Calls, EightStatus, EightTarget, Note, TeamsActivity, TeamsAvailability, TeamsSession,
)

from wit_world.exports.teams_to_eight import Action_NoSync, Action_Publish


def publish(target: EightTarget, calls=Calls.UNCHANGED, note=None, recheck_after=None, reason=None) -> Verdict:
    """Show this status on 8x8. `calls`: which may still be offered. `recheck_after`: seconds. `reason`: when asked to explain."""
    return Verdict(Action_Publish(target), calls, note, recheck_after, reason)


def no_sync(recheck_after=None, reason=None) -> Verdict:
    """Show nothing of ours on 8x8."""
    return Verdict(Action_NoSync(), Calls.UNCHANGED, None, recheck_after, reason)


def hold(recheck_after=None, reason=None) -> Verdict:
    """Leave 8x8 as it is."""
    return Verdict(Action_Hold(), Calls.UNCHANGED, None, recheck_after, reason)


def target_of(verdict: Verdict):
    """The status that a verdict publishes; none when it publishes none."""
    return verdict.action.value if isinstance(verdict.action, Action_Publish) else None


def as_proposed(question: Question) -> Verdict:
    """What the chain has decided so far, or hold when this rule is the first: the answer of a rule that has nothing to say."""
    return question.proposal or hold()


def label(word) -> str:
    """The spelling of a word in settings and tables: `Calls.DIRECT_ONLY` is "direct-only"."""
    return word.name.lower().replace("_", "-")


def one_of(*choices):
    """One of these texts, or of these words by their labels."""
    labels = {choice if isinstance(choice, str) else label(choice): choice for choice in choices}

    def read(value, key):
        if value not in labels:
            raise ValueError(f"{key} is {json.dumps(value)}; expected one of {', '.join(labels)}")
        return labels[value]

    return read


def whole(least: int, most: int):
    """A whole number from `least` to `most`."""

    def read(value, key):
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"{key} is {json.dumps(value)}; expected a whole number from {least} to {most}")
        return value

    return read


def texts(value, key):
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{key} is {json.dumps(value)}; expected a list of texts")
    return value


def rule(name: str, version: str, decide, settings=None, needs: Needs = Needs(0)):
    """The two classes that a rule exports: `Rule, TeamsToEight = rule(…)`.

    name: what the rule is called: lower-case letters, digits and hyphens. version: such as "1.0.0".
    decide: `(question, settings, explain) -> Verdict`; give a reason only when `explain` is true.
    settings: each key with what reads its value and what it is when left out: `{"presenting": (one_of("all", "none"), "all")}`.
    needs: what the rule wants to see beside the side that it maps from: `Needs.TIME | Needs.PERSON`.
    """
    known = settings or {}
    configured = {}

    class Rule:
        def describe(self) -> Descriptor:
            return Descriptor(name=name, version=version, needs=needs, pure=True)

        def configure(self, given: str) -> Needs:
            try:
                configured.update(read(json.loads(given), known))
            except ValueError as refusal:
                raise Err(str(refusal)) from None
            return needs

    class Direction:
        def decide(self, questions: list[Question], explain: bool) -> list[Verdict]:
            return [decide(question, configured, explain) for question in questions]

    return Rule, Direction


def read(given: dict, known: dict) -> dict:
    """A tenant's table, read; a key that is not known is refused with those that are."""
    for key in given:
        if key not in known:
            raise ValueError(f"unknown key `{key}`; expected {' or '.join(f'`{known}`' for known in known) or 'none'}")
    return {key: reader(given[key], key) if key in given else usual for key, (reader, usual) in known.items()}
