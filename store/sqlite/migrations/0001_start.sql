-- Times are microseconds since 1970 in UTC; they order and select. What must come back exactly is in data, as
-- JSON; see store/encode.go.

CREATE TABLE steps (                  -- tokens of the last steps, to recognise a repeated commit
    number INTEGER PRIMARY KEY,
    token  TEXT NOT NULL
) STRICT;

CREATE TABLE seen (
    key TEXT PRIMARY KEY,
    at  INTEGER NOT NULL              -- known time of the step
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_at ON seen (at);

CREATE TABLE history (
    number      INTEGER PRIMARY KEY,  -- the order committed
    type        TEXT NOT NULL,
    at          INTEGER NOT NULL,     -- the time it is kept by
    quarantined TEXT NOT NULL DEFAULT '',
    series      TEXT,                 -- of a bar that divides the hour: which market
    hour        INTEGER,              -- and which hour
    fine        INTEGER NOT NULL DEFAULT 0, -- it is shorter than the hour
    data        TEXT NOT NULL
) STRICT;
CREATE INDEX history_at ON history (type, at);
CREATE INDEX history_hours ON history (series, hour) WHERE series IS NOT NULL;
CREATE INDEX history_fine ON history (at) WHERE fine;

CREATE TABLE incidents (
    id       TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    opened   INTEGER NOT NULL,
    closed   INTEGER,                 -- NULL while it is open
    data     TEXT NOT NULL
) STRICT;
CREATE INDEX incidents_opened ON incidents (opened, id);
CREATE INDEX incidents_closed ON incidents (closed);

CREATE TABLE notices (
    incident TEXT NOT NULL REFERENCES incidents (id),
    revision INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    spoken   INTEGER NOT NULL,        -- people hear of it by a reply
    pending  INTEGER NOT NULL DEFAULT 1,
    after    TEXT NOT NULL DEFAULT '', -- how far the fan-out has come
    data     TEXT NOT NULL,
    PRIMARY KEY (incident, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX notices_pending ON notices (at) WHERE pending;

CREATE TABLE cards (
    incident    TEXT NOT NULL,        -- which is there, because its notice is
    destination TEXT NOT NULL,        -- its name; the three parts follow
    platform    TEXT NOT NULL,
    chat        TEXT NOT NULL,
    thread      TEXT NOT NULL,
    severity    INTEGER NOT NULL,
    wanted      INTEGER NOT NULL,
    to_speak    INTEGER NOT NULL,     -- the last notice up to wanted that is to be spoken
    told        INTEGER NOT NULL DEFAULT 0,
    spoken      INTEGER NOT NULL DEFAULT 0,
    receipt     TEXT NOT NULL DEFAULT '',
    due         INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    abandoned   TEXT NOT NULL DEFAULT '',
    behind      INTEGER AS (abandoned = '' AND (told < wanted OR spoken < to_speak)) VIRTUAL,
    UNIQUE (incident, destination)
) STRICT;
CREATE INDEX cards_due ON cards (severity, due) WHERE behind;

CREATE TABLE claims (                 -- the card that each destination is busy with
    destination TEXT PRIMARY KEY,
    incident    TEXT NOT NULL,
    until       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE announcements (
    key           TEXT PRIMARY KEY,
    destination   TEXT NOT NULL,
    due           INTEGER NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    told          INTEGER NOT NULL DEFAULT 0,
    abandoned     TEXT NOT NULL DEFAULT '',
    claimed_until INTEGER,
    data          TEXT NOT NULL,
    waiting       INTEGER AS (told = 0 AND abandoned = '') VIRTUAL
) STRICT;
CREATE INDEX announcements_due ON announcements (due) WHERE waiting;
CREATE INDEX announcements_waiting ON announcements (destination, due) WHERE waiting;

CREATE TABLE subscriptions (
    id          TEXT PRIMARY KEY,
    destination TEXT NOT NULL,
    data        TEXT NOT NULL
) STRICT;
CREATE INDEX subscriptions_at ON subscriptions (destination, id);

CREATE TABLE cursors (
    watcher TEXT PRIMARY KEY,
    cursor  BLOB NOT NULL
) STRICT;

CREATE TABLE leases (
    name  TEXT PRIMARY KEY,
    owner TEXT NOT NULL,              -- empty when it is free
    fence INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
