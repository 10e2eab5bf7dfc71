-- Who may read drivers' streams at the SRT port. drivers: ids with commas
-- between them, empty for all. The passphrase is sealed as a device's is.
CREATE TABLE readers (
  name              TEXT PRIMARY KEY,
  drivers           TEXT NOT NULL,
  sealed_passphrase BLOB NOT NULL,
  created_utc_us    INTEGER NOT NULL
) WITHOUT ROWID;
