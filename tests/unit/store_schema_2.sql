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
-- What follows from the log of events, and can be made from it again (`lightfast store rebuild`): an
-- upgrade drops and remakes it.
--
-- Each row held in the world from valid_from until before valid_to, and was believed here from the
-- event known_from until before the event known_to, which is NULL while it still is; its end was
-- learned by the event end_known_from, or, where that is NULL, with the row. So what is believed now
-- has known_to IS NULL; what was believed when event S was the last: known_from <= S and
-- (known_to IS NULL or known_to > S), with an end only if coalesce(end_known_from, known_from) <= S.

-- The properties of an entity in one interval.
CREATE TABLE entity (
  id             TEXT NOT NULL,              -- 'pr:acme/web#142'
  type           TEXT NOT NULL,              -- 'pr'
  valid_from     INTEGER NOT NULL,
  valid_to       INTEGER NOT NULL,
  known_from     INTEGER NOT NULL,
  known_to       INTEGER,
  end_known_from INTEGER,
  properties     TEXT NOT NULL,              -- JSON, the members in alphabetical order
  PRIMARY KEY (id, valid_from, known_from)
) STRICT, WITHOUT ROWID;
-- Of one kind, the newest first. This index and edge_target have every column that a look through them
-- asks for, so that it reads no rows; SQLite counts known_to as one even where it can only be NULL.
CREATE INDEX entity_type ON entity (type, valid_from, id, valid_to, known_to)
  WHERE known_to IS NULL;

-- What is open, the newest first, and what has such a member further inside. (A schema that is not
-- to be trusted may not use SQLite's functions of JSON.)
CREATE INDEX entity_open ON entity (type, valid_from)
  WHERE known_to IS NULL AND valid_to = 9223372036854775807
    AND instr(properties, '"state":"open"') > 0;

-- From one entity to another.
CREATE TABLE edge (
  source         TEXT NOT NULL,
  type           TEXT NOT NULL,              -- 'authored_by'
  target         TEXT NOT NULL,
  valid_from     INTEGER NOT NULL,
  valid_to       INTEGER NOT NULL,
  known_from     INTEGER NOT NULL,
  known_to       INTEGER,
  end_known_from INTEGER,
  PRIMARY KEY (source, type, target, valid_from, known_from)
) STRICT, WITHOUT ROWID;
-- To one entity, the newest first.
CREATE INDEX edge_target ON edge (target, type, valid_from, source, valid_to, known_to);

-- By what else an entity is called: a short name in lower case ('#142', '1f2e...', 'mia'), and the
-- URLs of its events that do not say it, without what does not tell pages apart.
CREATE TABLE alias (
  name   TEXT NOT NULL,
  entity TEXT NOT NULL,
  PRIMARY KEY (name, entity)
) STRICT, WITHOUT ROWID;

-- How far each source has come.
CREATE TABLE cursor (
  source  TEXT PRIMARY KEY,
  events  INTEGER NOT NULL,                  -- how many there are
  oldest  INTEGER NOT NULL,                  -- when the first one occurred
  newest  INTEGER NOT NULL,                  -- and the last
  last    INTEGER NOT NULL                   -- the one learned last, its seq
) STRICT, WITHOUT ROWID;

-- The words of events, for search.
CREATE VIRTUAL TABLE events_text USING fts5 (
  title, body, content = 'events', content_rowid = 'seq',
  tokenize = 'porter unicode61 remove_diacritics 2');

-- What in them looks like a name (of functions, files, tickets), letter by letter, for search by parts
-- of it. The text itself is not kept here.
CREATE VIRTUAL TABLE events_names USING fts5 (names, content = '', tokenize = 'trigram');

-- For people who look with sqlite3.
CREATE VIEW entity_now AS
  SELECT id, type, valid_from AS since, properties FROM entity
  WHERE valid_to = 9223372036854775807 AND known_to IS NULL;
CREATE VIEW edge_now AS
  SELECT source, type, target, valid_from AS since FROM edge
  WHERE valid_to = 9223372036854775807 AND known_to IS NULL;
CREATE VIEW events_readable AS
  SELECT seq, strftime('%Y-%m-%d %H:%M:%S', occurred_at / 1000, 'unixepoch') AS time, type, subject,
         actor, title FROM events;
CREATE VIEW open_pull_requests AS
  SELECT id, properties ->> 'title' AS title,
         strftime('%Y-%m-%d %H:%M:%S', since / 1000, 'unixepoch') AS since
  FROM entity_now WHERE type = 'pr' AND properties ->> 'state' = 'open';
