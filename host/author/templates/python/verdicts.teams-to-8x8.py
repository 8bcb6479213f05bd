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

