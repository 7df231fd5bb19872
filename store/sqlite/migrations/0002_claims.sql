-- A claim has a token, so that whoever comes late with it is refused. claim is the last one handed out, settled
-- the last one that was ended by its holder.
ALTER TABLE cards ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE cards ADD COLUMN settled TEXT NOT NULL DEFAULT '';
CREATE INDEX cards_abandoned ON cards (incident, destination) WHERE abandoned <> '';

ALTER TABLE announcements ADD COLUMN claim TEXT NOT NULL DEFAULT '';
ALTER TABLE announcements ADD COLUMN settled TEXT NOT NULL DEFAULT '';
CREATE INDEX announcements_abandoned ON announcements (key) WHERE abandoned <> '';
