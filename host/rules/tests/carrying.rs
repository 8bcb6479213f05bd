//! What a guest finds in its memory is the same, whichever way a question got there.

use presync_core::rule::{EightSide, LocalTime, Person, PublishVerdict, Subject, TeamsSide};
use presync_core::words::{EightStatus, TeamsActivity, TeamsAvailability};
use presync_rules::Chain;

mod support;

use support::{Guest, host, load};

/// The flags of the other side, of seconds and of the clock; and that of the person.
const PLAIN: u8 = 1 | 2 | 16;
const PERSON: u8 = 4;

/// Answers each question with a sum of its bytes, as seconds: of all but those of the person, who is between 32 and 72.
const SUM: &str = "(local $at i32) (local $byte i32) (local $sum i32)
    (loop $questions
      (local.set $byte (i32.const 0))
      (local.set $sum (i32.const 17))
      (loop $bytes
        (if (i32.or (i32.lt_u (local.get $byte) (i32.const 32)) (i32.ge_u (local.get $byte) (i32.const 72)))
          (then (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))
            (i32.load8_u (i32.add (local.get $ptr) (i32.add (i32.mul (local.get $at) (i32.const 148)) (local.get $byte))))))))
        (br_if $bytes (i32.lt_u (local.tee $byte (i32.add (local.get $byte) (i32.const 1))) (i32.const 148))))
      (i32.store8 offset=262152 (i32.mul (local.get $at) (i32.const 28)) (i32.const 1))
      (i32.store offset=262156 (i32.mul (local.get $at) (i32.const 28)) (i32.or (local.get $sum) (i32.const 1)))
      (br_if $questions (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $len))))
    (call $answer (local.get $len))";

fn people() -> Vec<Subject> {
    let time =
        LocalTime { year: 2026, month: 2, day: 29, day_of_week: 7, minute_of_day: 1439, utc_offset_minutes: -90 };
    let mut people = Vec::new();
    for (&availability, &activity) in TeamsAvailability::ALL.iter().zip(TeamsActivity::ALL) {
        for (&status, flag) in EightStatus::ALL.iter().zip([false, true].into_iter().cycle()) {
            let since = flag.then_some(70_000);
            let teams = TeamsSide { availability, activity, out_of_office: flag, manual: !flag, since };
            let eight = EightSide { status, call_active: !flag, manual: flag, since };
            let (teams, eight) = (Some(teams).filter(|_| status != EightStatus::Away), Some(eight));
            people.push(Subject { teams, eight, time: flag.then_some(time), ..Subject::default() });
        }
    }
    people
}

#[test]
fn a_question_that_is_written_at_once_is_the_one_that_the_engine_writes_field_by_field() {
    let host = host();
    let proposals = [
        "(call $answer (local.get $len))",
        // No sync, none, presenting, in 300 seconds: the first answer alone, so that the others differ from it.
        "(i64.store (i32.const 262144) (i64.const 0x0301030001)) (i64.store (i32.const 262152) (i64.const 0x12c00000001))
         (call $answer (local.get $len))",
        "(i64.store (i32.const 262144) (i64.const 2)) (call $answer (local.get $len))",
    ];
    let someone =
        std::sync::Arc::new(Person { id: "p-1".to_owned(), queues: vec!["support".to_owned()], ..Person::default() });
    let plain = people();
    let known: Vec<Subject> =
        plain.iter().map(|subject| Subject { person: Some(someone.clone()), ..subject.clone() }).collect();
    for decide in proposals {
        let sums = |needs: u8, people: &[Subject]| {
            let proposer = Guest { decide, pure: false, ..Guest::default() };
            let summing = Guest { decide: SUM, pure: false, needs, needs_now: needs, ..Guest::default() };
            let chain = Chain::<PublishVerdict>::new(vec![load(&host, &proposer), load(&host, &summing)]).unwrap();
            let decided = chain.decide(people, false);
            assert_eq!(decided.faults, []);
            decided.verdicts.iter().map(|verdict| verdict.recheck_after.unwrap()).collect::<Vec<u32>>()
        };
        let at_once = sums(PLAIN, &plain);
        assert_eq!(at_once, sums(PLAIN | PERSON, &known));
        // In one list, some of each.
        let mixed: Vec<Subject> =
            plain.iter().zip(&known).enumerate().map(|(at, (a, b))| if at % 3 == 0 { b } else { a }.clone()).collect();
        assert_eq!(at_once, sums(PLAIN | PERSON, &mixed));
        let different: std::collections::HashSet<_> = at_once.iter().collect();
        assert!(different.len() * 10 > at_once.len() * 8, "the sums tell the questions apart");
    }
}
