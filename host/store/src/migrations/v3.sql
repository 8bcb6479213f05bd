-- Version 3: sync users who have signed in, each with a refresh token.

-- The token is sealed (AES-256-GCM) with the key in the file beside the database: a copy of the database alone opens nothing.
CREATE TABLE sign_ins (
    tenant       INTEGER NOT NULL REFERENCES tenants (tenant),
    directory    TEXT    NOT NULL,           -- Entra's tenant id
    user         TEXT    NOT NULL,           -- object id in that directory
    sync_user    TEXT,                       -- which of the settings it is; NULL until that is known
    signed_in_at INTEGER,                    -- milliseconds since the Unix epoch
    token        BLOB    NOT NULL,           -- nonce, sealed token, tag
    PRIMARY KEY (tenant, directory, user)
) STRICT, WITHOUT ROWID;
