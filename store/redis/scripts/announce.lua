-- Adds an announcement unless its key is there.
--
-- Safe to run twice: the key is there then.
--
-- ARGV: key, destination, due, data
local key, to, due, data = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local row, queue = prefix .. 'announcement:' .. key, prefix .. 'announcements:due'
local bad = wrong('hash', row) or wrong('zset', queue)
if bad then
	return bad
end
if redis.call('EXISTS', row) == 0 then
	redis.call('HSET', row, 'to', to, 'due', due, 'data', data)
	redis.call('ZADD', queue, due, key)
end
return {'OK'}
