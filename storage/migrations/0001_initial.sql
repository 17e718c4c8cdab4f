-- The first schema. Ids are UUIDs as text, times BIGINT microseconds since 1970 UTC, booleans 0/1.
-- `*_key` columns hold folded or sortable stand-ins made by appliance/base/text.h, so that every
-- database compares alike. Every row carries its tenant, and every key begins with it.

-- What this database is: `epoch` (renewed by restore and promote), `schema`, `oldest_compatible`.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE schema_migrations (
  number     INTEGER PRIMARY KEY,
  name       TEXT NOT NULL,
  checksum   TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT;

-- Written in the same transaction as the change it tells of; tailed by every projection.
CREATE TABLE outbox (
  sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id  TEXT NOT NULL,
  type       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  legacy_id  TEXT NOT NULL,
  version    INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
  tenant_id  TEXT NOT NULL,
  id         TEXT NOT NULL,
  email      TEXT NOT NULL,
  email_key  TEXT NOT NULL,
  name       TEXT NOT NULL,
  role       TEXT NOT NULL CHECK (role IN ('admin', 'person')),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, email_key)
) STRICT;

-- Apart from users, so that no query for a person can bring a password hash along.
CREATE TABLE credentials (
  tenant_id     TEXT NOT NULL,
  user_id       TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  changed_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;

-- One-time first-run links: only their hash is kept.
CREATE TABLE setup_links (
  tenant_id  TEXT NOT NULL,
  hash       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, hash)
) STRICT;

-- `hash` is SHA-256 of the cookie: who reads this table cannot sign in with it.
CREATE TABLE sessions (
  hash         TEXT NOT NULL PRIMARY KEY,
  tenant_id    TEXT NOT NULL,
  id           TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  csrf_token   TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE api_tokens (
  hash         TEXT NOT NULL PRIMARY KEY,
  tenant_id    TEXT NOT NULL,
  id           TEXT NOT NULL,
  user_id      TEXT NOT NULL,
  name         TEXT NOT NULL,
  scopes       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX api_tokens_by_user ON api_tokens (tenant_id, user_id);

CREATE TABLE legacies (
  tenant_id  TEXT NOT NULL,
  id         TEXT NOT NULL,
  title      TEXT NOT NULL,
  title_key  TEXT NOT NULL,
  dedication TEXT NOT NULL,
  language   TEXT NOT NULL,
  visibility TEXT NOT NULL CHECK (visibility IN ('private', 'members')),
  version    INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER,
  PRIMARY KEY (tenant_id, id)
) STRICT;

-- `rank`: 0 viewer, 1 contributor, 2 editor, 3 owner.
CREATE TABLE members (
  tenant_id TEXT NOT NULL,
  legacy_id TEXT NOT NULL,
  user_id   TEXT NOT NULL,
  rank      INTEGER NOT NULL CHECK (rank BETWEEN 0 AND 3),
  joined_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, legacy_id, user_id),
  FOREIGN KEY (tenant_id, legacy_id) REFERENCES legacies (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX members_by_user ON members (tenant_id, user_id, legacy_id);

-- The current state of each story: what its newest revision says. `happened_order` is the first day
-- that `happened_at` may mean, or a day after all others where it says nothing.
CREATE TABLE stories (
  tenant_id       TEXT NOT NULL,
  id              TEXT NOT NULL,
  legacy_id       TEXT NOT NULL,
  created_by      TEXT NOT NULL,
  title           TEXT NOT NULL,
  document        TEXT NOT NULL,
  text            TEXT NOT NULL,
  excerpt         TEXT NOT NULL,
  status          TEXT NOT NULL CHECK (status IN ('draft', 'published', 'archived')),
  tags            TEXT NOT NULL,
  language        TEXT NOT NULL,
  happened_at     TEXT,
  happened_order  INTEGER NOT NULL,
  place           TEXT,
  author          TEXT NOT NULL,
  revision        INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  updated_at      INTEGER NOT NULL,
  deleted_at      INTEGER,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, legacy_id) REFERENCES legacies (tenant_id, id),
  FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX stories_by_change ON stories (tenant_id, legacy_id, updated_at, id);
CREATE INDEX stories_by_happening ON stories (tenant_id, legacy_id, happened_order, id);
CREATE INDEX stories_for_counts ON stories (tenant_id, legacy_id, deleted_at, status, created_by);

-- For filters; `stories.tags` holds them as written, in order.
CREATE TABLE story_tags (
  tenant_id TEXT NOT NULL,
  story_id  TEXT NOT NULL,
  tag_key   TEXT NOT NULL,
  PRIMARY KEY (tenant_id, story_id, tag_key),
  FOREIGN KEY (tenant_id, story_id) REFERENCES stories (tenant_id, id)
) STRICT;
CREATE INDEX story_tags_by_tag ON story_tags (tenant_id, tag_key, story_id);

-- Never changed and never deleted on their own. `content` is the canonical JSON that
-- `content_hash` is taken over; `digest` seals all revisions before it too.
CREATE TABLE revisions (
  tenant_id    TEXT NOT NULL,
  story_id     TEXT NOT NULL,
  number       INTEGER NOT NULL,
  author       TEXT NOT NULL,
  saved_by     TEXT NOT NULL,
  note         TEXT NOT NULL,
  title        TEXT NOT NULL,
  status       TEXT NOT NULL,
  content      TEXT NOT NULL,
  content_hash TEXT NOT NULL,
  digest       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, story_id, number),
  FOREIGN KEY (tenant_id, story_id) REFERENCES stories (tenant_id, id)
) STRICT;

-- Where imported stories came from. `story_version` is what the import last left behind: a story
-- with another version was edited here and is no longer the import's to change.
CREATE TABLE story_sources (
  tenant_id     TEXT NOT NULL,
  legacy_id     TEXT NOT NULL,
  source        TEXT NOT NULL,
  source_id     TEXT NOT NULL,
  story_id      TEXT NOT NULL,
  import_hash   TEXT NOT NULL,
  story_version INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, legacy_id, source, source_id),
  FOREIGN KEY (tenant_id, story_id) REFERENCES stories (tenant_id, id)
) STRICT;
