-- Stretches of rows are asked for by driver: by their numbers in a run, and by
-- the time when they begin. Without the driver in them each question read those
-- of all sessions, or of all drivers that had a run of that number.
ALTER TABLE row_ranges ADD COLUMN driver_id TEXT NOT NULL DEFAULT '';
UPDATE row_ranges SET driver_id =
  (SELECT driver_id FROM sessions WHERE pk = row_ranges.session);
DROP INDEX row_ranges_by_run;
DROP INDEX row_ranges_by_time;
CREATE INDEX row_ranges_by_run ON row_ranges (driver_id, run_id, first);
CREATE INDEX row_ranges_by_time ON row_ranges (driver_id, start_utc_us);
