//! Which versions of a tenant's rules were in force, which are kept out, and the number that every change of them gets.

use presync_core::time::Timestamp;
use rusqlite::{Row, Transaction, params};

use super::TenantStore;
use super::events::{millis, signed};
use crate::error::StoreError;
use crate::record::{RuleAside, RuleVersion, RulesChange, StoredRules};

/// Versions of a slot that are kept, with their components.
pub const VERSIONS_KEPT: u32 = 5;

impl TenantStore {
    /// What is known of the tenant's rules.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn rules(&self) -> Result<StoredRules, StoreError> {
        self.database.read(|connection| {
            let generation = "SELECT generation FROM tenants WHERE tenant = ?1";
            let generation: i64 = connection.query_row(generation, [self.tenant], |row| row.get(0))?;
            let versions = "SELECT slot, digest, name, version, generation, since FROM rule_versions
                 WHERE tenant = ?1 ORDER BY generation DESC, slot";
            let versions = connection.prepare_cached(versions)?.query_map([self.tenant], version)?.collect::<Result<_, _>>()?;
            let aside = "SELECT slot, digest, name, version, why, by_hand, at FROM rules_set_aside WHERE tenant = ?1 ORDER BY at, slot";
            let aside = connection.prepare_cached(aside)?.query_map([self.tenant], set_aside)?.collect::<Result<_, _>>()?;
            Ok(StoredRules { generation: generation.unsigned_abs(), versions, aside })
        })
    }

    /// A component that was in force, by its digest; `None` when it is not kept (any more).
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn component(&self, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.components.get(digest)
    }

    /// Stores a change of the tenant's rules as a whole or not at all: the components first, so that every version that is known
    /// can come back; then what is known, in one transaction. Components that no tenant needs any longer are dropped.
    ///
    /// # Errors
    /// When a file or the database cannot be written. A component too many may be left then, and nothing is known of it.
    pub fn change_rules(&self, change: &RulesChange) -> Result<(), StoreError> {
        let _alone = self.components.change();
        for (digest, bytes) in &change.components {
            self.components.keep(digest, bytes)?;
        }
        let unneeded = self.database.write(|transaction| {
            let raise = "UPDATE tenants SET generation = max(generation, ?2) WHERE tenant = ?1";
            transaction.prepare_cached(raise)?.execute((self.tenant, signed(change.generation)))?;
            let mut put = transaction.prepare_cached(
                "INSERT OR REPLACE INTO rule_versions (tenant, slot, digest, name, version, generation, since)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?;
            for RuleVersion { slot, digest, name, version, generation, since } in &change.in_force {
                let (generation, since) = (signed(*generation), millis(*since));
                put.execute(params![self.tenant, slot, digest, name, version, generation, since])?;
            }
            let forget = "DELETE FROM rules_set_aside WHERE tenant = ?1 AND slot = ?2";
            for slot in &change.none_aside {
                transaction.prepare_cached(forget)?.execute((self.tenant, slot))?;
            }
            let mut aside = transaction.prepare_cached(
                "INSERT OR REPLACE INTO rules_set_aside (tenant, slot, digest, name, version, why, by_hand, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            for RuleAside { slot, digest, name, version, why, by_hand, at } in &change.aside {
                aside.execute(params![self.tenant, slot, digest, name, version, why, by_hand, millis(*at)])?;
            }
            self.append(transaction, &change.events)?;
            let slots = change.in_force.iter().map(|version| version.slot.as_str());
            self.cut_versions(transaction, slots)
        })?;
        self.filed.send_replace(());
        unneeded.iter().try_for_each(|digest| self.components.remove(digest))
    }

    /// Forgets the oldest versions of these slots beyond the number that is kept; gives the components that nobody needs now.
    fn cut_versions<'a>(
        &self,
        transaction: &Transaction<'_>,
        slots: impl Iterator<Item = &'a str>,
    ) -> rusqlite::Result<Vec<String>> {
        let mut unneeded = Vec::new();
        let mut old = transaction.prepare_cached(
            "SELECT digest FROM rule_versions WHERE tenant = ?1 AND slot = ?2 ORDER BY generation DESC LIMIT -1 OFFSET ?3",
        )?;
        let mut forget =
            transaction.prepare_cached("DELETE FROM rule_versions WHERE tenant = ?1 AND slot = ?2 AND digest = ?3")?;
        let mut needed = transaction.prepare_cached("SELECT EXISTS (SELECT 1 FROM rule_versions WHERE digest = ?1)")?;
        for slot in slots {
            let old: Vec<String> = old
                .query_map(params![self.tenant, slot, VERSIONS_KEPT], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for digest in old {
                forget.execute((self.tenant, slot, &digest))?;
                if !needed.query_row([&digest], |row| row.get::<_, bool>(0))? {
                    unneeded.push(digest);
                }
            }
        }
        Ok(unneeded)
    }
}

fn version(row: &Row<'_>) -> rusqlite::Result<RuleVersion> {
    Ok(RuleVersion {
        slot: row.get(0)?,
        digest: row.get(1)?,
        name: row.get(2)?,
        version: row.get(3)?,
        generation: row.get::<_, i64>(4)?.unsigned_abs(),
        since: Timestamp::from_millis(row.get::<_, i64>(5)?.unsigned_abs()),
    })
}

fn set_aside(row: &Row<'_>) -> rusqlite::Result<RuleAside> {
    Ok(RuleAside {
        slot: row.get(0)?,
        digest: row.get(1)?,
        name: row.get(2)?,
        version: row.get(3)?,
        why: row.get(4)?,
        by_hand: row.get(5)?,
        at: Timestamp::from_millis(row.get::<_, i64>(6)?.unsigned_abs()),
    })
}
