//! One test for each rule of the desk.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

struct Bench {
    desk: Desk,
    now: Timestamp,
    agent: AgentId,
}

impl Bench {
    fn new() -> Self {
        Self { desk: Desk::default(), now: Timestamp::from_millis(1_000_000_000), agent: "ag1".into() }
    }

    fn hold(&mut self) -> Standing {
        self.desk.hold(&self.agent, self.now + 5 * MINUTE);
        self.desk.standing(&self.agent)
    }

    fn let_go(&mut self) {
        self.desk.let_go(&self.agent);
    }

    fn see(&mut self, status: AgentStatus) {
        self.desk.seen(&self.agent, Seen { status, ours: false }, self.now);
    }

    fn see_ours(&mut self) {
        self.desk.seen(&self.agent, Seen { status: AgentStatus::WorkOffline, ours: true }, self.now);
    }

    /// What is sent, each change taken.
    fn sent(&mut self) -> Vec<Settable> {
        self.sent_and(Outcome::Applied)
    }

    fn sent_and(&mut self, outcome: Outcome) -> Vec<Settable> {
        let changes = self.desk.due(self.now);
        changes.iter().for_each(|(agent, _)| self.desk.answered(agent, outcome, self.now));
        changes.into_iter().map(|(_, change)| change).collect()
    }

    fn wait(&mut self, length: Duration) {
        self.now = self.now + length;
    }

    fn standing(&self) -> Standing {
        self.desk.standing(&self.agent)
    }

    /// An agent whom we hold out.
    fn held() -> Self {
        let mut bench = Self::new();
        bench.see(AgentStatus::WaitTransact);
        bench.hold();
        assert_eq!(bench.sent(), [Settable::WorkOffline]);
        bench
    }
}

#[test]
fn an_available_agent_is_held_out_and_let_go() {
    let mut bench = Bench::held();
    assert_eq!(bench.standing(), Standing::Held);
    bench.see_ours();
    assert_eq!(bench.sent(), []);
    bench.let_go();
    assert_eq!(bench.sent(), [Settable::WaitTransact]);
    assert_eq!(bench.standing(), Standing::LetGo);
    assert_eq!(bench.sent(), []);
}

#[test]
fn an_agent_at_work_is_held_out_after_this_call() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::ProcessTransact);
    assert_eq!(bench.hold(), Standing::Waits(Obstacle::AfterThisCall));
    assert_eq!(bench.sent(), []);
    bench.wait(MINUTE);
    bench.see(AgentStatus::PostProcess);
    assert_eq!(bench.sent(), []);
    bench.see(AgentStatus::WaitTransact);
    assert_eq!(bench.sent(), [Settable::WorkOffline]);
    assert_eq!(bench.standing(), Standing::Held);
}

#[test]
fn a_wish_that_was_taken_back_in_mid_call_changes_nothing() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::Busy);
    bench.hold();
    bench.let_go();
    bench.see(AgentStatus::WaitTransact);
    assert_eq!(bench.sent(), []);
}

#[test]
fn a_wish_that_nobody_renews_lapses_and_the_agent_is_let_go() {
    let mut bench = Bench::held();
    bench.wait(4 * MINUTE);
    bench.hold();
    bench.wait(4 * MINUTE);
    assert_eq!(bench.sent(), [], "it was renewed");
    bench.wait(MINUTE);
    assert_eq!(bench.sent(), [Settable::WaitTransact]);
}

#[test]
fn a_break_is_never_ended() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::OnBreak);
    assert_eq!(bench.hold(), Standing::NotNeeded(AgentStatus::OnBreak));
    assert_eq!(bench.sent(), []);
    bench.let_go();
    assert_eq!(bench.sent(), []);
    let mut bench = Bench::held();
    bench.wait(MINUTE);
    bench.see(AgentStatus::OnBreak);
    bench.let_go();
    assert_eq!(bench.sent(), [], "the break came after we held the agent out");
}

#[test]
fn working_offline_by_hand_is_left_as_it_is() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::WorkOffline);
    assert_eq!(bench.hold(), Standing::NotNeeded(AgentStatus::WorkOffline));
    bench.let_go();
    assert_eq!(bench.sent(), []);
}

#[test]
fn an_agent_who_comes_back_by_hand_is_left_in_the_queues() {
    let mut bench = Bench::held();
    bench.wait(MINUTE);
    bench.see(AgentStatus::WaitTransact);
    assert_eq!(bench.hold(), Standing::Overridden);
    assert_eq!(bench.sent(), []);
    bench.let_go();
    bench.hold();
    assert_eq!(bench.sent(), [Settable::WorkOffline], "a new wish is a new wish");
}

#[test]
fn nobody_is_logged_in_from_outside() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::LoggedOut);
    assert_eq!(bench.hold(), Standing::NotNeeded(AgentStatus::LoggedOut));
    assert_eq!(bench.sent(), []);
    bench.see(AgentStatus::OnBreak);
    assert_eq!(bench.sent(), []);
    bench.see(AgentStatus::WaitTransact);
    assert_eq!(bench.sent(), [Settable::WorkOffline], "and held out once the agent takes calls");
}

#[test]
fn whom_a_former_process_held_out_is_kept_so_until_somebody_says_otherwise() {
    let mut bench = Bench::new();
    bench.see_ours();
    assert_eq!(bench.sent(), []);
    assert_eq!(bench.hold(), Standing::Held);
    bench.wait(4 * MINUTE);
    bench.let_go();
    assert_eq!(bench.sent(), [Settable::WaitTransact]);

    let mut orphan = Bench::new();
    orphan.see_ours();
    orphan.wait(ORPHAN);
    orphan.see_ours();
    assert_eq!(orphan.sent(), [Settable::WaitTransact], "nobody said anything");
}

#[test]
fn a_refusal_is_told_and_after_some_the_change_is_left_alone_for_longer() {
    let mut bench = Bench::new();
    bench.see(AgentStatus::WaitTransact);
    bench.hold();
    for _ in 0..6 {
        assert_eq!(bench.sent_and(Outcome::Refused), [Settable::WorkOffline]);
        assert_eq!(bench.standing(), Standing::Trouble(Outcome::Refused));
        assert_eq!(bench.sent(), [], "not at once");
        bench.wait(Duration::from_secs(10));
        bench.hold();
    }
    bench.wait(MINUTE);
    bench.hold();
    assert_eq!(bench.sent(), []);
    bench.wait(4 * MINUTE);
    bench.hold();
    assert_eq!(bench.sent(), [Settable::WorkOffline]);
    assert_eq!(bench.standing(), Standing::Held);
}

#[test]
fn a_reading_from_before_our_change_is_no_news() {
    let mut bench = Bench::held();
    let before = Timestamp::from_millis(bench.now.as_millis() - 1);
    bench.desk.seen(&bench.agent, Seen { status: AgentStatus::WaitTransact, ours: false }, before);
    assert_eq!(bench.standing(), Standing::Held);
}

#[test]
fn only_what_the_diagram_allows_is_ever_sent() {
    for status in AgentStatus::ALL {
        for ours in [false, true] {
            let mut bench = Bench::new();
            bench.desk.seen(&bench.agent, Seen { status: *status, ours }, bench.now);
            for wished in [true, false] {
                if wished {
                    bench.hold();
                } else {
                    bench.let_go();
                }
                for (_, change) in bench.desk.due(bench.now) {
                    assert_eq!(transition(*status, change), Transition::Now, "{status} to {change}");
                    bench.desk.answered(&bench.agent, Outcome::Failed, bench.now);
                }
            }
        }
    }
}

/// Another process, which knows what this one has noted.
fn restarted(bench: &Bench) -> Bench {
    let mut after = Bench { now: bench.now, ..Bench::new() };
    for (agent, note) in bench.desk.unnoted() {
        after.desk.restore(agent, note.unwrap(), bench.now);
    }
    after
}

#[test]
fn whom_a_restart_finds_as_they_were_left_is_kept_so() {
    let mut after = restarted(&Bench::held());
    assert_eq!(after.hold(), Standing::Waits(Obstacle::StatusNotTold));
    after.see_ours();
    assert_eq!(after.standing(), Standing::Held);
    assert_eq!(after.sent(), []);
    after.let_go();
    assert_eq!(after.sent(), [Settable::WaitTransact]);
}

#[test]
fn whoever_came_back_by_hand_stays_so_over_a_restart_and_in_the_middle_of_one() {
    let mut before = Bench::held();
    before.wait(MINUTE);
    before.see(AgentStatus::WaitTransact);
    let mut after = restarted(&before);
    after.see(AgentStatus::WaitTransact);
    assert_eq!(after.hold(), Standing::Overridden);
    assert_eq!(after.sent(), []);

    let mut meanwhile = restarted(&Bench::held());
    meanwhile.see(AgentStatus::WaitTransact);
    assert_eq!(meanwhile.hold(), Standing::Overridden, "it was done while nobody looked");
    assert_eq!(meanwhile.sent(), []);
}

#[test]
fn what_was_noted_and_nobody_wishes_any_more_is_let_go() {
    let mut after = restarted(&Bench::held());
    after.see_ours();
    after.wait(ORPHAN);
    assert_eq!(after.sent(), [Settable::WaitTransact]);
}

#[test]
fn a_note_is_put_once_and_taken_away_when_the_wish_is_over() {
    let mut bench = Bench::held();
    let note = Some(Note { overridden: false });
    assert_eq!(bench.desk.unnoted(), [(bench.agent.clone(), note)]);
    bench.desk.noted(&bench.agent.clone(), note);
    assert_eq!(bench.desk.unnoted(), []);
    bench.let_go();
    assert_eq!(bench.desk.unnoted(), [(bench.agent.clone(), None)]);
    assert_eq!(Bench::new().desk.unnoted(), [], "who is only seen needs no note");
}
