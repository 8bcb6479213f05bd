//! Who is linked. An id is given to a pair of ids once and stays with it, also while the link is removed.

use presync_core::id::{EightUserId, LinkId, TeamsUserId};
use rusqlite::{CachedStatement, OptionalExtension, Row, params};

use super::TenantStore;
use crate::error::StoreError;
use crate::record::{NewLink, StoredLink};

impl TenantStore {
    /// The links in force, in the order of their ids.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn links(&self) -> Result<Vec<StoredLink>, StoreError> {
        self.database.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT link, teams_id, eight_id, user_principal_name, email, display_name
                     FROM links WHERE tenant = ?1 AND in_force ORDER BY link",
                )?
                .query_map([self.tenant], stored_link)?
                .collect()
        })
    }

    /// Adds links, in one transaction, and gives them back with their ids in the same order. A pair that has been linked before
    /// gets its old id and takes the names given here.
    ///
    /// # Errors
    /// When the database cannot be written; then none has been added.
    pub fn add_links(&self, links: &[NewLink]) -> Result<Vec<StoredLink>, StoreError> {
        self.database.write(|transaction| {
            let mut next: u32 =
                transaction
                    .query_row("SELECT next_link FROM tenants WHERE tenant = ?1", [self.tenant], |row| row.get(0))?;
            let mut find = transaction
                .prepare_cached("SELECT link FROM links WHERE tenant = ?1 AND teams_id = ?2 AND eight_id = ?3")?;
            let mut put = transaction.prepare_cached(
                "INSERT INTO links (tenant, link, teams_id, eight_id, user_principal_name, email, display_name)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (tenant, link) DO UPDATE SET in_force = 1,
                    user_principal_name = excluded.user_principal_name, email = excluded.email,
                    display_name = excluded.display_name",
            )?;
            let mut added = Vec::with_capacity(links.len());
            for link in links {
                let id = match self.old_id(&mut find, link)? {
                    Some(id) => id,
                    None => {
                        next += 1;
                        LinkId(next - 1)
                    }
                };
                put.execute(params![
                    self.tenant,
                    id.0,
                    link.teams_id.as_str(),
                    link.eight_id.as_str(),
                    link.user_principal_name,
                    link.email,
                    link.display_name,
                ])?;
                added.push(with_id(id, link));
            }
            transaction.execute("UPDATE tenants SET next_link = ?2 WHERE tenant = ?1", (self.tenant, next))?;
            Ok(added)
        })
    }

    /// Removes links, in one transaction: their names and states are forgotten, their events kept. Unknown ids are passed over.
    ///
    /// # Errors
    /// When the database cannot be written; then none has been removed.
    pub fn remove_links(&self, links: &[LinkId]) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let mut forget = transaction.prepare_cached("DELETE FROM states WHERE tenant = ?1 AND link = ?2")?;
            let mut remove = transaction.prepare_cached(
                "UPDATE links SET in_force = 0, user_principal_name = '', email = '', display_name = ''
                 WHERE tenant = ?1 AND link = ?2",
            )?;
            for link in links {
                forget.execute((self.tenant, link.0))?;
                remove.execute((self.tenant, link.0))?;
            }
            Ok(())
        })
    }

    /// The id that this pair has had before, or has now.
    fn old_id(&self, find: &mut CachedStatement<'_>, link: &NewLink) -> rusqlite::Result<Option<LinkId>> {
        find.query_row((self.tenant, link.teams_id.as_str(), link.eight_id.as_str()), |row| row.get(0).map(LinkId))
            .optional()
    }
}

fn stored_link(row: &Row<'_>) -> rusqlite::Result<StoredLink> {
    Ok(StoredLink {
        id: LinkId(row.get(0)?),
        teams_id: TeamsUserId::from(row.get_ref(1)?.as_str()?),
        eight_id: EightUserId::from(row.get_ref(2)?.as_str()?),
        user_principal_name: row.get(3)?,
        email: row.get(4)?,
        display_name: row.get(5)?,
    })
}

fn with_id(id: LinkId, link: &NewLink) -> StoredLink {
    let NewLink { teams_id, eight_id, user_principal_name, email, display_name } = link.clone();
    StoredLink { id, teams_id, eight_id, user_principal_name, email, display_name }
}
