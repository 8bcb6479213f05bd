// Who keeps being called while Teams says do not disturb. The same rule as in ../src/lib.rs, which explains it.

import { Activity, Calls, Note, Target, asProposed, define, oneOf, publish, settings, texts } from "./presync-rule.js";

const offer = oneOf(Calls.all, Calls.directOnly, Calls.none);

export const { rule, teamsToEight } = define({
  name: "dnd-routing",
  version: "1.0.0",
  needs: ["person"],
  settings: settings({
    queues: [texts, ["support"]],
    presenting: [offer, Calls.all],
    focusing: [offer, Calls.all],
    do_not_disturb: [offer, Calls.none],
    executives: [texts, ["executives"]],
  }),

  decide({ subject: { teams, person }, proposal }, settings, explain) {
    const proposed = asProposed({ proposal });
    if (proposed.action.tag !== "publish" || proposed.action.val !== Target.doNotDisturb) return proposed;
    const because = (reason) => (explain ? reason : proposed.reason);

    if (isOneOf(person?.groups, settings.executives)) {
      return { ...proposed, calls: Calls.directOnly, reason: because("executives can be called directly") };
    }
    if (isOneOf(person?.queues, settings.queues)) {
      const reason = because("agents who present or focus stay in the queue");
      if (teams?.activity === Activity.presenting) return publish(Target.busy, { calls: settings.presenting, note: Note.presenting, reason });
      if (teams?.activity === Activity.focusing) return publish(Target.busy, { calls: settings.focusing, note: Note.focusing, reason });
    }
    return { ...proposed, calls: settings.do_not_disturb, reason: because("do not disturb") };
  },
});

/** Whether any of the names is listed, without regard to case. */
function isOneOf(names = [], listed) {
  return names.some((name) => listed.some((other) => other.toLowerCase() === name.toLowerCase()));
}
