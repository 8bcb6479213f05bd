//! The standard error output, on which no line at info or above shows a person's address.
//!
//! The service logs tenants and links, and no addresses. But a trouble may quote the settings, or a provider's own words, and those may
//! hold one. Here is the one place that every line passes, so here it is made sure. At debug and below addresses stay: whoever asks for
//! that much wants to see them.

use std::io::{self, Write};

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// What stands in place of an address.
const MASK: &str = "<address>";

/// See the module.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandardError;

/// Writes one line, with or without its addresses.
#[derive(Debug)]
pub(super) struct Line {
    masks: bool,
}

impl<'a> MakeWriter<'a> for StandardError {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line { masks: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line {
        Line { masks: *metadata.level() <= Level::INFO }
    }
}

impl Write for Line {
    /// Called with a whole line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut out = io::stderr().lock();
        match std::str::from_utf8(line) {
            Ok(text) if self.masks && text.contains('@') => out.write_all(masked(text).as_bytes())?,
            _ => out.write_all(line)?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// The text with a mask in place of every address.
fn masked(text: &str) -> String {
    // What an address may be made of; a guest's user name holds `#EXT#`.
    let is_part = |letter: char| letter.is_alphanumeric() || "@._%+-#'!$&*=~^`{|}".contains(letter);
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(word);
        match word.rfind('@') {
            // `name=value` is how fields are written: what stands before the value is kept.
            Some(at) => {
                let field = word.get(..at).and_then(|before| before.rfind('=')).map_or(0, |equals| equals + 1);
                masked.push_str(word.get(..field).unwrap_or_default());
                masked.push_str(MASK);
            }
            None => masked.push_str(word),
        }
        let others = after.find(is_part).unwrap_or(after.len());
        let (others, next) = after.split_at(others);
        masked.push_str(others);
        rest = next;
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_and_the_rest_stays() {
        for (text, expected) in [
            ("nobody is called ann@corp.com, bob.o'neil+x@corp.co.uk", "nobody is called <address>, <address>"),
            ("tenant=acme user=ann@corp.com link=7", "tenant=acme user=<address> link=7"),
            ("\"max_ext.org#EXT#@home.onmicrosoft.com\" is a guest", "\"<address>\" is a guest"),
            ("jörg@müller.de; (zoë@x.io)", "<address>; (<address>)"),
            ("3 people @ 10:00\n", "3 people <address> 10:00\n"),
            ("nothing to see: 127.0.0.1:8088 äöü", "nothing to see: 127.0.0.1:8088 äöü"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }
}
