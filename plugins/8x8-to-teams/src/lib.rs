//! The default rule from 8x8 to Teams.
