//! Strings and numbers of an answer, in all the ways that providers write them, and provider text made fit for a sentence.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// A string of an answer, borrowed from its bytes unless it holds an escape. A number is taken as its text, since
/// providers change the one into the other. (`Option<Cow<str>>` would always copy.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or a number")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(number.to_string())))
            }
        }

        deserializer.deserialize_any(TextVisitor)
    }
}

/// A whole number that may come as a string: 8x8's token service quotes them, its other services do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        text.as_str().trim().parse().map(Number).map_err(|_| Error::custom("not a whole number"))
    }
}

/// Provider text as part of one of our sentences: one line, at most 200 characters, without mail addresses.
pub fn plain(text: &str) -> Box<str> {
    const LONGEST: usize = 200;
    let words: Vec<&str> =
        text.split_whitespace().map(|word| if word.contains('@') { "<address>" } else { word }).collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(LONGEST).collect::<String>().into_boxed_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_quoted() {
        let numbers: Vec<Number> = serde_json::from_str(r#"["1799", 1799]"#).unwrap();
        assert_eq!(numbers, [Number(1799), Number(1799)]);
        assert!(serde_json::from_str::<Number>(r#""soon""#).is_err());
    }

    #[test]
    fn a_text_is_borrowed_unless_it_holds_an_escape() {
        let texts: Vec<Text<'_>> = serde_json::from_str(r#"["BUSY", "B\u0055SY", 17]"#).unwrap();
        assert!(matches!(texts[0].0, Cow::Borrowed("BUSY")));
        assert_eq!(texts[1].as_str(), "BUSY");
        assert_eq!(texts[2].as_str(), "17");
    }

    #[test]
    fn a_sentence_holds_no_address_and_no_line_break() {
        assert_eq!(&*plain("user jane@corp.com\r\nnot found"), "user <address> not found");
        assert_eq!(plain(&"é".repeat(500)).chars().count(), 200);
    }
}
