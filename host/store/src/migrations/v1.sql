-- Version 1: tenants, links, states, the event log.

-- Names are given to numbers once, so that the rows below stay short.
CREATE TABLE tenants (
    tenant     INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    next_link  INTEGER NOT NULL DEFAULT 1,  -- rises only, so no id is ever given twice
    next_event INTEGER NOT NULL DEFAULT 1
) STRICT;

-- A link that has been removed keeps its row without the names: the same pair gets its old id when it comes back.
CREATE TABLE links (
    tenant              INTEGER NOT NULL REFERENCES tenants (tenant),
    link                INTEGER NOT NULL,
    teams_id            TEXT    NOT NULL,
    eight_id            TEXT    NOT NULL,
    user_principal_name TEXT    NOT NULL,
    email               TEXT    NOT NULL,
    display_name        TEXT    NOT NULL,
    in_force            INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant, link),
    UNIQUE (tenant, teams_id, eight_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE states (
    tenant   INTEGER NOT NULL,
    link     INTEGER NOT NULL,
    snapshot TEXT    NOT NULL,
    PRIMARY KEY (tenant, link),
    FOREIGN KEY (tenant, link) REFERENCES links (tenant, link)
) STRICT, WITHOUT ROWID;

-- Events outlive their link.
CREATE TABLE events (
    tenant INTEGER NOT NULL REFERENCES tenants (tenant),
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,                -- milliseconds since the Unix epoch
    link   INTEGER,
    kind   TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    PRIMARY KEY (tenant, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX events_of_link ON events (tenant, link, seq) WHERE link IS NOT NULL;
