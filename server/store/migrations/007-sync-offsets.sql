-- How much later the pictures of a device come than its connection says, as
-- people have trimmed it: a capture card and an encoder say nothing of it.
CREATE TABLE sync_offsets (
  driver_id      TEXT NOT NULL,
  device         TEXT NOT NULL,
  offset_us      INTEGER NOT NULL,
  changed_utc_us INTEGER NOT NULL,
  PRIMARY KEY (driver_id, device)
) WITHOUT ROWID;
