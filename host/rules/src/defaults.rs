//! The rules that presync carries: the two default maps, which are beneath every chain, and the rule without code, which is an override
//! like any other.

use presync_core::words::Direction;
use serde_json::Value;

use crate::chain::Chain;
use crate::error::{ChainError, LoadError};
use crate::host::RuleHost;
use crate::limits::Limits;
use crate::question::Verdict;
use crate::rule::LoadedRule;

/// The component of the default map from Teams to 8x8.
pub const TEAMS_TO_EIGHT: &[u8] = include_bytes!("../../../plugins/teams-to-8x8/teams-to-8x8.wasm");

/// The component of the default map from 8x8 to Teams.
pub const EIGHT_TO_TEAMS: &[u8] = include_bytes!("../../../plugins/8x8-to-teams/8x8-to-teams.wasm");

/// The component of the rule without code from Teams to 8x8. Its settings are `{ "lines": [{ "when": {…}, "then": {…} }, …] }`.
pub const TABLE_TEAMS_TO_EIGHT: &[u8] = include_bytes!("../../../plugins/table-teams-to-8x8/table-teams-to-8x8.wasm");

/// The component of the rule without code from 8x8 to Teams.
pub const TABLE_EIGHT_TO_TEAMS: &[u8] = include_bytes!("../../../plugins/table-8x8-to-teams/table-8x8-to-teams.wasm");

/// The component of the default map of one direction. Its name is the direction's label.
pub const fn component(direction: Direction) -> &'static [u8] {
    match direction {
        Direction::TeamsToEight => TEAMS_TO_EIGHT,
        Direction::EightToTeams => EIGHT_TO_TEAMS,
    }
}

/// The component of the rule without code of one direction.
pub const fn table(direction: Direction) -> &'static [u8] {
    match direction {
        Direction::TeamsToEight => TABLE_TEAMS_TO_EIGHT,
        Direction::EightToTeams => TABLE_EIGHT_TO_TEAMS,
    }
}

/// The default map of one direction, ready to use.
pub fn load(host: &RuleHost, direction: Direction) -> Result<LoadedRule, LoadError> {
    host.load(component(direction), Some(direction), &Value::Null, Limits::default())
}

/// A chain of the default map and then the given overrides.
pub fn chain<V: Verdict>(host: &RuleHost, overrides: Vec<LoadedRule>) -> Result<Chain<V>, ChainError> {
    let mut rules = vec![load(host, V::DIRECTION).map_err(ChainError::Default)?];
    rules.extend(overrides);
    Chain::new(rules)
}
