-- The subscriptions of a chat and its threads, in no order, and of those whose destination has such a name.
--
-- Reads only.
--
-- ARGV: the chat's own destination
local own, all, at, places = ARGV[1], prefix .. 'subscriptions', prefix .. 'subscriptions:at:',
	prefix .. 'subscriptions:places'
local bad = wrong('hash', all) or wrong('zset', places) or wrong('set', at .. own)
if bad then
	return bad
end
local found = {'OK'}
local function add(place)
	bad = bad or wrong('set', at .. place)
	for _, id in ipairs(bad and {} or redis.call('SMEMBERS', at .. place)) do
		found[#found + 1] = redis.call('HGET', all, id)
	end
end
add(own)
for _, place in ipairs(redis.call('ZRANGEBYLEX', places, '[' .. own .. '/', '(' .. own .. '0')) do -- 0 follows /
	add(place)
end
return bad or found
