
-- What providers sent, apart: its rows may be removed at any time, and nothing else follows from
-- them. Of webhooks alone: imported events have none. sqlar_uncompress(body, bytes) of the sqlite3
-- command line is what was sent.
CREATE TABLE payload (
  seq         INTEGER PRIMARY KEY,           -- of the last event that it became
  first       INTEGER NOT NULL,              -- and of the first; those between are its, too
  provider    TEXT NOT NULL,                 -- 'github'
  delivery    TEXT NOT NULL,                 -- the provider's id of it
  kind        TEXT NOT NULL,                 -- as the provider calls it: 'pull_request'
  received_at INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,              -- of what was sent
  body        BLOB NOT NULL                  -- it, deflated (zlib) where that is shorter
) STRICT;
