// An 8x8 call is shown in Teams as a conference call, where nobody expects a chat to be read at once.
//
// The default map shows it as a call. The settings say what is shown:
//
//     settings = { show = "in-a-conference-call" }   # or "in-a-call", as the default map has it, or "nothing"

import { Session, asProposed, define, holdSession, noSession, oneOf, settings } from "./presync-rule.js";

const show = oneOf(Session.inACall, Session.inAConferenceCall, "nothing");

export const { rule, eightToTeams } = define({
  name: "{{name}}",
  version: "1.0.0",
  settings: settings({ show: [show, Session.inAConferenceCall] }),

  decide(question, { show }, explain) {
    const proposed = asProposed(question);
    if (proposed.action.tag !== "hold-session" || proposed.action.val !== Session.inACall) return proposed;
    if (show === Session.inACall) return proposed;
    if (show === "nothing") return noSession({ reason: explain ? "calls are not shown in Teams" : null });
    return holdSession(show, { reason: explain ? "calls are shown as a conference call" : null });
  },
});
