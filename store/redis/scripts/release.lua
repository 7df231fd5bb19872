-- Gives a lease back. The hash stays, for its fence.
--
-- Safe to run twice: it is nobody's then.
--
-- ARGV: name, owner
local key = prefix .. 'lease:' .. ARGV[1]
local bad = wrong('hash', key)
if bad then
	return bad
end
if redis.call('HGET', key, 'owner') == ARGV[2] then
	evenWhenFull()
	redis.call('HSET', key, 'owner', '')
end
return {'OK'}
