-- SPDX-License-Identifier: GPL-3.0-or-later
-- What openloop-server of commit 73295c7, the release before there was a queue of many, says to PostgreSQL when it
-- starts: the steps of its schema, then the recovery of what "the last run" left.
BEGIN;
SELECT pg_advisory_xact_lock(7305808869229538848);
CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY);
SELECT name FROM schema_steps WHERE name = '001-todos.sql';
SELECT name FROM schema_steps WHERE name = '002-factorizations.sql';
COMMIT;
BEGIN;
UPDATE jobs SET deaths = deaths + 1 WHERE state = 'running';
UPDATE jobs SET state = 'failed', finished_at = 1795000000000,
    detail = 'the service died 3 times while it worked on this' WHERE state = 'running' AND deaths >= 3;
UPDATE jobs SET state = 'queued', started_at = NULL WHERE state = 'running';
COMMIT;
