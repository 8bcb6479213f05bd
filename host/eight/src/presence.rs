//! One presence, from 8x8's words to ours, with our own publication told apart from what 8x8 itself would show.

use presync_core::id::EightUserId;
use presync_core::presence::{EightPresence, Reading, Revision};
use presync_core::time::Timestamp;
use presync_core::words::{EightStatus, EightTarget};
use presync_http::text::{Number, Text, plain};
use serde::Deserialize;

use crate::layers::{self, Layer, Source};
use crate::publication_id::PublicationIds;

/// A presence as 8x8 writes it. Whatever is not needed is not read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WirePresence<'a> {
    #[serde(borrow, default)]
    user_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    source: Option<Text<'a>>,
    #[serde(borrow, default)]
    layers: Option<Vec<WireLayer<'a>>>,
    #[serde(default)]
    call: Option<WireCall>,
    #[serde(default)]
    revision: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLayer<'a> {
    #[serde(borrow, default)]
    source: Option<Text<'a>>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(default)]
    manual: Option<bool>,
    #[serde(borrow, default)]
    publication_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct WireCall {
    #[serde(default)]
    active: Option<bool>,
}

/// `origin` of a change: what caused it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Origin<'a> {
    #[serde(borrow, default)]
    publication_id: Option<Text<'a>>,
}

/// Collects words that this version does not know.
#[derive(Default)]
struct Unknown(String);

impl Unknown {
    fn status(&mut self, text: Option<&Text<'_>>) -> EightStatus {
        let Some(text) = text else { return EightStatus::Unrecognised };
        EightStatus::known_wire(text.as_str()).unwrap_or_else(|| {
            self.note("status", text.as_str());
            EightStatus::Unrecognised
        })
    }

    fn source(&mut self, text: &Text<'_>) -> Source {
        let source = Source::from_wire(text.as_str());
        if source == Source::Unrecognised {
            self.note("source", text.as_str());
        }
        source
    }

    fn note(&mut self, field: &str, word: &str) {
        let word = format!("{field}={}", plain(word));
        if !self.0.split(' ').any(|known| known == word) {
            let space = if self.0.is_empty() { "" } else { " " };
            self.0.push_str(space);
            self.0.push_str(&word);
        }
    }
}

impl WirePresence<'_> {
    /// Whose it is and what it says; `None` without a user id.
    pub(crate) fn reading(
        &self,
        ids: &PublicationIds,
        origin: Option<&Origin<'_>>,
        read_at: Timestamp,
    ) -> Option<(EightUserId, Reading<EightPresence>)> {
        let user = EightUserId::from(self.user_id.as_ref()?.as_str());
        let mut unknown = Unknown::default();
        let shown = unknown.status(self.status.as_ref());
        let source = self.source.as_ref().map(|text| unknown.source(text));
        let call_active = self.call.as_ref().and_then(|call| call.active).unwrap_or(source == Some(Source::Call));
        let layers = match &self.layers {
            Some(layers) => layers.iter().map(|layer| layer.read(&user, ids, &mut unknown)).collect(),
            None => Self::bare(shown, source, origin, &user, ids).into_iter().collect::<Vec<_>>(),
        };
        let publication = layers.iter().find(|layer| layer.ours);
        let presence = EightPresence {
            shown,
            own: layers::own(shown, source, call_active, &layers),
            call_active,
            manual: layers.iter().any(|layer| layer.source == Source::User && layer.manual),
            publication: publication.and_then(|layer| EightTarget::known_wire(layer.status.wire())),
        };
        let reading = Reading {
            presence,
            revision: self.revision.map(|Number(number)| Revision::Number(number)),
            read_at,
            unknown_words: (!unknown.0.is_empty()).then(|| unknown.0.into_boxed_str()),
        };
        Some((user, reading))
    }

    /// Our layer where 8x8 lists no layers: what is shown from outside, if our publication caused it.
    fn bare(
        shown: EightStatus,
        source: Option<Source>,
        origin: Option<&Origin<'_>>,
        user: &EightUserId,
        ids: &PublicationIds,
    ) -> Option<Layer> {
        let id = origin?.publication_id.as_ref()?;
        let ours = source == Some(Source::External) && ids.is_ours(user, id.as_str());
        ours.then_some(Layer { source: Source::External, status: shown, manual: false, ours: true })
    }
}

impl WireLayer<'_> {
    fn read(&self, user: &EightUserId, ids: &PublicationIds, unknown: &mut Unknown) -> Layer {
        let source = self.source.as_ref().map_or(Source::Unrecognised, |text| unknown.source(text));
        let id = self.publication_id.as_ref().filter(|_| source == Source::External);
        Layer {
            source,
            status: unknown.status(self.status.as_ref()),
            manual: self.manual.unwrap_or(false),
            ours: id.is_some_and(|id| ids.is_ours(user, id.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> PublicationIds {
        PublicationIds::of(&"acme".into())
    }

    fn read(json: &str, origin: Option<&str>) -> Reading<EightPresence> {
        let json = json.replace("OURS", &ids().id("u1").to_string());
        let origin = origin.map(|id| format!(r#"{{"publicationId":"{id}","source":"EXTERNAL"}}"#));
        let origin: Option<Origin<'_>> = origin.as_deref().map(|json| serde_json::from_str(json).unwrap());
        let wire: WirePresence<'_> = serde_json::from_str(&json).unwrap();
        wire.reading(&ids(), origin.as_ref(), Timestamp::from_millis(7)).unwrap().1
    }

    #[test]
    fn our_layer_is_told_apart_from_the_persons_own_state() {
        let reading = read(
            r#"{"userId":"u1","status":"BUSY","source":"EXTERNAL","since":"…","message":null,
                "layers":[{"source":"USER","status":"AVAILABLE","manual":false,"expiresAt":null},
                          {"source":"EXTERNAL","status":"BUSY","publicationId":"OURS"}],
                "call":{"active":false,"count":0},"cc":null,"revision":481923}"#,
            None,
        );
        let expected = EightPresence {
            shown: EightStatus::Busy,
            own: EightStatus::Available,
            call_active: false,
            manual: false,
            publication: Some(EightTarget::Busy),
        };
        assert_eq!(reading.presence, expected);
        assert_eq!(reading.revision, Some(Revision::Number(481_923)));
        assert_eq!(reading.unknown_words, None);
    }

    #[test]
    fn a_call_over_our_layer_is_the_persons_own_and_ours_is_still_seen() {
        let presence = read(
            r#"{"userId":"u1","status":"ON_CALL","source":"CALL","layers":[
                {"source":"USER","status":"DND","manual":true},{"source":"EXTERNAL","status":"BUSY","publicationId":"OURS"}],
                "call":{"active":true}}"#,
            None,
        )
        .presence;
        assert_eq!((presence.own, presence.publication), (EightStatus::OnCall, Some(EightTarget::Busy)));
        assert!(presence.call_active && presence.manual);
    }

    #[test]
    fn a_publication_of_another_application_is_not_ours() {
        let presence = read(
            r#"{"userId":"u1","status":"BUSY","source":"EXTERNAL","layers":[
                {"source":"EXTERNAL","status":"BUSY","publicationId":"p_1"}]}"#,
            None,
        )
        .presence;
        assert_eq!((presence.own, presence.publication), (EightStatus::Busy, None));
    }

    #[test]
    fn without_layers_the_origin_tells() {
        let json = r#"{"userId":"u1","status":"ON_CALL","source":"EXTERNAL"}"#;
        let ours = read(json, Some(&ids().id("u1").to_string())).presence;
        assert_eq!((ours.own, ours.publication), (EightStatus::Available, Some(EightTarget::OnCall)));
        let foreign = read(json, Some("p_1")).presence;
        assert_eq!((foreign.own, foreign.publication), (EightStatus::OnCall, None));
        assert_eq!(read(json, None).presence.own, EightStatus::OnCall);
        assert!(!ours.call_active);
    }

    #[test]
    fn unknown_words_are_kept_raw_and_never_fail() {
        let reading = read(
            r#"{"userId":"u1","status":"NAPPING","source":"BOT","layers":[{"source":"BOT","status":"NAPPING"},{}],
                "call":null,"revision":"12","brandNew":{"a":1}}"#,
            None,
        );
        assert_eq!(reading.presence.own, EightStatus::Unrecognised);
        assert_eq!(reading.unknown_words.as_deref(), Some("status=NAPPING source=BOT"));
        assert_eq!(reading.revision, Some(Revision::Number(12)));
    }
}
