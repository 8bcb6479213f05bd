// Outside a person's working hours, whoever would be shown as available or busy is shown as away, and is not offered calls of a queue.
//
//     [tenant.rule.settings]
//     hours = { mon-fri = "08:30-17:00", sat = "10:00-14:00" }   # what is not listed is a day off
//     shifts = { night = { mon-sun = "22:00-06:00" } }           # other hours for the members of these groups
//
// Hours are those of the person's own wall clock, so one line serves every time zone. Hours that end before they begin cross
// midnight and belong to the day on which they begin: with fri = "22:00-06:00", Saturday at two in the morning is worked.

import { Calls, Target, asProposed, define, publish, settings } from "./presync-rule.js";

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY = 24 * 60;
const WEEK = 7 * DAY;

export const { rule, teamsToEight } = define({
  name: "office-hours",
  version: "1.0.0",
  needs: ["time", "person"],
  settings: settings({ hours: [week, week({ "mon-fri": "09:00-17:00" }, "hours")], shifts: [shifts, []] }),

  decide(question, { hours, shifts }, explain) {
    const { time, person } = question.subject;
    const proposed = asProposed(question);
    if (!time) return proposed;

    const shift = shifts.find(({ group }) => person?.groups.includes(group));
    const spans = shift?.hours ?? hours;
    const now = (time.dayOfWeek - 1) * DAY + time.minuteOfDay;
    const recheckAfter = untilChange(spans, now);
    const works = spans.some((span) => within(span, now));
    const shown = proposed.action.tag === "publish" && [Target.available, Target.busy].includes(proposed.action.val);
    if (works || !shown) return { ...proposed, recheckAfter: earlier(proposed.recheckAfter, recheckAfter) };

    const reason = explain ? `outside working hours${shift ? ` of the group ${shift.group}` : ""}` : null;
    return publish(Target.away, { calls: Calls.directOnly, note: proposed.note, recheckAfter, reason });
  },
});

/** Whether a minute of the week lies in a span, which may run past the end of the week. */
function within({ from, to }, now) {
  return (from <= now && now < to) || (from <= now + WEEK && now + WEEK < to);
}

/** Seconds until the next beginning or end; none when there is neither. */
function untilChange(spans, now) {
  const edges = spans.flatMap(({ from, to }) => [from, to]).map((edge) => ((edge - now + WEEK) % WEEK || WEEK) * 60);
  return edges.length ? Math.min(...edges) : null;
}

function earlier(one, other) {
  return one == null || other == null ? one ?? other : Math.min(one, other);
}

/** A table of days with their hours, as spans in minutes since Monday at midnight. */
function week(table, key) {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw `${key} is ${JSON.stringify(table)}; expected a table such as { mon-fri = "09:00-17:00" }`;
  }
  return Object.entries(table).flatMap(([days, hours]) => {
    const [from, to] = clock(hours, `${key}.${days}`);
    return range(days, key).map((day) => ({ from: day * DAY + from, to: day * DAY + (to > from ? to : to + DAY) }));
  });
}

/** A table of groups with their weeks. */
function shifts(table, key) {
  if (typeof table !== "object" || table === null || Array.isArray(table)) {
    throw `${key} is ${JSON.stringify(table)}; expected a table such as { night = { mon-sun = "22:00-06:00" } }`;
  }
  return Object.entries(table).map(([group, hours]) => ({ group, hours: week(hours, `${key}.${group}`) }));
}

/** `mon` or `mon-fri`, as numbers from 0. */
function range(days, key) {
  const [first, last = first] = days.split("-").map((day) => DAYS.indexOf(day));
  if (first < 0 || last < first) throw `${key}.${days} names no days; expected one such as mon, or a range such as mon-fri`;
  return DAYS.map((_, day) => day).slice(first, last + 1);
}

/** `08:30-17:00`, as two minutes of the day. */
function clock(hours, key) {
  const parts = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(hours);
  if (!parts) throw `${key} is ${JSON.stringify(hours)}; expected hours such as "08:30-17:00"`;
  const [, hour, minute, endHour = "24", endMinute = "0"] = parts;
  return [hour * 60 + +minute, endHour * 60 + +endMinute];
}
