-- store.db: what happened, and what follows from it. All times are milliseconds since 1970 (UTC);
-- 9223372036854775807 stands for "no end".

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
  relations     TEXT NOT NULL,               -- JSON: [{"entity": ..., "type": ..., "removed"?: true}]
  attributes    TEXT NOT NULL                -- JSON: of the subject from then on
) STRICT;
CREATE INDEX events_subject ON events (subject, occurred_at, id);
CREATE INDEX events_type ON events (type, occurred_at);
CREATE INDEX events_time ON events (occurred_at);

-- What follows from the log, and can be made from it again (`lightfast store rebuild`).
--
-- Each row held in the world from valid_from until before valid_to, and was believed here from the
-- event known_from until before the event known_to; its end was learned by the event
-- end_known_from. So what holds now, as known now, has both ends open; what was believed when
-- event S was the last: known_from <= S < known_to, with an end only if end_known_from <= S.

-- The properties of an entity in one interval.
CREATE TABLE entity (
  id             TEXT NOT NULL,              -- 'pr:acme/web#142'
  type           TEXT NOT NULL,              -- 'pr'
  valid_from     INTEGER NOT NULL,
  valid_to       INTEGER NOT NULL,
  known_from     INTEGER NOT NULL,
  known_to       INTEGER NOT NULL,
  end_known_from INTEGER NOT NULL,
  properties     TEXT NOT NULL,              -- JSON, the members in alphabetical order
  PRIMARY KEY (id, valid_from, known_from)
) STRICT, WITHOUT ROWID;
-- Of one kind, the newest first.
CREATE INDEX entity_type ON entity (type, valid_from, valid_to)
  WHERE known_to = 9223372036854775807;

-- From one entity to another.
CREATE TABLE edge (
  source         TEXT NOT NULL,
  type           TEXT NOT NULL,              -- 'authored_by'
  target         TEXT NOT NULL,
  valid_from     INTEGER NOT NULL,
  valid_to       INTEGER NOT NULL,
  known_from     INTEGER NOT NULL,
  known_to       INTEGER NOT NULL,
  end_known_from INTEGER NOT NULL,
  PRIMARY KEY (source, type, target, valid_from, known_from)
) STRICT, WITHOUT ROWID;
CREATE INDEX edge_target ON edge (target, type);

-- The words of events, for search.
CREATE VIRTUAL TABLE events_text USING fts5 (
  title, body, content = 'events', content_rowid = 'seq',
  tokenize = 'porter unicode61 remove_diacritics 2');

-- For people who look with sqlite3.
CREATE VIEW entity_now AS
  SELECT id, type, valid_from AS since, properties FROM entity
  WHERE valid_to = 9223372036854775807 AND known_to = 9223372036854775807;
CREATE VIEW edge_now AS
  SELECT source, type, target, valid_from AS since FROM edge
  WHERE valid_to = 9223372036854775807 AND known_to = 9223372036854775807;
CREATE VIEW events_readable AS
  SELECT seq, strftime('%Y-%m-%d %H:%M:%S', occurred_at / 1000, 'unixepoch') AS time, type, subject,
         actor, title FROM events;
CREATE VIEW open_pull_requests AS
  SELECT id, properties ->> 'title' AS title,
         strftime('%Y-%m-%d %H:%M:%S', since / 1000, 'unixepoch') AS since
  FROM entity_now WHERE type = 'pr' AND properties ->> 'state' = 'open';
