//! 8x8 for presync: tokens, directory, presence feed, publications.
