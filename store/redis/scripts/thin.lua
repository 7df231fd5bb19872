-- Drops an hour's finer bars and puts one hourly bar in the place of the last.
--
-- Safe to run twice: it does nothing unless the hour has the very bars it was asked about.
--
-- ARGV: hour, type, number of the bar to replace (0: none), the record to put there, and the numbers of the hour's
-- finer bars
local hour, kind, place, record = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local key, history, kept = prefix .. 'hour:' .. hour, prefix .. 'history', prefix .. 'history:' .. kind
local bad = wrong('hash', key) or wrong('zset', history, kept, prefix .. 'hours')
if bad then
	return bad
end
local fine, grains = 0, redis.call('HGETALL', key)
for i = 2, #grains, 2 do
	fine = fine + (grains[i] == 'fine' and 1 or 0)
end
for at = 5, #ARGV do
	if redis.call('HGET', key, ARGV[at]) ~= 'fine' then
		return {'OK'}
	end
end
if fine ~= #ARGV - 4 then
	return {'OK'} -- one more has come; next time
end
evenWhenFull()
for at = 5, #ARGV do
	local n = ARGV[at]
	redis.call('ZREMRANGEBYSCORE', history, n, n)
	redis.call('HDEL', key, n)
	if n ~= place then
		redis.call('ZREM', kept, n)
	end
end
redis.call('ZREM', prefix .. 'hours', hour)
if place ~= '0' then
	redis.call('ZADD', history, place, place .. ':' .. record)
	redis.call('HSET', key, place, 'whole')
end
return {'OK'}
