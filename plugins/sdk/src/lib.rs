//! Write a presync rule: one trait, one macro.
