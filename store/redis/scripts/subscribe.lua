-- Adds a subscription or replaces the one with its ID.
--
-- Safe to run twice: it replaces itself, or is not what it was any more.
--
-- ARGV: ID, destination, data, and, where it must not have changed, what it was
local id, to, data, expected = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local all, order, at = prefix .. 'subscriptions', prefix .. 'subscriptions:order', prefix .. 'subscriptions:at:'
local places = prefix .. 'subscriptions:places'
local bad = wrong('hash', all) or wrong('zset', order, places) or wrong('set', at .. to)
if bad then
	return bad
end
local old = redis.call('HGET', all, id)
local was
if expected and old ~= expected then
	return {'CHANGED'}
end
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
	if redis.call('EXISTS', at .. was) == 0 then
		redis.call('ZREM', places, was)
	end
end
redis.call('SADD', at .. to, id)
redis.call('ZADD', places, 0, to)
return {'OK'}
