//! An Extism plug-in with the same map: bytes in, bytes out, so the questions are encoded by the host and decoded by the guest.
//!
//! JSON and MessagePack are the encodings that Extism brings. Postcard is the most compact that serde has: one line in host and guest
//! with Extism's `encoding!`, and the fastest that we know of.

use anyhow::{Context, Result};
use extism::convert::{Json, Msgpack, encoding};
use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, Wasm};
use presync_core::rule::{PublishVerdict, Subject};

use super::Contestant;

encoding!(Postcard, postcard::to_allocvec, postcard::from_bytes);

/// How the questions are carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Extism's `Json`.
    Json,
    /// Extism's `Msgpack`.
    Msgpack,
    /// An `encoding!` over postcard.
    Postcard,
}

/// A plug-in that stays in memory from call to call, as Extism's plug-ins do.
#[derive(Debug)]
pub struct Extism {
    plugin: Plugin,
    encoding: Encoding,
}

impl Extism {
    /// The plug-in, with an instance of its own.
    pub fn new(encoding: Encoding) -> Result<Self> {
        Self::of(&Self::compiled()?, encoding)
    }

    /// The plug-in, compiled: what a fresh instance is made of.
    pub fn compiled() -> Result<CompiledPlugin> {
        let file = env!("EXTISM_MAP");
        let bytes = std::fs::read(file).with_context(|| format!("reading {file}"))?;
        PluginBuilder::new(Manifest::new([Wasm::data(bytes)])).with_cache_disabled().compile()
    }

    /// A fresh instance.
    pub fn of(compiled: &CompiledPlugin, encoding: Encoding) -> Result<Self> {
        Ok(Self { plugin: Plugin::new_from_compiled(compiled)?, encoding })
    }
}

impl Contestant for Extism {
    fn verdicts(&mut self, subjects: &[Subject]) -> Result<Vec<PublishVerdict>> {
        let batch = wire::Batch { questions: subjects.iter().map(wire::Question::about).collect(), explain: false };
        Ok(match self.encoding {
            Encoding::Json => self.plugin.call::<_, Json<Vec<PublishVerdict>>>("json", Json(batch))?.0,
            Encoding::Msgpack => self.plugin.call::<_, Msgpack<Vec<PublishVerdict>>>("msgpack", Msgpack(batch))?.0,
            Encoding::Postcard => self.plugin.call::<_, Postcard<Vec<PublishVerdict>>>("compact", Postcard(batch))?.0,
        })
    }
}
