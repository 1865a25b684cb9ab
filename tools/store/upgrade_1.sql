-- From version 1 to 2: shorter relations, and what follows from the log is made anew.
DROP VIEW entity_now;
DROP VIEW edge_now;
DROP VIEW events_readable;
DROP VIEW open_pull_requests;
DROP TABLE entity;
DROP TABLE edge;
DROP TABLE events_text;
CREATE INDEX events_actor ON events (actor, occurred_at) WHERE actor IS NOT NULL;
CREATE INDEX events_cause ON events (causal_parent, occurred_at)
  WHERE causal_parent IS NOT NULL;
UPDATE events SET relations = (
  SELECT json_group_array(
    iif(value ->> 'removed', json_array(value ->> 'type', value ->> 'entity', 'removed'),
        json_array(value ->> 'type', value ->> 'entity')))
  FROM json_each(events.relations));
