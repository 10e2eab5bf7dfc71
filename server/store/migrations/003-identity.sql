-- Who may do what. Ids of people, logins, keys, shares and invitations are 12
-- random letters and digits; what is called hash is BLAKE2b-256 of a secret
-- with 256 random bits, what is called sealed is sealed with the server's key.
-- What is withdrawn or over is deleted; what had happened stands in audit.

CREATE TABLE teams (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  created_utc_us INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO teams VALUES ('default', 'Default', unixepoch() * 1000000);

ALTER TABLE drivers ADD COLUMN team TEXT NOT NULL DEFAULT 'default';

-- The token is an agent's that was paired; a stream key has none.
ALTER TABLE devices ADD COLUMN team TEXT NOT NULL DEFAULT 'default';
ALTER TABLE devices ADD COLUMN token_id TEXT;
ALTER TABLE devices ADD COLUMN token_hash BLOB;
ALTER TABLE devices ADD COLUMN last_seen_utc_us INTEGER;
ALTER TABLE devices ADD COLUMN version TEXT;
ALTER TABLE devices ADD COLUMN address TEXT;
CREATE UNIQUE INDEX devices_by_token ON devices (token_id);

ALTER TABLE readers ADD COLUMN team TEXT NOT NULL DEFAULT 'default';

-- totp_step is the newest time step whose code was taken: none is taken twice.
CREATE TABLE people (
  id                TEXT PRIMARY KEY,
  login             TEXT NOT NULL UNIQUE COLLATE NOCASE,
  name              TEXT NOT NULL,
  password_hash     TEXT NOT NULL,
  sealed_totp       BLOB,
  totp_step         INTEGER NOT NULL DEFAULT 0,
  created_utc_us    INTEGER NOT NULL,
  last_login_utc_us INTEGER
) WITHOUT ROWID;

CREATE TABLE members (
  team   TEXT NOT NULL REFERENCES teams (id),
  person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  role   TEXT NOT NULL CHECK (role IN ('viewer', 'coach', 'engineer', 'admin')),
  PRIMARY KEY (team, person)
) WITHOUT ROWID;
CREATE INDEX members_by_person ON members (person);

-- A login is a family of refresh tokens, of which one at a time is good.
CREATE TABLE logins (
  id             TEXT PRIMARY KEY,
  person         TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  team           TEXT NOT NULL,
  started_utc_us INTEGER NOT NULL,
  last_utc_us    INTEGER NOT NULL,
  expires_utc_us INTEGER NOT NULL,
  address        TEXT NOT NULL,
  agent          TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX logins_by_person ON logins (person, started_utc_us);

-- Used ones are kept for a while: one that comes again was stolen.
CREATE TABLE refresh_tokens (
  id             TEXT PRIMARY KEY,
  login          TEXT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
  hash           BLOB NOT NULL,
  created_utc_us INTEGER NOT NULL,
  used_utc_us    INTEGER
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_login ON refresh_tokens (login, created_utc_us);

CREATE TABLE invitations (
  id             TEXT PRIMARY KEY,
  team           TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  hash           BLOB NOT NULL,
  role           TEXT NOT NULL,
  created_by     TEXT NOT NULL,
  created_utc_us INTEGER NOT NULL,
  expires_utc_us INTEGER NOT NULL
) WITHOUT ROWID;

-- scopes: bits of PbScope. expires_utc_us is null for a key that does not.
CREATE TABLE api_keys (
  id               TEXT PRIMARY KEY,
  team             TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  hash             BLOB NOT NULL,
  name             TEXT NOT NULL,
  scopes           INTEGER NOT NULL,
  created_by       TEXT NOT NULL,
  created_utc_us   INTEGER NOT NULL,
  expires_utc_us   INTEGER,
  last_used_utc_us INTEGER
) WITHOUT ROWID;

-- Of one driver's live view or of one recording.
CREATE TABLE shares (
  id             TEXT PRIMARY KEY,
  team           TEXT NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
  hash           BLOB NOT NULL,
  driver         TEXT,
  session        TEXT,
  created_by     TEXT NOT NULL,
  created_utc_us INTEGER NOT NULL,
  expires_utc_us INTEGER NOT NULL,
  CHECK ((driver IS NULL) <> (session IS NULL))
) WITHOUT ROWID;

CREATE TABLE jwt_keys (
  pk             INTEGER PRIMARY KEY,
  sealed         BLOB NOT NULL,
  created_utc_us INTEGER NOT NULL
);

-- Only ever added to.
CREATE TABLE audit (
  pk      INTEGER PRIMARY KEY AUTOINCREMENT,
  utc_us  INTEGER NOT NULL,
  team    TEXT,
  who     TEXT NOT NULL,
  kind    TEXT NOT NULL,
  action  TEXT NOT NULL,
  target  TEXT NOT NULL,
  address TEXT NOT NULL,
  detail  TEXT NOT NULL
);
CREATE INDEX audit_by_team ON audit (team, pk);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
