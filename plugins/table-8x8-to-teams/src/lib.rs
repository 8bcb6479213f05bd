//! The rule without code, as a component from 8x8 to Teams. Everything that it does is in `table_rule`.

presync_rule::export_eight_to_teams!(table_rule::TableToTeams);
