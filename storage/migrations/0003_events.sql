-- What carries events further: how far each consumer of the outbox has come, and what failed.

-- A place in the outbox, worked on by one owner at a time until `lease_until`. `position`:
-- everything up to it is done, or stands in event_failures. `given`: nothing above it was given to
-- anybody yet. The relay, which publishes to another bus, has its row here too.
CREATE TABLE event_consumers (
  name        TEXT PRIMARY KEY,
  position    INTEGER NOT NULL,
  given       INTEGER NOT NULL,
  owner       TEXT NOT NULL,
  lease_until INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) STRICT;

-- Events that failed at least once, whole, since the outbox forgets. `due_at`: given again from then
-- on, while a lease runs its end; NULL: a dead letter. `attempts`: begun so far.
CREATE TABLE event_failures (
  consumer   TEXT NOT NULL,
  sequence   INTEGER NOT NULL,
  tenant_id  TEXT NOT NULL,
  type       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  legacy_id  TEXT NOT NULL,
  version    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  attempts   INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  failed_at  INTEGER NOT NULL,
  due_at     INTEGER,
  PRIMARY KEY (consumer, sequence)
) STRICT;
CREATE INDEX event_failures_due ON event_failures (consumer, due_at, sequence);
CREATE INDEX event_failures_dead ON event_failures (tenant_id, consumer, sequence)
  WHERE due_at IS NULL;
