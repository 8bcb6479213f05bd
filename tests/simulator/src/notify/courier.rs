//! The task that sends notifications, and the handshake with an endpoint before anything is sent to it.
//!
//! How long an endpoint takes is told by the simulator's clock: on a driven one, three seconds pass when a test says so.

use std::{collections::BTreeSet, sync::Arc};

use reqwest::{
    Client, StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
    redirect::Policy,
};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use url::Url;
use uuid::Uuid;

use super::{
    envelope,
    outbox::{IN_TIME_MS, Letter, PATIENCE_MS},
    subscription::{Event, Subscription},
};
use crate::state::world::World;

/// The client that notifications are sent with.
pub(crate) fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().redirect(Policy::none()).build()
}

/// Sends what is due, for as long as it is polled.
pub(crate) async fn run(world: Arc<World>) {
    let mut flying = JoinSet::new();
    loop {
        for bundle in world.outbox.take_due(world.clock.now_ms()) {
            let world = Arc::clone(&world);
            flying.spawn(async move {
                send(&world, bundle).await;
                world.outbox.landed();
            });
        }
        while flying.try_join_next().is_some() {}
        let next = world.outbox.next_due().unwrap_or(i64::MAX);
        tokio::select! {
            () = world.outbox.rang.notified() => {}
            () = world.clock.sleep_until(next) => {}
        }
    }
}

/// A subscription as it is when something is sent to it.
struct Recipient {
    subscription: Subscription,
    directory: String,
}

async fn send(world: &World, letters: Vec<Letter>) {
    let now = world.clock.now_ms();
    let (mut ready, mut withheld) = (Vec::new(), Vec::new());
    for letter in letters {
        let Some(cell) = world.cells.get(letter.place) else { continue };
        let recipient = world.with(cell, |tenant, _| {
            let subscription = tenant.subscriptions.get(letter.notice.subscription)?.clone();
            Some(Recipient { subscription, directory: tenant.access.directory.clone() })
        });
        match recipient {
            // Whoever is gone is told nothing.
            None => {}
            Some(to) if now >= to.subscription.token_ends_ms && is_presence(&letter) => withheld.push(letter),
            Some(to) => ready.push((letter, to)),
        }
    }
    world.outbox.put_back(withheld, now, None, true);
    if world.quirks.load().notifications.reversed {
        ready.reverse();
    }
    let Some((first, _)) = ready.first() else { return };
    let (url, attempts) = (Arc::clone(&first.notice.url), first.attempts);
    let body = match body(world, &ready, now) {
        Ok(body) => body,
        Err(error) => {
            tracing::error!(%error, "a notification cannot be written");
            return;
        }
    };
    let (status, took_ms) = deliver(world, &url, &body).await;
    let now = world.clock.now_ms();
    world.outbox.answered(&url, now, took_ms);
    let patience = if attempts == 0 { IN_TIME_MS } else { PATIENCE_MS };
    let letters: Vec<Letter> = ready.into_iter().map(|(letter, _)| letter).collect();
    match status {
        Some(status) if status.is_success() && took_ms <= patience => {
            world.outbox.delivered(&letters, now, status.as_u16());
        }
        status => world.outbox.put_back(letters, now, status.map(|status| status.as_u16()), false),
    }
}

fn is_presence(letter: &Letter) -> bool {
    matches!(letter.notice.event, Event::Presence(..))
}

/// The whole body: every item, and a token for each application and directory that gets a rich one.
fn body(world: &World, ready: &[(Letter, Recipient)], now: i64) -> anyhow::Result<Value> {
    let quirks = world.quirks.load();
    let settings = quirks.notifications;
    let mut audiences = BTreeSet::new();
    let mut items = Vec::with_capacity(ready.len());
    for (letter, Recipient { subscription, directory }) in ready {
        let words = |word: &str| quirks.word_case.spelt(word);
        items.push(envelope::item(subscription, directory, letter.notice.event, words, settings.damage)?);
        if subscription.certificate.is_some() && is_presence(letter) {
            audiences.insert((subscription.application_id.clone(), directory.clone()));
        }
    }
    let mut body = json!({"value": items});
    if !audiences.is_empty() {
        body["validationTokens"] =
            envelope::tokens(&audiences, settings.tokens, world.keys.current(now)?.as_ref(), now)?;
    }
    Ok(body)
}

/// Posts to an endpoint; its status, if it answers within ten seconds, and how long that took.
async fn deliver(world: &World, url: &str, body: &Value) -> (Option<StatusCode>, i64) {
    let began = world.clock.now_ms();
    let request = world.courier.post(url).json(body).send();
    let status = tokio::select! {
        answer = request => answer.ok().map(|answer| answer.status()),
        () = world.clock.sleep_until(began + PATIENCE_MS) => None,
    };
    (status, world.clock.now_ms() - began)
}

/// Whether the endpoint repeats a token, as plain text and nothing else, within ten seconds.
///
/// # Errors
/// What it did instead, as a sentence.
pub(crate) async fn validate(world: &World, url: &Url) -> Result<(), String> {
    // Characters that have to be escaped, so that an endpoint which does not decode is found out.
    let token = format!("Validation: Testing client application reachability for subscription + {}", Uuid::new_v4());
    let mut asked = url.clone();
    asked.query_pairs_mut().append_pair("validationToken", &token);
    let request = async {
        let answer = world.courier.post(asked).header(CONTENT_TYPE, "text/plain; charset=utf-8").send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok::<_, reqwest::Error>((status, headers, answer.text().await?))
    };
    let answer = tokio::select! {
        answer = request => answer,
        () = world.clock.sleep_until(world.clock.now_ms() + PATIENCE_MS) => {
            return Err(String::from("The operation timed out."));
        }
    };
    let (status, headers, text) = answer.map_err(|_| String::from("The endpoint cannot be reached."))?;
    if status != StatusCode::OK {
        return Err(format!("HTTP status code is '{}'.", status.canonical_reason().unwrap_or("unknown")));
    }
    if !is_plain_text(&headers) {
        return Err(String::from("The content type is not text/plain."));
    }
    if text != token {
        return Err(String::from("The body is not the decoded validation token."));
    }
    Ok(())
}

fn is_plain_text(headers: &HeaderMap) -> bool {
    let content = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain"))
}
