// What every rule in JavaScript leans on: the words, verdicts, settings, and the way to the host. Part of the project: read it, change it.

import log from "presync:rules/log@1.0.0";

export { log };

/** A table of words. A name that is not in it is an error, where a plain object would say `undefined` and never be equal to anything. */
function words(kind, ...labels) {
  const byName = Object.fromEntries(labels.map((label) => [label.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()), label]));
  return new Proxy(Object.freeze(byName), {
    get(table, name) {
      if (!(name in table)) throw new Error(`${kind}.${String(name)}: there is no such word; there are ${Object.keys(table).join(", ")}`);
      return table[name];
    },
  });
}

// The words of wit/rules.wit, by their names in camel case: `Activity.inACall` is "in-a-call".
export const Availability = words("Availability", "available", "available-idle", "away", "be-right-back", "busy", "busy-idle",
  "do-not-disturb", "offline", "out-of-office", "presence-unknown", "focusing", "presenting", "in-a-call", "in-a-meeting", "unrecognised");
export const Activity = words("Activity", "available", "away", "be-right-back", "busy", "do-not-disturb", "focusing", "in-a-call",
  "in-a-conference-call", "in-a-meeting", "inactive", "off-work", "offline", "out-of-office", "presence-unknown", "presenting",
  "urgent-interruptions-only", "unrecognised");
export const Status = words("Status", "available", "busy", "on-call", "do-not-disturb", "away", "auto-away", "invisible", "offline",
  "unrecognised");
export const Target = words("Target", "available", "busy", "on-call", "do-not-disturb", "away", "offline");
export const Session = words("Session", "available", "in-a-call", "in-a-conference-call", "away", "presenting");
export const Calls = words("Calls", "unchanged", "all", "direct-only", "none");
export const Note = words("Note", "out-of-office", "in-a-meeting", "on-a-teams-call", "presenting", "focusing", "be-right-back");

// From Teams to 8x8. `more` may hold calls, note, recheckAfter (seconds) and reason.
export const publish = (target, more) => verdict({ tag: "publish", val: target }, more);
export const noSync = (more) => verdict({ tag: "no-sync" }, more);
// From 8x8 to Teams. `more` may hold recheckAfter and reason.
export const holdSession = (session, more) => verdict({ tag: "hold-session", val: session }, more);
export const noSession = (more) => verdict({ tag: "no-session" }, more);
// Either way: leave what is there as it is.
export const hold = (more) => verdict({ tag: "hold" }, more);

/** What the chain has decided so far, or hold when this rule is the first: the answer of a rule that has nothing to say. */
export const asProposed = (question) => question.proposal ?? hold();

function verdict(action, more = {}) {
  return { action, calls: Calls.unchanged, note: null, recheckAfter: null, reason: null, ...more };
}

/**
 * The settings of a rule, each key with what reads its value and what it is when left out:
 * `settings({ presenting: [oneOf("all", "none"), "all"] })` gives a function that reads a tenant's table, and refuses what is wrong in it.
 */
export function settings(known) {
  return (given) => {
    for (const key of Object.keys(given)) {
      if (!Object.hasOwn(known, key)) throw `unknown key \`${key}\`; expected ${Object.keys(known).map((key) => `\`${key}\``).join(" or ") || "none"}`;
    }
    const read = ([key, [reader, usual]]) => [key, Object.hasOwn(given, key) ? reader(given[key], key) : usual];
    return Object.fromEntries(Object.entries(known).map(read));
  };
}

/** One of these texts. */
export const oneOf = (...choices) => (value, key) => {
  if (!choices.includes(value)) throw `${key} is ${JSON.stringify(value)}; expected one of ${choices.join(", ")}`;
  return value;
};

/** A whole number from `least` to `most`. */
export const whole = (least, most) => (value, key) => {
  if (!Number.isInteger(value) || value < least || value > most) throw `${key} is ${JSON.stringify(value)}; expected a whole number from ${least} to ${most}`;
  return value;
};

/** A list of texts. */
export const texts = (value, key) => {
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) throw `${key} is ${JSON.stringify(value)}; expected a list of texts`;
  return value;
};

/**
 * The exports of a rule: `export const { rule, teamsToEight } = define({ … })`, or `eightToTeams` for the other direction.
 *
 * @param name what the rule is called: lower-case letters, digits and hyphens
 * @param version such as "1.0.0"
 * @param needs what it wants to see beside the side that it maps from: otherSide, since, person, identity, time, staffing
 * @param settings from `settings({ … })`
 * @param decide `(question, settings, explain) => verdict`; give a reason only when `explain` is true
 */
export function define({ name, version, needs = [], settings, decide }) {
  const asked = Object.fromEntries(["otherSide", "since", "person", "identity", "time", "staffing"].map((need) => [need, needs.includes(need)]));
  let configured;
  const rule = {
    describe: () => ({ name, version, needs: asked, pure: true }),
    configure(json) {
      configured = settings(JSON.parse(json));
      return asked;
    },
  };
  const direction = { decide: (questions, explain) => questions.map((question) => decide(question, configured, explain)) };
  return { rule, teamsToEight: direction, eightToTeams: direction };
}
