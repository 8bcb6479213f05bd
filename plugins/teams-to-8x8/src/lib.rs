//! The default rule from Teams to 8x8.
