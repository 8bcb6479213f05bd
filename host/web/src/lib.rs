//! The administration API of presync.
