//! What a component is made of, read from its bytes: memory and tables that an instance starts with, and who made it.

use thiserror::Error;
use wasmparser::{BinaryReaderError, KnownCustom, Parser, Payload, ProducersSectionReader};

/// A page of linear memory, in bytes.
const PAGE: u64 = 64 * 1024;

/// The longest name of a producer that is shown, in characters; a component may claim anything.
const NAME: usize = 48;

/// A component that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the component cannot be read: {reason}")]
pub struct AnatomyError {
    reason: String,
}

/// What a component is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Anatomy {
    /// Bytes of memory that an instance starts with.
    pub memory: u64,
    /// Elements of all tables that an instance starts with.
    pub table_elements: u64,
    /// The tools that say they made it, such as `rustc 1.95.0`, in order and each once.
    pub producers: Vec<String>,
}

/// Looks into a component.
///
/// # Errors
/// When the bytes are no WebAssembly.
pub fn anatomy(bytes: &[u8]) -> Result<Anatomy, AnatomyError> {
    read(bytes).map_err(|error| AnatomyError { reason: error.to_string() })
}

fn read(bytes: &[u8]) -> Result<Anatomy, BinaryReaderError> {
    let mut anatomy = Anatomy::default();
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::MemorySection(section) => {
                for memory in section {
                    anatomy.memory = anatomy.memory.saturating_add(memory?.initial.saturating_mul(PAGE));
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    anatomy.table_elements = anatomy.table_elements.saturating_add(table?.ty.initial);
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Producers(producers) = section.as_known() {
                    anatomy.add(producers)?;
                }
            }
            _ => {}
        }
    }
    Ok(anatomy)
}

impl Anatomy {
    fn add(&mut self, producers: ProducersSectionReader<'_>) -> Result<(), BinaryReaderError> {
        for field in producers {
            for value in field?.values {
                let value = value?;
                let named = format!("{} {}", plain(value.name), plain(value.version)).trim_end().to_owned();
                if !self.producers.contains(&named) {
                    self.producers.push(named);
                }
            }
        }
        Ok(())
    }
}

/// A claim of the component's that a terminal can show.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_map_starts_with_little() {
        let anatomy = anatomy(presync_rules::defaults::TEAMS_TO_EIGHT).unwrap();
        assert!((PAGE..=8 * PAGE).contains(&anatomy.memory), "{anatomy:?}");
        assert!((1..1000).contains(&anatomy.table_elements), "{anatomy:?}");
        assert!(anatomy.producers.iter().any(|tool| tool.starts_with("wit-component ")), "{anatomy:?}");
    }

    #[test]
    fn something_else_cannot_be_read() {
        assert!(anatomy(b"#!/bin/sh\n").unwrap_err().to_string().starts_with("the component cannot be read"));
    }
}
