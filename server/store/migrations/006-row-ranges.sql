-- Which rows are on disk, by their numbers in their run: a line for each
-- unbroken stretch of a segment. first and n count rows, a stretch does not
-- wrap at 2^32; times are those of its first and its last row, by the driver's
-- PC. Rows whose key unit is not there are not in it: nobody can read them.
CREATE TABLE row_ranges (
  session      INTEGER NOT NULL REFERENCES sessions (pk) ON DELETE CASCADE,
  segment      INTEGER NOT NULL,
  run_id       INTEGER NOT NULL,
  first        INTEGER NOT NULL,
  n            INTEGER NOT NULL,
  start_utc_us INTEGER NOT NULL,
  end_utc_us   INTEGER NOT NULL,
  PRIMARY KEY (session, segment, run_id, first)
) WITHOUT ROWID;
CREATE INDEX row_ranges_by_run ON row_ranges (run_id, first);
CREATE INDEX row_ranges_by_time ON row_ranges (session, end_utc_us);

-- 'live': as it came. 'backfill': rows that did not come live and followed.
ALTER TABLE sessions ADD COLUMN kind TEXT NOT NULL DEFAULT 'live';
