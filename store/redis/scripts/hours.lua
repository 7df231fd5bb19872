-- Hours whose finer bars all became known long ago, with all that is kept of each.
--
-- Reads only.
--
-- ARGV: cutoff, how many. Answers with pairs of hour and a list of number, grain and record.
local hours, history = prefix .. 'hours', prefix .. 'history'
local bad = wrong('zset', hours, history)
if bad then
	return bad
end
local found = {'OK'}
for _, hour in ipairs(redis.call('ZRANGEBYSCORE', hours, '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])) do
	local key, bars = prefix .. 'hour:' .. hour, {}
	bad = wrong('hash', key)
	if bad then
		return bad
	end
	local grains = redis.call('HGETALL', key)
	for i = 1, #grains, 2 do
		bars[#bars + 1] = grains[i]
		bars[#bars + 1] = grains[i + 1]
		bars[#bars + 1] = redis.call('ZRANGEBYSCORE', history, grains[i], grains[i])[1] or ''
	end
	found[#found + 1] = hour
	found[#found + 1] = bars
end
return found
