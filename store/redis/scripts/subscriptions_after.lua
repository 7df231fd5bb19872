-- A page of subscriptions in the order of ID. One script, for a page that came out short would look like the last.
--
-- Reads only.
--
-- ARGV: after which ID, how many
local after, limit = ARGV[1], ARGV[2]
local all, order = prefix .. 'subscriptions', prefix .. 'subscriptions:order'
local bad = wrong('hash', all) or wrong('zset', order)
if bad then
	return bad
end
local found = {'OK'}
local from = after == '' and '-' or '(' .. after
for _, id in ipairs(redis.call('ZRANGEBYLEX', order, from, '+', 'LIMIT', 0, limit)) do
	found[#found + 1] = redis.call('HGET', all, id)
end
return found
