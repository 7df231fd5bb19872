-- The subscriptions of one destination, in no order.
--
-- Reads only.
--
-- ARGV: destination
local all, at = prefix .. 'subscriptions', prefix .. 'subscriptions:at:' .. ARGV[1]
local bad = wrong('hash', all) or wrong('set', at)
if bad then
	return bad
end
local found = {'OK'}
for _, id in ipairs(redis.call('SMEMBERS', at)) do
	found[#found + 1] = redis.call('HGET', all, id)
end
return found
