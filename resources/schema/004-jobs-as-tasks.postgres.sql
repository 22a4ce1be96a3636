-- SPDX-License-Identifier: GPL-3.0-or-later
-- The jobs of the release before go on as tasks; what ran there runs again, without a death. Its programs would put back
-- what others compute: they read first of all which steps were done, and are told to stay away in the one line that an
-- error makes there: JSON has no operator =, and the column's type is what the error names. (What fails later than in
-- PREPARE makes a second line, since QPSQL cannot free the statement.)
-- NEEDED
INSERT INTO tasks (id, kind, payload, payload_hash, result, detail, state, deaths, version, format, created_at,
                   started_at, finished_at)
    SELECT ('x' || id)::bit(64)::bigint, 'factorization', n,
           sha256(convert_to('factorization', 'UTF8') || '\x00'::bytea || convert_to(n, 'UTF8')), factors, detail,
           CASE state WHEN 'running' THEN 'queued' ELSE state END, deaths, queue_now(), 1, created_at * 1000,
           started_at * 1000, finished_at * 1000
    FROM jobs ORDER BY created_at, id;
INSERT INTO request_keys (key, task, payload_hash, created_at)
    SELECT idempotency_key, ('x' || id)::bit(64)::bigint,
           sha256(convert_to('factorization', 'UTF8') || '\x00'::bytea || convert_to(n, 'UTF8')), created_at * 1000
    FROM jobs WHERE idempotency_key IS NOT NULL;
DROP TABLE jobs;
DROP TABLE schema_steps;
CREATE DOMAIN "a newer openloop-server has taken over this database" AS JSON;
CREATE TABLE schema_steps (name "a newer openloop-server has taken over this database");
