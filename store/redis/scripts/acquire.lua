-- Takes or extends a lease, by the clock of this server alone.
--
-- Safe to run twice: the second time it is the owner's already.
--
-- ARGV: name, owner, how many microseconds. Answers with the fence.
local key, owner, ttl = prefix .. 'lease:' .. ARGV[1], ARGV[2], tonumber(ARGV[3])
local bad = wrong('hash', key)
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
		return {'INUSE'}
	end
	-- Fences rise even over a server that has lost everything: no holder from before may look like the newest.
	fence = math.max(fence + 1, math.floor(now / 1000))
end
redis.call('HSET', key, 'owner', owner, 'fence', string.format('%.0f', fence), 'ttl', string.format('%.0f', ttl),
	'until', string.format('%.0f', now + ttl))
return {'OK', string.format('%.0f', fence)}
