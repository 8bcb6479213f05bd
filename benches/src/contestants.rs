//! Who is compared. Each is set up once, and then goes from the host's subjects to the host's verdicts, however it carries them.

mod extism;
mod native;
mod presync;
mod rhai;

use anyhow::{Result, ensure};
use presync_core::rule::{PublishVerdict, Subject};

pub use extism::{Encoding, Extism};
pub use native::Native;
pub use presync::{Presync, answers};
pub use rhai::Rhai;

/// Someone who can say what 8x8 shows.
pub trait Contestant {
    /// One verdict per subject, in order.
    fn verdicts(&mut self, subjects: &[Subject]) -> Result<Vec<PublishVerdict>>;
}

/// Everyone, under the names that the figures have.
pub fn all() -> Result<Vec<(&'static str, Box<dyn Contestant>)>> {
    Ok(vec![
        ("presync", Box::new(Presync::new()?) as Box<dyn Contestant>),
        ("native", Box::new(Native)),
        ("rhai", Box::new(Rhai::new()?)),
        ("extism-json", Box::new(Extism::new(Encoding::Json)?)),
        ("extism-msgpack", Box::new(Extism::new(Encoding::Msgpack)?)),
        ("extism-postcard", Box::new(Extism::new(Encoding::Postcard)?)),
    ])
}

/// Refuses to measure contestants that do not answer the same.
pub fn agree(contestants: &mut [(&'static str, Box<dyn Contestant>)], subjects: &[Subject]) -> Result<()> {
    let expected = Native.verdicts(subjects)?;
    for (name, contestant) in contestants {
        ensure!(contestant.verdicts(subjects)? == expected, "{name} does not answer what the native map answers");
    }
    Ok(())
}
