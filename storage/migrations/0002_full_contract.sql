-- What the base needs to keep its whole contract: working copies, the bin, audit, throttles,
-- idempotent requests, tokens and sessions that can be listed, and things that came in an archive.

-- A disabled person cannot sign in; what they wrote stays.
ALTER TABLE users ADD COLUMN disabled_at INTEGER;

-- What a person sees in the list of their sessions: the browser's own description of itself.
ALTER TABLE sessions ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';

ALTER TABLE api_tokens ADD COLUMN last_used_at INTEGER;

-- `origin_id` names a thing across installations: its id where it was born. NULL for what was born
-- here. Unique within what the importer owns, so that it tells nothing of other people's things.
ALTER TABLE legacies ADD COLUMN origin_id TEXT;
ALTER TABLE legacies ADD COLUMN imported_by TEXT;
CREATE UNIQUE INDEX legacies_by_origin ON legacies (tenant_id, imported_by, origin_id);
ALTER TABLE stories ADD COLUMN origin_id TEXT;
CREATE UNIQUE INDEX stories_by_origin ON stories (tenant_id, legacy_id, origin_id);

-- Members that an archive names and who have no account here (yet).
CREATE TABLE written_members (
  tenant_id TEXT NOT NULL,
  legacy_id TEXT NOT NULL,
  name      TEXT NOT NULL,
  rank      INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 3),
  PRIMARY KEY (tenant_id, legacy_id, name, rank),
  FOREIGN KEY (tenant_id, legacy_id) REFERENCES legacies (tenant_id, id)
) STRICT;

-- Who put a story into the bin, beside `stories.deleted_at`; `purged_at`: only hashes are left. The
-- index is the bin itself.
ALTER TABLE stories ADD COLUMN deleted_by TEXT;
ALTER TABLE stories ADD COLUMN purged_at INTEGER;
CREATE INDEX stories_in_bin ON stories (tenant_id, deleted_at, id)
  WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

-- Lists walk these in order and see by them alone who may read what; counts take the first.
DROP INDEX stories_by_change;
DROP INDEX stories_by_happening;
DROP INDEX stories_for_counts;
CREATE INDEX stories_by_change
  ON stories (tenant_id, legacy_id, deleted_at, updated_at, id, status, created_by);
CREATE INDEX stories_by_happening
  ON stories (tenant_id, legacy_id, deleted_at, happened_order, id, status, created_by);
ALTER TABLE legacies ADD COLUMN deleted_by TEXT;
ALTER TABLE legacies ADD COLUMN purged_at INTEGER;
-- In part: no list of what is there walks it by mistake.
CREATE INDEX legacies_by_deletion ON legacies (tenant_id, deleted_at, id)
  WHERE deleted_at IS NOT NULL;

-- What somebody is writing and has not saved: one per story and person, overwritten by autosave. No
-- revision, no event, no indexing. `content` is JSON of the fields that were written; `base_version`
-- the story's version that it was begun from. `parked`: it could not be saved by itself and waits
-- for its person.
CREATE TABLE working_copies (
  tenant_id    TEXT NOT NULL,
  story_id     TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  base_version INTEGER NOT NULL,
  content      TEXT NOT NULL,
  version      INTEGER NOT NULL,
  saved_at     INTEGER NOT NULL,
  parked       INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, story_id, user_id),
  FOREIGN KEY (tenant_id, story_id) REFERENCES stories (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX working_copies_by_age ON working_copies (parked, saved_at);

-- Append-only; each entry's hash covers the one before it (appliance/audit). `number` counts from 1
-- without a gap within the tenant.
CREATE TABLE audit (
  tenant_id  TEXT NOT NULL,
  number     INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  actor_id   TEXT NOT NULL,
  actor_name TEXT NOT NULL,
  action     TEXT NOT NULL,
  subject    TEXT NOT NULL,
  legacy_id  TEXT NOT NULL,
  detail     TEXT NOT NULL,
  hash       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, number)
) STRICT;
CREATE INDEX audit_by_legacy ON audit (tenant_id, legacy_id, number);

-- Requests that carried an Idempotency-Key, for 24 hours. `resource` is what the first one made.
CREATE TABLE idempotent_requests (
  tenant_id  TEXT NOT NULL,
  user_id    TEXT NOT NULL,
  route      TEXT NOT NULL,
  key        TEXT NOT NULL,
  digest     TEXT NOT NULL,
  resource   TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id, route, key)
) STRICT;
CREATE INDEX idempotent_requests_by_age ON idempotent_requests (created_at);

-- Token buckets, shared by all processes that answer requests. `subject` is a hash, never an address
-- or e-mail. `tokens` were left at `updated_at`.
CREATE TABLE throttles (
  kind       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  tokens     REAL NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (kind, subject)
) STRICT;
CREATE INDEX throttles_by_age ON throttles (updated_at);
