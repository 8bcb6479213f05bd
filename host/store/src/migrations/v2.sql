-- Version 2: which versions of a tenant's rules were in force, and which are kept out.

-- Rises with every change of the tenant's rules, so that no number ever means two things.
ALTER TABLE tenants ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;

-- The versions of a slot (one override of the settings) that were in force for everyone, the last few of them.
CREATE TABLE rule_versions (
    tenant     INTEGER NOT NULL REFERENCES tenants (tenant),
    slot       TEXT    NOT NULL,
    digest     TEXT    NOT NULL,             -- names the component, which is kept beside the database
    name       TEXT    NOT NULL,
    version    TEXT    NOT NULL,
    generation INTEGER NOT NULL,             -- that put it in force last
    since      INTEGER NOT NULL,             -- milliseconds since the Unix epoch
    PRIMARY KEY (tenant, slot, digest)
) STRICT, WITHOUT ROWID;

-- Versions that are not put in force again until the slot has got another one.
CREATE TABLE rules_set_aside (
    tenant  INTEGER NOT NULL REFERENCES tenants (tenant),
    slot    TEXT    NOT NULL,
    digest  TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    version TEXT    NOT NULL,
    why     TEXT    NOT NULL,
    by_hand INTEGER NOT NULL,                -- 1: somebody did so; 0: it failed too often
    at      INTEGER NOT NULL,
    PRIMARY KEY (tenant, slot, digest)
) STRICT, WITHOUT ROWID;
