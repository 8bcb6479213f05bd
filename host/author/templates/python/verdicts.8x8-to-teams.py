from wit_world.exports.eight_to_teams import Action_HoldSession, Action_NoSession


def hold_session(session: TeamsSession, recheck_after=None, reason=None) -> Verdict:
    """Hold this app session in Teams. `recheck_after`: seconds. `reason`: when asked to explain."""
    return Verdict(Action_HoldSession(session), recheck_after, reason)


def no_session(recheck_after=None, reason=None) -> Verdict:
    """Hold no app session in Teams."""
    return Verdict(Action_NoSession(), recheck_after, reason)


def hold(recheck_after=None, reason=None) -> Verdict:
    """Leave Teams as it is."""
    return Verdict(Action_Hold(), recheck_after, reason)


def session_of(verdict: Verdict):
    """The session that a verdict holds; none when it holds none."""
    return verdict.action.value if isinstance(verdict.action, Action_HoldSession) else None

