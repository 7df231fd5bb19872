-- The notices whose fan-out is not over: the incident that is most severe now first, then the oldest.
--
-- Reads only.
--
-- ARGV: how many. Answers with pairs of notice and how far its fan-out has come.
local limit = tonumber(ARGV[1])
local pending, after = prefix .. 'pending', prefix .. 'after'
local bad = wrong('hash', pending, after)
local found = {'OK'}
for severity = 3, 0, -1 do
	local queue = prefix .. 'pending:' .. severity
	bad = bad or wrong('zset', queue)
	if bad then
		return bad
	end
	local left = limit - (#found - 1) / 2
	if left > 0 then
		for _, member in ipairs(redis.call('ZRANGE', queue, 0, left - 1)) do
			found[#found + 1] = redis.call('HGET', pending, member)
			found[#found + 1] = redis.call('HGET', after, member) or ''
		end
	end
end
return found
