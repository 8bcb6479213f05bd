-- Version 4: what was set at 8x8 and does not end by itself.

CREATE TABLE set_at_eight (
    tenant INTEGER NOT NULL REFERENCES tenants (tenant),
    kind   TEXT    NOT NULL,                 -- 'extension' or 'agent'
    key    TEXT    NOT NULL,                 -- the 8x8 user's id, or the agent's
    note   TEXT    NOT NULL,
    PRIMARY KEY (tenant, kind, key)
) STRICT, WITHOUT ROWID;
