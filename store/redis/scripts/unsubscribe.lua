-- Removes a subscription.
--
-- Safe to run twice: it is gone then.
--
-- ARGV: ID
local id = ARGV[1]
local all, order, at = prefix .. 'subscriptions', prefix .. 'subscriptions:order', prefix .. 'subscriptions:at:'
local bad = wrong('hash', all) or wrong('zset', order)
if bad then
	return bad
end
local old = redis.call('HGET', all, id)
if old then
	local length, from = string.match(old, '^(%d+):()')
	local to = string.sub(old, from, from + length - 1)
	bad = wrong('set', at .. to)
	if bad then
		return bad
	end
	redis.call('SREM', at .. to, id)
	redis.call('ZREM', order, id)
	redis.call('HDEL', all, id)
end
return {'OK'}
