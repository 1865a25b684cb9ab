-- memory.db: documents of all time, cut into pieces that are ranked one by one. All times are
-- milliseconds since 1970 (UTC).

-- What a document is, but for its text.
CREATE TABLE documents (
  seq         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL UNIQUE,         -- as whoever sent it calls it
  source      TEXT NOT NULL,                -- 'wiki'
  type        TEXT NOT NULL,                -- 'page'
  subject     TEXT,                         -- the entity that it is about: 'pr:acme/web#142'
  title       TEXT NOT NULL,
  url         TEXT,
  occurred_at INTEGER,
  received_at INTEGER NOT NULL,             -- the last time
  metadata    TEXT NOT NULL                 -- JSON, an object
) STRICT;

-- Its text: each piece overlaps the one before, whose rest is from the piece's `begin` on the same.
-- Ids stay dense, for ranking tells from the first and the last how many there are.
CREATE TABLE chunks (
  id       INTEGER PRIMARY KEY,
  document INTEGER NOT NULL REFERENCES documents,
  begin    INTEGER NOT NULL,                -- where in the text, bytes
  title    TEXT NOT NULL,                   -- the document's: it is found by that, too
  body     TEXT NOT NULL,
  names    TEXT NOT NULL                    -- what in both looks like a name
) STRICT;
CREATE INDEX chunks_document ON chunks (document, begin);

-- What an embedder made of them; none without one.
CREATE TABLE vectors (
  chunk  INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  model  TEXT NOT NULL,                     -- only vectors of one model can be compared
  vector BLOB NOT NULL                      -- floats of 32 bit, of length 1
) STRICT;

-- The words of pieces, and, letter by letter, their names.
CREATE VIRTUAL TABLE chunks_text USING fts5 (
  title, body, content = 'chunks', content_rowid = 'id',
  tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE chunks_names USING fts5 (
  names, content = 'chunks', content_rowid = 'id', tokenize = 'trigram');

-- A piece leaves the indexes as the very words that it came with.
CREATE TRIGGER chunks_added AFTER INSERT ON chunks BEGIN
  INSERT INTO chunks_text (rowid, title, body) VALUES (new.id, new.title, new.body);
  INSERT INTO chunks_names (rowid, names) VALUES (new.id, new.names);
END;
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks BEGIN
  INSERT INTO chunks_text (chunks_text, rowid, title, body)
    VALUES ('delete', old.id, old.title, old.body);
  INSERT INTO chunks_names (chunks_names, rowid, names) VALUES ('delete', old.id, old.names);
END;
