-- SPDX-License-Identifier: GPL-3.0-or-later
-- The queue of many servers. Times are microseconds since 1970 by the database's clock; durations are milliseconds.
-- Nothing refers to another table by a foreign key: a row of a node goes before the tasks that it owned are swept.
-- Ids are 64 random bits as a signed number: half of what 16 hexadecimal digits take in each row, index and lock.
-- The statements read their time here and nowhere else, so that a test can set the clock.
CREATE FUNCTION queue_now() RETURNS BIGINT LANGUAGE sql STABLE PARALLEL SAFE
    AS 'SELECT (extract(epoch FROM now()) * 1000000)::bigint';
-- A beat is to change no index and to find room on its page: half of each page is left for it.
CREATE TABLE nodes (
    id BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    pid_namespace BIGINT NOT NULL,
    pid BIGINT NOT NULL,
    pid_started BIGINT NOT NULL,
    version TEXT NOT NULL DEFAULT '',
    format INTEGER NOT NULL DEFAULT 1,
    beat BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    heartbeat INTEGER NOT NULL,
    suspect_after INTEGER NOT NULL,
    state TEXT NOT NULL,
    progress BYTEA NOT NULL DEFAULT ''
) WITH (fillfactor = 50);
-- kind says who computes the payload; state is queued, held (told as queued), running, done, failed or cancelled.
CREATE TABLE tasks (
    id BIGINT PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_hash BYTEA NOT NULL,
    result TEXT,
    detail TEXT,
    checkpoint BYTEA,
    state TEXT NOT NULL,
    lane SMALLINT NOT NULL DEFAULT 0,
    seq BIGINT GENERATED ALWAYS AS IDENTITY,
    due_at BIGINT,
    owner BIGINT,
    attempt INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    version BIGINT NOT NULL,
    format INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
-- The order of the queue is held by this index alone: no other one tempts the planner to walk over finished tasks.
CREATE INDEX tasks_queued ON tasks (lane, seq) WHERE state = 'queued';
CREATE INDEX tasks_running ON tasks (owner) WHERE state = 'running';
CREATE INDEX tasks_held ON tasks (due_at) WHERE state = 'held';
CREATE UNIQUE INDEX tasks_unfinished ON tasks (payload_hash) WHERE state IN ('queued', 'held', 'running');
CREATE INDEX tasks_by_age ON tasks (created_at, id);
CREATE TABLE request_keys (
    key TEXT PRIMARY KEY,
    task BIGINT NOT NULL,
    payload_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX request_keys_by_age ON request_keys (created_at);
CREATE TABLE task_results (
    payload_hash BYTEA PRIMARY KEY,
    result TEXT NOT NULL,
    found_at BIGINT NOT NULL
);
CREATE INDEX task_results_by_age ON task_results (found_at);
CREATE TABLE maintenance (
    what TEXT PRIMARY KEY,
    done_at BIGINT NOT NULL
);
CREATE TABLE fleet_stats (
    single BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (single),
    refreshed_at BIGINT NOT NULL,
    nodes_alive BIGINT NOT NULL,
    queued BIGINT NOT NULL,
    held BIGINT NOT NULL,
    running BIGINT NOT NULL,
    oldest_queued_at BIGINT
) WITH (fillfactor = 50);
INSERT INTO fleet_stats (refreshed_at, nodes_alive, queued, held, running) VALUES (0, 0, 0, 0, 0);
