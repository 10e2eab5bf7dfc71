-- Drivers, their devices, and what was recorded of them. Times named _utc_us
-- are microseconds since 1970, pts are 90 kHz ticks of the stream.

CREATE TABLE drivers (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  created_utc_us INTEGER NOT NULL
) WITHOUT ROWID;

-- The passphrase is sealed with the server's key file: SRT needs its text.
CREATE TABLE devices (
  name              TEXT PRIMARY KEY,
  driver_id         TEXT NOT NULL REFERENCES drivers (id),
  sealed_passphrase BLOB NOT NULL,
  created_utc_us    INTEGER NOT NULL
) WITHOUT ROWID;

-- One connection of one device. ended_utc_us is null while it runs.
CREATE TABLE sessions (
  pk             INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  driver_id      TEXT NOT NULL,
  device         TEXT NOT NULL,
  started_utc_us INTEGER NOT NULL,
  ended_utc_us   INTEGER,
  end_reason     TEXT,
  mode           TEXT,
  car            TEXT,
  car_number     TEXT,
  track          TEXT
);
CREATE INDEX sessions_by_driver ON sessions (driver_id, started_utc_us);
CREATE INDEX sessions_open ON sessions (pk) WHERE ended_utc_us IS NULL;

-- One file, <recordings>/<driver>/<session>/<n>.ts. closed is 1 once nothing
-- will be added; bytes and the end grow until then.
CREATE TABLE segments (
  session      INTEGER NOT NULL REFERENCES sessions (pk) ON DELETE CASCADE,
  n            INTEGER NOT NULL,
  start_pts    INTEGER,
  end_pts      INTEGER,
  start_utc_us INTEGER NOT NULL,
  end_utc_us   INTEGER NOT NULL,
  bytes        INTEGER NOT NULL DEFAULT 0,
  closed       INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (session, n)
) WITHOUT ROWID;

-- Where to begin reading: each key frame, and at least one unit a second.
CREATE TABLE points (
  session INTEGER NOT NULL REFERENCES sessions (pk) ON DELETE CASCADE,
  segment INTEGER NOT NULL,
  byte    INTEGER NOT NULL,
  pts     INTEGER NOT NULL,
  key     INTEGER NOT NULL,
  utc_us  INTEGER NOT NULL,
  lap     INTEGER NOT NULL,
  PRIMARY KEY (session, segment, byte)
) WITHOUT ROWID;
CREATE INDEX points_by_time ON points (session, utc_us);

CREATE TABLE laps (
  session      INTEGER NOT NULL REFERENCES sessions (pk) ON DELETE CASCADE,
  lap          INTEGER NOT NULL,
  start_utc_us INTEGER NOT NULL,
  time_s       REAL,
  valid        INTEGER NOT NULL,
  fuel_used_l  REAL,
  PRIMARY KEY (session, start_utc_us, lap)
) WITHOUT ROWID;
