-- A page of an incident's cards, in the order of their destinations. One script, for a page that came out short
-- would look like the last.
--
-- Reads only.
--
-- ARGV: incident, after which destination, how many, and the fields of a card
local incident, after, limit = ARGV[1], ARGV[2], ARGV[3]
local cards = prefix .. 'cards:' .. incident
local bad = wrong('zset', cards)
if bad then
	return bad
end
local found = {'OK'}
local from = after == '' and '-' or '(' .. after
for _, to in ipairs(redis.call('ZRANGEBYLEX', cards, from, '+', 'LIMIT', 0, limit)) do
	local key = prefix .. 'card:' .. #incident .. ':' .. incident .. ':' .. to
	bad = wrong('hash', key)
	if bad then
		return bad
	end
	found[#found + 1] = redis.call('HMGET', key, unpack(ARGV, 4))
end
return found
