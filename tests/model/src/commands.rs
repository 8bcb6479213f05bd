//! What the reconciler wants done: questions to the rules, and writes.

use presync_core::id::LinkId;
use presync_core::presence::{EightPresence, TeamsPresence};
use presync_core::reconcile::{Command, Input};
use presync_core::words::Direction;

use crate::person::{Answer, Flight, Verdict, Write};
use crate::scenario::Weakness;
use crate::state::Broken;
use crate::story;
use crate::turn::Turn;

impl Turn<'_> {
    /// Returns for whom the command is.
    pub(crate) fn carry_out(&mut self, command: Command) -> Option<LinkId> {
        let (link, write) = match command {
            Command::Ask { link, direction, stamp } => {
                let place = self.place(link)?;
                let (teams, eight) = (self.reconciler.teams_presence(link), self.reconciler.eight_presence(link));
                let answer = self.answer(direction, teams, eight);
                let person = self.person(place);
                *person.newest.of_mut(direction.target()) = Some(stamp);
                // Of the answers to older questions only the last is kept: one is as old as another.
                let same = |verdict: &Verdict| verdict.answer.direction() == direction;
                if person.verdicts.iter().filter(|verdict| same(verdict)).count() > 1
                    && let Some(oldest) = person.verdicts.iter().position(same)
                {
                    person.verdicts.remove(oldest);
                }
                person.verdicts.extend(answer.map(|answer| Verdict { stamp, answer }));
                return Some(link);
            }
            Command::Record { link, event } => {
                self.say(|| story::event(&event));
                return link;
            }
            Command::Forget { link } => return Some(link),
            Command::Publish { link, target, lease, .. } => (link, Write::Publish(target, lease)),
            Command::Unpublish { link, .. } => (link, Write::Unpublish),
            Command::HoldSession { link, session, lease, .. } => (link, Write::Hold(session, lease)),
            Command::ClearSession { link } => (link, Write::Clear),
        };
        let place = self.place(link)?;
        self.say(|| story::write(write));
        if self.seen(place).flights.of(write.side()).is_some() {
            self.break_rule(Broken::Flights);
        }
        let known = self.reconciler.lift(link);
        if let Some(known) = &known {
            self.reconciler.put_back(link, known.clone());
        }
        let person = self.person(place);
        *person.flights.of_mut(write.side()) = Some(Flight { write, landed: None });
        // It is on disk before it is sent.
        person.stored = known;
        Some(link)
    }

    fn place(&self, link: LinkId) -> Option<usize> {
        self.state.members.iter().position(|member| member.person.link == link)
    }

    fn answer(
        &self,
        direction: Direction,
        teams: Option<TeamsPresence>,
        eight: Option<EightPresence>,
    ) -> Option<Answer> {
        match direction {
            Direction::TeamsToEight => teams.map(|own| Answer::Publish(self.state.rules.publish_verdict(own))),
            Direction::EightToTeams => eight.map(|own| Answer::Session(self.state.rules.session_verdict(own))),
        }
    }

    /// An answer of the rules comes in; one to an older question changes nothing.
    pub(crate) fn decide(&mut self, place: usize, index: usize) {
        let weakness = self.scenario.weakness;
        let person = self.person(place);
        let verdict = person.verdicts.remove(index);
        let newest = person.is_newest(&verdict);
        let (link, target) = (person.link, verdict.answer.direction().target());
        let stamp = match weakness {
            Weakness::StampsUntold => person.newest.of(target).unwrap_or(verdict.stamp),
            _ => verdict.stamp,
        };
        let wanted =
            |turn: &Self| turn.reconciler.view(link).map(|view| (view.publication.wanted, view.session.wanted));
        let before = wanted(self);
        let rules = "model".into();
        self.put(
            place,
            match verdict.answer {
                Answer::Publish(verdict) => Input::PublishDecided { link, stamp, verdict, rules },
                Answer::Session(verdict) => Input::SessionDecided { link, stamp, verdict, rules },
            },
        );
        if !newest && wanted(self) != before {
            self.break_rule(Broken::Order);
        }
    }
}
