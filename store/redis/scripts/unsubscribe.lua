-- Removes a subscription.
--
-- Safe to run twice: it is gone then.
--
-- ARGV: ID, and, where it must not have changed, what it was
local id, expected = ARGV[1], ARGV[2]
local all, order, at = prefix .. 'subscriptions', prefix .. 'subscriptions:order', prefix .. 'subscriptions:at:'
local places = prefix .. 'subscriptions:places'
local bad = wrong('hash', all) or wrong('zset', order, places)
if bad then
	return bad
end
local old = redis.call('HGET', all, id)
if old and expected and old ~= expected then
	return {'CHANGED'}
end
if old then
	local length, from = string.match(old, '^(%d+):()')
	local to = string.sub(old, from, from + length - 1)
	bad = wrong('set', at .. to)
	if bad then
		return bad
	end
	redis.call('SREM', at .. to, id)
	if redis.call('EXISTS', at .. to) == 0 then
		redis.call('ZREM', places, to)
	end
	redis.call('ZREM', order, id)
	redis.call('HDEL', all, id)
end
return {'OK'}
