use super::*;

fn read(sentence: &str) -> Fault {
    sentence.parse().unwrap()
}

fn refused(sentence: &str) -> String {
    sentence.parse::<Fault>().unwrap_err().to_string()
}

#[test]
fn every_part_of_a_sentence_is_understood() {
    let fault =
        read("fail 10% of POST /communications/getPresencesByUserId with 429 retry-after 1.5 in tenant-2 for 2m");
    assert_eq!(fault.route, Some(Route::new("POST", "/communications/getPresencesByUserId")));
    assert_eq!((fault.share, fault.status, fault.retry_after), (0.1, 429, Some(1.5)));
    assert_eq!((fault.tenant.as_deref(), fault.lasts_ms, fault.times), (Some("tenant-2"), Some(120_000), None));
    assert_eq!(read("fail publish 3 times"), Fault::status(Endpoint::Publish, 503).times(3));
    assert_eq!(read("drop all of publish"), Fault::dropped(Endpoint::Publish));
    assert_eq!(read("delay publish by 1.5s").late_ms, Some(1_500));
    assert_eq!(read("hang publish by 10s"), Fault::hung(Endpoint::Publish, Duration::from_secs(10)));
    assert_eq!(read("slow GET /users by 200ms").slow_ms, Some(200));
    assert!(read("cut 50% of GET /users").cut_body);
    assert!(read("lose 5% of POST /users/*/presence/setPresence").lose_answer);
    let some = read("fail 10% of items of publish with 409");
    assert_eq!((some.items, some.share, some.endpoint), (true, 0.1, Some(Endpoint::Publish)));
    let html = read("fail everything with html");
    assert_eq!((html.endpoint, html.route, html.status), (None, None, 502));
    assert!(html.body.unwrap().starts_with("<!DOCTYPE html>"));
    assert_eq!(read("fail everything with 200 html").status, 200);
}

#[test]
fn a_fault_is_written_as_the_sentence_that_makes_it() {
    for sentence in [
        "fail 12.5% of POST /users/*/presence/setPresence with 503 retry-after 1.5 in tenant-1 for 2m 7 times",
        "drop 5% of listUsers",
        "delay everything by 300ms for 1h30m",
        "hang publish by 10s",
        "cut GET /users/delta",
        "slow eightChanges by 2s",
        "fail getPresences with 502 html",
        "lose setPresence",
        "fail 10% of items of publish with 409",
    ] {
        assert_eq!(read(sentence).to_string(), sentence);
        assert_eq!(read(&read(sentence).to_string()), read(sentence));
    }
}

#[test]
fn a_sentence_that_is_no_rule_is_told_which_word_is_wrong_and_what_would_be_right() {
    assert_eq!(
        refused("break publish"),
        "word 1 of the rule is `break`; expected one of fail, drop, delay, hang, cut, slow, lose"
    );
    assert_eq!(refused("fail 10% publish"), "word 3 of the rule is `publish`; expected of");
    assert_eq!(refused("fail 110% of publish"), "word 2 of the rule is `110%`; expected a share from 0% to 100%");
    assert_eq!(refused("fail POST users"), "word 3 of the rule is `users`; expected a path that begins with /");
    assert!(
        refused("fail presence").starts_with("word 2 of the rule is `presence`; expected everything, or one of GET")
    );
    assert!(refused("fail").starts_with("the rule ends after `fail`; expected everything"));
    assert_eq!(
        refused("fail publish with 999"),
        "word 4 of the rule is `999`; expected a status code such as 503, or html"
    );
    assert_eq!(refused("fail publish for ever"), "word 4 of the rule is `ever`; expected a time such as 2m");
    assert_eq!(
        refused("fail publish often"),
        "word 3 of the rule is `often`; expected by, with, retry-after, in, for, or a number and times"
    );
    assert_eq!(refused("fail publish 3"), "the rule ends after `3`; expected times");
    assert_eq!(refused("delay publish"), "a rule that begins with `delay` needs a time, such as `by 300ms`");
    assert!(refused("drop publish with 503").contains("`with` and `retry-after` go with `fail`"));
    assert!(refused("drop items of publish").contains("`items of` goes with"));
    assert_eq!(refused("fail items publish"), "word 3 of the rule is `publish`; expected of");
    assert!(refused("fail publish by 3s").contains("`by` goes with delay, hang and slow"));
}
