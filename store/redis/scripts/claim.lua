-- Claims cards or announcements that are due.
--
-- Safe to run twice: what a token has been given is noted, and it is given the same again as far as it has not
-- said what came of it.
--
-- ARGV: kind, token, now, until, how many, for how many ms the token is known, and the fields to answer with
-- include outbox
local kind, token, now, till, limit, remember = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local queues = {prefix .. 'announcements:due'}
if kind == 'card' then
	queues = {prefix .. 'due:3', prefix .. 'due:2', prefix .. 'due:1', prefix .. 'due:0'}
end
local rows, bad = hand(kind, queues, token, now, till, limit, remember)
if bad then
	return bad
end
local found = {'OK'}
for _, r in ipairs(rows) do
	found[#found + 1] = r.name
	found[#found + 1] = redis.call('HMGET', r.key, unpack(ARGV, 7))
end
return found
