-- Small things that are replaced as a whole. A key may hold any bytes, and sorts by them.
CREATE TABLE documents (
    kind TEXT NOT NULL,
    key  BLOB NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (kind, key)
) STRICT, WITHOUT ROWID;

-- What was told is looked for by its chat too, to be erased or moved with it.
CREATE INDEX announcements_at ON announcements (destination);

-- How far a fan-out has come names a chat; where it is over nobody needs that any more.
UPDATE notices SET after = '' WHERE NOT pending;
