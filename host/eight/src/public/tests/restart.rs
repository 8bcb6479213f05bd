//! What a process that begins anew knows of what the one before it has set.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::ledger::{Kind, Ledger, LedgerError, Noted};

const USER: &str = "/admin-provisioning/users/cid";
const DND: Option<EightTarget> = Some(EightTarget::DoNotDisturb);

/// Notes that outlive the clients.
#[derive(Debug, Default)]
struct Kept {
    notes: Mutex<BTreeMap<(Kind, String), String>>,
    broken: AtomicBool,
}

impl Ledger for Kept {
    fn put(&self, kind: Kind, key: &str, note: Option<&str>) -> Result<(), LedgerError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(LedgerError("the disk is full".into()));
        }
        let mut notes = self.notes.lock().unwrap();
        match note {
            Some(note) => notes.insert((kind, key.to_owned()), note.to_owned()),
            None => notes.remove(&(kind, key.to_owned())),
        };
        Ok(())
    }
}

/// An 8x8 where changes of users are done at once, or not answered.
struct Scene {
    bench: Bench,
    kept: Arc<Kept>,
    /// Whether do not disturb is on on cid's extension.
    on: Arc<AtomicBool>,
    /// Changes of users are taken, and the answer is an error.
    mute: Arc<AtomicBool>,
}

impl Scene {
    async fn start() -> Self {
        let bench = Bench::start().await;
        bench.eight.on("GET", ACTIVITY, ok(&activity(&[]))).await;
        let people = json!({ "data": [contact("cid", "cid@corp.com", "1003"), contact("bob", "bob@corp.com", "1002")],
            "meta": { "hasMore": false } });
        bench.eight.on("GET", CONTACTS, ok(&people)).await;
        let (on, mute) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let kept = Arc::clone(&on);
        let whole = move |_: &Request| {
            ok(&json!({ "serviceInfo": { "extensions": [
                { "id": "7", "extensionType": "UC", "doNotDisturb": kept.load(Ordering::SeqCst) }] } }))
        };
        bench.eight.on("GET", USER, whole).await;
        let (kept, muted) = (Arc::clone(&on), Arc::clone(&mute));
        let put = move |request: &Request| {
            let body: Value = request.body_json().unwrap();
            kept.store(body["serviceInfo"]["extensions"][0]["doNotDisturb"] == true, Ordering::SeqCst);
            match muted.load(Ordering::SeqCst) {
                true => ResponseTemplate::new(500),
                false => ok(&json!({ "operationId": "op_1", "status": "COMPLETED" })),
            }
        };
        bench.eight.on("PUT", USER, put).await;
        Self { bench, kept: Arc::default(), on, mute }
    }

    /// A process that has read the directory and everybody's presence once.
    async fn process(&self, held: &[(&str, EightTarget)]) -> Client {
        let client = self.bench.client(Public { work_dnd: true, ..self.bench.config() });
        let notes = self.kept.notes.lock().unwrap().clone();
        let noted = notes.into_iter().map(|((kind, key), note)| Noted { kind, key, note }).collect();
        let held = held.iter().map(|(user, target)| (EightUserId::from(*user), *target));
        client.keep_in(Arc::clone(&self.kept) as Arc<dyn Ledger>, noted, held);
        client.users().await.unwrap();
        client.snapshot().await.unwrap();
        client
    }

    async fn changes(&self) -> usize {
        self.bench.eight.requests(USER).await.iter().filter(|request| request.method.as_str() == "PUT").count()
    }

    fn is_on(&self) -> bool {
        self.on.load(Ordering::SeqCst)
    }
}

async fn no_agents(scene: &Scene) {
    scene.bench.eight.on("GET", AGENTS, ok(&agents(&[]))).await;
}

#[tokio::test]
async fn do_not_disturb_that_was_set_before_a_restart_is_ended_after_it() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    let before = scene.process(&[]).await;
    assert_eq!(publish(&before, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Applied);
    drop(before);
    let after = scene.process(&[("cid", EightTarget::DoNotDisturb)]).await;
    assert_eq!(publish(&after, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Applied);
    assert_eq!(scene.changes().await, 1, "it is there already");
    assert_eq!(publish(&after, "cid", None, Calls::Unchanged).await.outcome, Outcome::Applied);
    assert!(!scene.is_on());
    assert!(scene.kept.notes.lock().unwrap().is_empty(), "nothing is left to be known");
}

#[tokio::test]
async fn a_change_whose_answer_was_never_heard_is_known_by_what_a_reading_shows() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    let before = scene.process(&[]).await;
    scene.mute.store(true, Ordering::SeqCst);
    assert_eq!(publish(&before, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Failed);
    drop(before);
    assert!(scene.is_on(), "it did arrive");
    scene.mute.store(false, Ordering::SeqCst);
    let after = scene.process(&[]).await;
    assert_eq!(publish(&after, "cid", None, Calls::Unchanged).await.outcome, Outcome::Applied);
    assert!(!scene.is_on(), "it was ours, though nobody had said so");
}

#[tokio::test]
async fn do_not_disturb_of_the_persons_own_is_neither_taken_for_ours_nor_ended() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    scene.on.store(true, Ordering::SeqCst);
    let before = scene.process(&[]).await;
    assert_eq!(publish(&before, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Applied);
    drop(before);
    let after = scene.process(&[("cid", EightTarget::DoNotDisturb)]).await;
    publish(&after, "cid", None, Calls::Unchanged).await;
    assert!(scene.is_on());
    assert_eq!(scene.changes().await, 0);
}

#[tokio::test]
async fn do_not_disturb_of_the_persons_own_that_they_end_is_set_with_the_next_wish() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    scene.on.store(true, Ordering::SeqCst);
    let client = scene.process(&[]).await;
    publish(&client, "cid", DND, Calls::Unchanged).await;
    scene.on.store(false, Ordering::SeqCst);
    assert_eq!(publish(&client, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Applied);
    assert!(scene.is_on());
    publish(&client, "cid", None, Calls::Unchanged).await;
    assert!(!scene.is_on(), "this time it was ours");
}

#[tokio::test]
async fn what_nobody_wishes_after_a_restart_is_ended_when_its_lease_is_over() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    let before = scene.process(&[]).await;
    publish(&before, "cid", DND, Calls::Unchanged).await;
    drop(before);
    let after = scene.process(&[]).await;
    scene.bench.wait(299);
    after.snapshot().await.unwrap();
    assert!(scene.is_on());
    scene.bench.wait(1);
    after.snapshot().await.unwrap();
    assert!(!scene.is_on());
    assert!(scene.kept.notes.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_noted_is_not_sent() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    let client = scene.process(&[]).await;
    scene.kept.broken.store(true, Ordering::SeqCst);
    let outcome = publish(&client, "cid", DND, Calls::Unchanged).await.outcome;
    assert!(matches!(outcome, Outcome::Later { reason: Obstacle::NotNoted, .. }), "{outcome:?}");
    assert_eq!(scene.changes().await, 0);
    scene.kept.broken.store(false, Ordering::SeqCst);
    assert_eq!(publish(&client, "cid", DND, Calls::Unchanged).await.outcome, Outcome::Applied);
}

#[tokio::test]
async fn nothing_is_decided_of_anybody_before_the_directory_was_read() {
    let scene = Scene::start().await;
    no_agents(&scene).await;
    let client = scene.bench.client(Public { work_dnd: true, ..scene.bench.config() });
    client.snapshot().await.unwrap();
    for wanted in [DND, None] {
        let outcome = publish(&client, "cid", wanted, Calls::Unchanged).await.outcome;
        assert!(matches!(outcome, Outcome::Later { reason: Obstacle::DirectoryNotRead, .. }), "{outcome:?}");
    }
    assert_eq!(client.carried(&"cid".into(), DND, Calls::Unchanged).waits, Some(Obstacle::DirectoryNotRead));
}

#[tokio::test]
async fn an_agent_who_came_back_by_hand_is_left_so_after_a_restart_too() {
    let scene = Scene::start().await;
    let state = Arc::new(AtomicU8::new(4));
    scene.bench.agent(&state).await;
    let before = scene.process(&[]).await;
    publish(&before, "bob", Some(EightTarget::Available), Calls::DirectOnly).await;
    assert_eq!(state.load(Ordering::SeqCst), 5);
    state.store(4, Ordering::SeqCst);
    drop(before);
    let after = scene.process(&[("bob", EightTarget::Available)]).await;
    let outcome = publish(&after, "bob", Some(EightTarget::Available), Calls::DirectOnly).await.outcome;
    assert_eq!(outcome, Outcome::NotCarried { reason: Obstacle::ChosenByHand });
    assert_eq!(state.load(Ordering::SeqCst), 4);
    publish(&after, "bob", None, Calls::Unchanged).await;
    assert!(scene.kept.notes.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_was_held_is_told_as_ours_by_the_first_reading_after_a_restart() {
    let scene = Scene::start().await;
    scene.bench.eight.on("GET", AGENTS, ok(&agents(&[("ag2", 3)]))).await;
    let client = scene.bench.client(scene.bench.config());
    let held = [(EightUserId::from("bob"), EightTarget::Busy)];
    client.keep_in(Arc::clone(&scene.kept) as Arc<dyn Ledger>, Vec::new(), held);
    client.users().await.unwrap();
    let snapshot = client.snapshot().await.unwrap();
    let bob = snapshot.presences.iter().find(|(user, _)| user.as_str() == "bob").unwrap();
    assert_eq!(bob.1.presence.publication, Some(EightTarget::Busy));
}
