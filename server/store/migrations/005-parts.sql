-- A driver's picture and telemetry may come by two connections at a time: each
-- is recorded as a session of its own, and part_of is the id of the session that
-- came first. Null for that one, and for those that came alone.
ALTER TABLE sessions ADD COLUMN part_of TEXT;
CREATE INDEX sessions_by_part ON sessions (part_of) WHERE part_of IS NOT NULL;
