-- Jobs, and what is known of numbers; times are milliseconds since 1970; factors are written as '2^3 3^2 5'.
CREATE TABLE results (
    n TEXT PRIMARY KEY,
    factors TEXT NOT NULL,
    found_at BIGINT NOT NULL
);
CREATE INDEX results_by_age ON results (found_at);
CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    n TEXT NOT NULL,
    state TEXT NOT NULL,
    factors TEXT,
    detail TEXT,
    idempotency_key TEXT UNIQUE,
    deaths INTEGER NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    finished_at BIGINT
);
CREATE INDEX jobs_by_age ON jobs (created_at, id);
CREATE INDEX jobs_by_state ON jobs (state, created_at, id);
CREATE UNIQUE INDEX jobs_unfinished ON jobs (n) WHERE state IN ('queued', 'running');
