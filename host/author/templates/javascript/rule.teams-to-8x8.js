// Whoever presents or focuses in Teams is shown as busy, and is still offered calls.
//
// The default map makes both do not disturb, which keeps every call away. The settings say which calls are still offered:
//
//     settings = { presenting = "direct-only", focusing = "all" }   # or "none": as the default map has it

import { Activity, Calls, Note, Target, asProposed, define, oneOf, publish, settings } from "./presync-rule.js";

const offer = oneOf(Calls.all, Calls.directOnly, Calls.none);

export const { rule, teamsToEight } = define({
  name: "{{name}}",
  version: "1.0.0",
  settings: settings({ presenting: [offer, Calls.directOnly], focusing: [offer, Calls.directOnly] }),

  decide(question, settings, explain) {
    const activity = question.subject.teams?.activity;
    if (activity === Activity.presenting && settings.presenting !== Calls.none) {
      return reachable(settings.presenting, Note.presenting, explain);
    }
    if (activity === Activity.focusing && settings.focusing !== Calls.none) {
      return reachable(settings.focusing, Note.focusing, explain);
    }
    return asProposed(question);
  },
});

function reachable(calls, note, explain) {
  return publish(Target.busy, { calls, note, reason: explain ? `${note}: busy, and still offered calls (${calls})` : null });
}
