//! The rule without code, as a component from Teams to 8x8. Everything that it does is in `table_rule`.

presync_rule::export_teams_to_eight!(table_rule::TableToEight);
