-- store.db: what happened, and what follows from it. All times are milliseconds since 1970 (UTC); as
-- the end of an interval 9223372036854775807 stands for "no end".

-- The log. Rows are added and never changed; `seq` is the order in which they were learned.
CREATE TABLE events (
  seq           INTEGER PRIMARY KEY,
  id            TEXT NOT NULL UNIQUE,
  source        TEXT NOT NULL,               -- 'github'
  type          TEXT NOT NULL,               -- 'pull_request.opened'
  occurred_at   INTEGER NOT NULL,
  received_at   INTEGER NOT NULL,
  actor         TEXT,                        -- an entity, or any other name
  subject       TEXT NOT NULL,               -- the entity that it is about: 'pr:acme/web#142'
  title         TEXT NOT NULL,
  body          TEXT NOT NULL,
  url           TEXT,
  causal_parent TEXT,                        -- the id of the event that led to this one
  relations     TEXT NOT NULL,               -- JSON: [["authored_by","person:mia"]]; "removed" third
  attributes    TEXT NOT NULL                -- JSON: of the subject from then on
) STRICT;
CREATE INDEX events_subject ON events (subject, occurred_at, id);
CREATE INDEX events_actor ON events (actor, occurred_at) WHERE actor IS NOT NULL;
CREATE INDEX events_type ON events (type, occurred_at);
CREATE INDEX events_time ON events (occurred_at);
CREATE INDEX events_cause ON events (causal_parent, occurred_at)
  WHERE causal_parent IS NOT NULL;
