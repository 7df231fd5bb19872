-- Adds an announcement unless its key is there.
--
-- Safe to run twice: the key is there then.
--
-- ARGV: key, destination, due, data, chat
local key, to, due, data, of = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local row, queue, index = prefix .. 'announcement:' .. key, prefix .. 'announcements:due',
	prefix .. 'announcements:of:' .. of
local bad = wrong('hash', row) or wrong('zset', queue, index)
if bad then
	return bad
end
if redis.call('EXISTS', row) == 0 then
	redis.call('HSET', row, 'to', to, 'due', due, 'data', data, 'of', of)
	redis.call('ZADD', queue, due, key)
	redis.call('ZADD', index, '+inf', key)
	redis.call('PERSIST', index)
end
return {'OK'}
