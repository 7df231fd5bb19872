-- Makes a claim last longer.
--
-- Safe to run twice: it sets the same end.
--
-- ARGV: kind, name, claim, until
-- include outbox
local kind, name, claim, till = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local r, bad = rowOf(kind, name)
bad = bad or (refused(r, claim))
if not bad and claim == '' then
	return {'LOST'}
end
if bad then
	return bad[1] == 'OK' and {'LOST'} or bad
end
local by = busy(r.claims, r.to)
if by and by ~= r.name then
	return {'LOST'}
end
evenWhenFull()
redis.call('HSET', r.claims, r.to, till .. ' ' .. r.name)
return {'OK'}
