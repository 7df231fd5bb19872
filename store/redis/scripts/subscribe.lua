-- Adds a subscription or replaces the one with its ID.
--
-- Safe to run twice: it replaces itself.
--
-- ARGV: ID, destination, data
local id, to, data = ARGV[1], ARGV[2], ARGV[3]
local all, order, at = prefix .. 'subscriptions', prefix .. 'subscriptions:order', prefix .. 'subscriptions:at:'
local bad = wrong('hash', all) or wrong('zset', order) or wrong('set', at .. to)
if bad then
	return bad
end
local old = redis.call('HGET', all, id)
local was
if old then
	local length, from = string.match(old, '^(%d+):()')
	was = string.sub(old, from, from + length - 1)
	bad = wrong('set', at .. was)
	if bad then
		return bad
	end
end
redis.call('HSET', all, id, #to .. ':' .. to .. data)
redis.call('ZADD', order, 0, id)
if was and was ~= to then
	redis.call('SREM', at .. was, id)
end
redis.call('SADD', at .. to, id)
return {'OK'}
