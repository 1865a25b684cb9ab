-- The deliveries of webhooks that were accepted. One row for each, for as long as it is kept.
CREATE TABLE delivery (
  number      INTEGER PRIMARY KEY,
  provider    TEXT NOT NULL,                -- 'github'
  org         TEXT NOT NULL,                -- '': not known yet
  id          TEXT NOT NULL,                -- the provider's own; the same when it is sent again
  event       TEXT NOT NULL,                -- 'push', 'repository.renamed'
  received_at INTEGER NOT NULL,             -- all times in ms since 1970
  status      TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'ignored', 'dead')),
  attempts    INTEGER NOT NULL DEFAULT 0,   -- that failed
  next_at     INTEGER NOT NULL DEFAULT 0,   -- of one that waits: not before
  reason      TEXT NOT NULL DEFAULT '',     -- why it is ignored, or how the last attempt failed
  body        TEXT NOT NULL,                -- of one whose organisation is not known: what tells it
  bytes       INTEGER NOT NULL,             -- of the body
  needs_sync  INTEGER NOT NULL DEFAULT 1,   -- 1: until the repository has been looked at
  UNIQUE (provider, org, id)
) STRICT;

-- What waits, and how many there are of each status: asked every second, so no rows are read but of
-- what waits.
CREATE INDEX delivery_status ON delivery (status, org, next_at);

-- The events of a delivery, until the organisation's store has them.
CREATE TABLE pending (
  number   INTEGER PRIMARY KEY REFERENCES delivery (number) ON DELETE CASCADE,
  org      TEXT NOT NULL,                   -- the delivery's
  attempts INTEGER NOT NULL DEFAULT 0,      -- that failed
  next_at  INTEGER NOT NULL DEFAULT 0,      -- not before; 9223372036854775807 when it is dead
  bytes    INTEGER NOT NULL,                -- of the events and the payload, here
  events   TEXT NOT NULL,                   -- one in a line, as JSON
  payload  BLOB NOT NULL DEFAULT x'',       -- what was sent, deflated (zlib) where that is shorter
  payload_bytes INTEGER NOT NULL DEFAULT 0  -- of it before that
) STRICT;
CREATE INDEX pending_org ON pending (org, next_at, bytes);

-- Which of GitHub's repositories and installations belong to an organisation, by their ids: names
-- can change hands.
CREATE TABLE binding (
  kind TEXT NOT NULL CHECK (kind IN ('repository', 'installation')),
  id   INTEGER NOT NULL,
  org  TEXT NOT NULL,
  name TEXT NOT NULL,                       -- OWNER/NAME of its repository when that was learned
  PRIMARY KEY (kind, id, org)
) STRICT;
