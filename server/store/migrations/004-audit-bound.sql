-- Lines of the audit log go when the server prunes it. The function is there
-- for as long as it does, in its own connection alone (pb-audit-bound.c); for
-- everybody else the trigger cannot even be prepared.
DROP TRIGGER audit_no_delete;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
WHEN NOT pitbox_prunes_audit ()
BEGIN SELECT raise(ABORT, 'the audit log is only added to'); END;
