-- SPDX-License-Identifier: GPL-3.0-or-later
-- See 004-jobs-as-tasks.postgres.sql. SQLite reads no hexadecimal numbers, so an id is read digit by digit; and what
-- an error names here is the path that is none of JSON.
-- NEEDED
CREATE TEMP TABLE numbers AS
    WITH RECURSIVE digits (text, number, seen) AS (
        SELECT id, 0, 0 FROM jobs
        UNION ALL
        SELECT text, (number << 4) | (instr('0123456789abcdef', substr(text, seen + 1, 1)) - 1), seen + 1
        FROM digits WHERE seen < 16)
    SELECT text, number FROM digits WHERE seen = 16;
INSERT INTO tasks (id, kind, payload, payload_hash, result, detail, state, deaths, version, format, created_at,
                   started_at, finished_at)
    SELECT number, 'factorization', n, 'factorization:' || n, factors, detail,
           CASE state WHEN 'running' THEN 'queued' ELSE state END, deaths, created_at * 1000, 1, created_at * 1000,
           started_at * 1000, finished_at * 1000
    FROM jobs JOIN numbers ON text = id ORDER BY created_at, id;
INSERT INTO request_keys (key, task, payload_hash, created_at)
    SELECT idempotency_key, number, 'factorization:' || n, created_at * 1000
    FROM jobs JOIN numbers ON text = id WHERE idempotency_key IS NOT NULL;
DROP TABLE numbers;
DROP TABLE jobs;
DROP TABLE schema_steps;
CREATE VIEW schema_steps AS SELECT json_extract('{}', 'a newer openloop-server has taken over this database') AS name;
