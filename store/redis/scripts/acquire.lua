-- Takes or extends a lease, by the clock of this server alone.
--
-- Safe to run twice: the second time it is the owner's already. Where a step was lost both times raise the fence,
-- which serves as well.
--
-- ARGV: name, owner, how many microseconds, the last step that the owner has committed (or empty). Answers with
-- the fence, 0 where another one has it, and with the time.
local key, owner, ttl = prefix .. 'lease:' .. ARGV[1], ARGV[2], tonumber(ARGV[3])
local bad = wrong('hash', key) or wrong('zset', prefix .. 'steps')
if bad then
	return bad
end
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local held = redis.call('HMGET', key, 'owner', 'fence', 'until', 'ttl')
local fence = tonumber(held[2] or 0)
evenWhenFull()
if held[1] ~= owner then
	local till, length = tonumber(held[3] or 0), tonumber(held[4] or 0)
	if held[1] and held[1] ~= '' and till > now then
		if till - now > length then -- the clock went back; a lease lasts no longer for that
			redis.call('HSET', key, 'until', string.format('%.0f', now + length))
		end
		return {'OK', 0, string.format('%.0f', now)}
	end
	-- Fences rise even over a server that has lost everything: no holder from before may look like the newest.
	fence = math.max(fence + 1, math.floor(now / 1000))
elseif ARGV[4] ~= '' and not redis.call('ZSCORE', prefix .. 'steps', ARGV[4]) then
	-- This server has answered for that step and does not know it: it was restarted from an older state, or is a
	-- replica that lagged. Whoever goes on from what it knows would build on what is gone.
	fence = math.max(fence + 1, math.floor(now / 1000))
end
redis.call('HSET', key, 'owner', owner, 'fence', string.format('%.0f', fence), 'ttl', string.format('%.0f', ttl),
	'until', string.format('%.0f', now + ttl))
return {'OK', string.format('%.0f', fence), string.format('%.0f', now)}
