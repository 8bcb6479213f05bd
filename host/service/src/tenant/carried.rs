//! How far what is wanted at 8x8 is carried there: of one person, and of everybody.

use presync_core::id::EightUserId;
use presync_core::reconcile::LinkView;
use presync_core::words::Calls;
use presync_eight::Carried;

use crate::carrying::{Carrying, CarryingOverall, Mode};
use crate::tenant::Tenant;

impl Tenant {
    /// Of one person.
    pub(super) fn carrying(&self, user: &EightUserId, view: &LinkView) -> Carrying {
        Carrying::new(Mode::of(&self.eight), self.carried(user, view), self.eight.abilities(user))
    }

    /// Of everybody.
    pub(super) fn carrying_overall(&self) -> CarryingOverall {
        // What 8x8 knows is asked when nobody else waits for the people.
        let everybody: Vec<(EightUserId, String, LinkView)> = {
            let people = self.people();
            let of = |person: &crate::people::Person| {
                let view = people.reconciler.view(person.link.id)?;
                Some((person.link.eight_id.clone(), person.link.user_principal_name.clone(), view))
            };
            people.persons().filter_map(of).collect()
        };
        let mut overall = CarryingOverall::new(Mode::of(&self.eight));
        for (user, name, view) in &everybody {
            overall.count(name, &self.carried(user, view));
        }
        overall
    }

    /// What 8x8 answered last goes before what is worked out from its means.
    fn carried(&self, user: &EightUserId, view: &LinkView) -> Carried {
        let lane = view.publication;
        let mut carried = self.eight.carried(user, lane.wanted, view.calls.unwrap_or(Calls::Unchanged));
        if Mode::of(&self.eight) == Mode::Partner && lane.held != lane.wanted {
            carried = carried.untaken();
            if view.hindered.is_none() {
                carried.waits = Some(presync_core::obstacle::Obstacle::UnderWay);
            }
        }
        match view.hindered {
            Some(hindered) => carried.hindered(hindered.reason, hindered.lasting),
            None => carried,
        }
    }
}
