//! Words for eyes: those of a guest are cut to a length and freed of control characters first.

/// The text without control characters (line breaks and tabs become spaces), at most `bytes` long; a cut is marked by `…`.
pub(crate) fn tamed(text: &str, bytes: usize) -> String {
    let mut out = String::with_capacity(text.len().min(bytes));
    for c in text.chars() {
        let shown = match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() || is_direction_mark(c) => continue,
            c => c,
        };
        if out.len() + shown.len_utf8() > bytes {
            while out.len() + '…'.len_utf8() > bytes && out.pop().is_some() {}
            out.push('…');
            break;
        }
        out.push(shown);
    }
    out
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Characters that reorder the text around them and can make a line read as another.
const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(tamed("Zoë is on a call", 64), "Zoë is on a call");
    }

    #[test]
    fn terminal_escapes_and_line_breaks_are_taken_out() {
        assert_eq!(tamed("a\u{1b}[31mb\nc\u{202e}d", 64), "a[31mb cd");
    }

    #[test]
    fn long_text_is_cut_on_a_character_and_marked() {
        let cut = tamed(&"é".repeat(100), 16);
        assert_eq!(cut, "éééééé…");
        assert!(cut.len() <= 16);
    }
}
