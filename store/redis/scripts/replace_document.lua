-- Puts a document in the place of another one, or of none, or takes it away.
--
-- Safe to run twice: the token is noted with the change, so the second time is a success that writes nothing, even
-- where somebody else has changed the document in between.
--
-- ARGV: kind, key, token, how many tokens to keep, whether there was one (1 or 0), what it was, whether there is to be
--   one (1 or 0), what it is to be
local key, token, keep = ARGV[2], ARGV[3], tonumber(ARGV[4])
local was, now = ARGV[5] == '1' and ARGV[6], ARGV[7] == '1' and ARGV[8]
local documents, order = prefix .. 'document:' .. ARGV[1], prefix .. 'documents:' .. ARGV[1]
local replaced, counters = prefix .. 'replaced', prefix .. 'counters'
local bad = wrong('hash', documents, counters) or wrong('zset', order, replaced)
if bad then
	return bad
end
if redis.call('ZSCORE', replaced, token) then
	return {'OK'}
end
local kept = redis.call('HGET', documents, key)
if kept == now then
	return {'OK'}
end
if kept ~= was then
	return {'CHANGED'}
end
if now then
	redis.call('HSET', documents, key, now)
	redis.call('ZADD', order, 0, key)
else
	evenWhenFull()
	redis.call('HDEL', documents, key)
	redis.call('ZREM', order, key)
end
redis.call('ZADD', replaced, redis.call('HINCRBY', counters, 'replaced', 1), token)
redis.call('ZREMRANGEBYRANK', replaced, 0, -keep - 1)
return {'OK'}
