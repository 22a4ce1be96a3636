-- SPDX-License-Identifier: GPL-3.0-or-later
-- The same tables as 003-queue.postgres.sql, for a queue of one server.
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
    progress BLOB NOT NULL DEFAULT x''
);
-- kind says who computes the payload; state is queued, held (told as queued), running, done, failed or cancelled.
CREATE TABLE tasks (
    id BIGINT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    payload_hash BLOB NOT NULL,
    result TEXT,
    detail TEXT,
    checkpoint BLOB,
    state TEXT NOT NULL,
    lane SMALLINT NOT NULL DEFAULT 0,
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
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
CREATE INDEX tasks_queued ON tasks (lane, seq) WHERE state = 'queued';
CREATE INDEX tasks_running ON tasks (owner) WHERE state = 'running';
CREATE INDEX tasks_held ON tasks (due_at) WHERE state = 'held';
CREATE UNIQUE INDEX tasks_unfinished ON tasks (payload_hash) WHERE state IN ('queued', 'held', 'running');
CREATE INDEX tasks_by_age ON tasks (created_at, id);
CREATE TABLE request_keys (
    key TEXT PRIMARY KEY,
    task BIGINT NOT NULL,
    payload_hash BLOB NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX request_keys_by_age ON request_keys (created_at);
CREATE TABLE task_results (
    payload_hash BLOB PRIMARY KEY,
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
);
INSERT INTO fleet_stats (refreshed_at, nodes_alive, queued, held, running) VALUES (0, 0, 0, 0, 0);
