//! A serialiser into a hash that counts moments and revisions as `canon` says.

use std::hash::{DefaultHasher, Hash, Hasher};

use presync_core::time::Timestamp;
use presync_core::words::Side;
use serde::ser::{
    Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleVariant, Serializer,
};

use super::{Context, LONGEST_READ};

/// See the module.
#[derive(Debug)]
pub(super) struct Canon<'a> {
    context: &'a Context,
    hasher: &'a mut DefaultHasher,
    side: Side,
    structure: &'static str,
    field: &'static str,
    /// The trace at hand is one that no reading can show any more.
    dead: bool,
}

/// What the model's own types cannot bring about.
#[derive(Debug, thiserror::Error)]
pub(super) enum CanonError {
    #[error("{0}")]
    Said(String),
}

impl serde::ser::Error for CanonError {
    fn custom<T: std::fmt::Display>(text: T) -> Self {
        Self::Said(text.to_string())
    }
}

impl<'a> Canon<'a> {
    pub(super) fn new(context: &'a Context, hasher: &'a mut DefaultHasher) -> Self {
        Self { context, hasher, side: Side::Teams, structure: "", field: "", dead: false }
    }

    /// Adds a value; revisions in it are those of this side, where its fields do not say another.
    pub(super) fn add(&mut self, side: Side, value: &impl Serialize) {
        (self.side, self.structure, self.field) = (side, "", "");
        // What cannot be serialised counts as its error, and none of the types here has any.
        if let Err(error) = value.serialize(&mut *self) {
            error.to_string().hash(self.hasher);
        }
    }

    fn moment(&mut self, moment: Timestamp, horizon: std::time::Duration) {
        if moment == Timestamp::NEVER {
            2u8.hash(self.hasher);
        } else if moment > self.context.now {
            (1u8, moment.since(self.context.now)).hash(self.hasher);
        } else {
            let ago = self.context.now.since(moment);
            (0u8, (ago <= horizon).then_some(ago)).hash(self.hasher);
        }
    }

    fn number(&mut self, number: u64) {
        let at = Timestamp::from_millis(number);
        match (self.structure, self.field) {
            (_, "since") => {}
            (_, "retry_at" | "recheck_at") => self.moment(at, std::time::Duration::ZERO),
            ("Own" | "Sighting", "read_at") | ("Trace", "sent_at") => self.moment(at, LONGEST_READ),
            ("Trace", "until") => {
                let horizon = LONGEST_READ + self.context.settle;
                self.dead = at != Timestamp::NEVER && self.context.now.since(at) > horizon;
                self.moment(at, horizon);
            }
            (_, "acked_at" | "until") => self.moment(at, LONGEST_READ + self.context.settle),
            (_, "sent_at") => self.moment(at, self.context.renewal),
            (_, "revision") => {
                let known = match self.side {
                    Side::Teams => &self.context.teams,
                    Side::Eight => &self.context.eight,
                };
                known.binary_search(&number).hash(self.hasher);
            }
            _ => number.hash(self.hasher),
        }
    }
}

/// The parts of something that has several.
pub(super) struct Parts<'b, 'a> {
    canon: &'b mut Canon<'a>,
    structure: &'static str,
    side: Side,
    /// What stood in the hash before a trace began.
    before: Option<DefaultHasher>,
}

impl Parts<'_, '_> {
    fn part<T: ?Sized + Serialize>(&mut self, field: Option<&'static str>, value: &T) -> Result<(), CanonError> {
        self.canon.side = match field {
            Some("teams") => Side::Teams,
            Some("eight") => Side::Eight,
            _ => self.side,
        };
        if let Some(field) = field {
            (self.canon.structure, self.canon.field) = (self.structure, field);
        }
        value.serialize(&mut *self.canon)
    }

    /// A dead trace counts as none.
    fn close(self) {
        if let Some(before) = self.before {
            let trace = std::mem::replace(self.canon.hasher, before);
            if !self.canon.dead {
                trace.finish().hash(self.canon.hasher);
            }
        }
    }
}

macro_rules! plain {
    ($($method:ident: $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<(), CanonError> {
            value.hash(self.hasher);
            Ok(())
        })+
    };
}

impl<'b, 'a> Serializer for &'b mut Canon<'a> {
    type Ok = ();
    type Error = CanonError;
    type SerializeSeq = Parts<'b, 'a>;
    type SerializeTuple = Parts<'b, 'a>;
    type SerializeTupleStruct = Impossible<(), CanonError>;
    type SerializeTupleVariant = Parts<'b, 'a>;
    type SerializeMap = Impossible<(), CanonError>;
    type SerializeStruct = Parts<'b, 'a>;
    type SerializeStructVariant = Parts<'b, 'a>;

    plain!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    plain!(serialize_u16: u16, serialize_u32: u32, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8]);

    fn serialize_u8(self, value: u8) -> Result<(), CanonError> {
        if self.field != "failures" {
            value.hash(self.hasher);
        }
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), CanonError> {
        self.number(value);
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), CanonError> {
        value.to_bits().hash(self.hasher);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), CanonError> {
        value.to_bits().hash(self.hasher);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), CanonError> {
        0u8.hash(self.hasher);
        Ok(())
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), CanonError> {
        1u8.hash(self.hasher);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), CanonError> {
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), CanonError> {
        Ok(())
    }

    fn serialize_unit_variant(self, _name: &'static str, index: u32, _word: &'static str) -> Result<(), CanonError> {
        index.hash(self.hasher);
        Ok(())
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, _name: &'static str, value: &T) -> Result<(), CanonError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _name: &'static str,
        index: u32,
        _word: &'static str,
        value: &T,
    ) -> Result<(), CanonError> {
        index.hash(self.hasher);
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Parts<'b, 'a>, CanonError> {
        length.is_some().hash(self.hasher);
        Ok(Parts { side: self.side, structure: self.structure, canon: self, before: None })
    }

    fn serialize_tuple(self, _length: usize) -> Result<Parts<'b, 'a>, CanonError> {
        Ok(Parts { side: self.side, structure: self.structure, canon: self, before: None })
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleStruct, CanonError> {
        Err(CanonError::Said(format!("{name} has fields without names")))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        _word: &'static str,
        _length: usize,
    ) -> Result<Parts<'b, 'a>, CanonError> {
        index.hash(self.hasher);
        Ok(Parts { side: self.side, structure: name, canon: self, before: None })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Self::SerializeMap, CanonError> {
        Err(CanonError::Said("a map has no order".to_owned()))
    }

    fn serialize_struct(self, name: &'static str, _length: usize) -> Result<Parts<'b, 'a>, CanonError> {
        let before = (name == "Trace").then(|| std::mem::take(self.hasher));
        Ok(Parts { side: self.side, structure: name, canon: self, before })
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        _word: &'static str,
        _length: usize,
    ) -> Result<Parts<'b, 'a>, CanonError> {
        index.hash(self.hasher);
        Ok(Parts { side: self.side, structure: name, canon: self, before: None })
    }
}

macro_rules! parts {
    ($($of:ident: $method:ident),+) => {
        $(impl $of for Parts<'_, '_> {
            type Ok = ();
            type Error = CanonError;

            fn $method<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), CanonError> {
                self.part(None, value)
            }

            fn end(self) -> Result<(), CanonError> {
                self.close();
                Ok(())
            }
        })+
    };
}

parts!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleVariant: serialize_field);

macro_rules! fields {
    ($($of:ty),+) => {
        $(impl $of for Parts<'_, '_> {
            type Ok = ();
            type Error = CanonError;

            fn serialize_field<T: ?Sized + Serialize>(&mut self, field: &'static str, value: &T) -> Result<(), CanonError> {
                self.part(Some(field), value)
            }

            fn end(self) -> Result<(), CanonError> {
                self.close();
                Ok(())
            }
        })+
    };
}

fields!(SerializeStruct, serde::ser::SerializeStructVariant);
