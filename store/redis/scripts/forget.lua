-- Drops a bounded number of old observations and moves the horizon behind which seen marks do not count.
--
-- Safe to run twice: it drops what is too old, which then is gone.
--
-- ARGV: horizon, how many, and pairs of type and the time before which its observations are too old. Answers with
-- how many were dropped.
local horizon, budget = ARGV[1], tonumber(ARGV[2])
local history, behind = prefix .. 'history', prefix .. 'horizon'
local bad = wrong('zset', history) or wrong('string', behind)
for at = 3, #ARGV, 2 do
	bad = bad or wrong('zset', prefix .. 'history:' .. ARGV[at])
end
if bad then
	return bad
end
evenWhenFull()
if tonumber(horizon) > tonumber(redis.call('GET', behind) or '-inf') then
	redis.call('SET', behind, horizon)
end
local dropped = 0
for at = 3, #ARGV, 2 do
	local kept = prefix .. 'history:' .. ARGV[at]
	local old = {}
	if dropped < budget then
		old = redis.call('ZRANGEBYSCORE', kept, '-inf', '(' .. ARGV[at + 1], 'LIMIT', 0, budget - dropped)
	end
	for _, n in ipairs(old) do
		local record = redis.call('ZRANGEBYSCORE', history, n, n)[1]
		local length, from = string.match(record or '', '^%d+:.(%d+):()')
		if length and tonumber(length) > 0 then
			redis.call('HDEL', prefix .. 'hour:' .. string.sub(record, from, from + length - 1), n)
		end
		redis.call('ZREMRANGEBYSCORE', history, n, n)
		redis.call('ZREM', kept, n)
	end
	dropped = dropped + #old
end
return {'OK', dropped}
