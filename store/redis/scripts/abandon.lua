-- Ends a row with a reason.
--
-- Safe to run twice: the first reason stays.
--
-- ARGV: kind, name, claim, reason, how the dead letters name it
-- include outbox
local kind, name, claim, reason, dead = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local r, bad = rowOf(kind, name)
bad = bad or refused(r, claim)
if bad then
	return bad
end
evenWhenFull()
settle(r, claim)
if kind == 'card' or r.told == 0 then
	redis.call('HSETNX', r.key, 'abandoned', reason)
	redis.call('ZADD', r.dead, 0, dead)
	r.abandoned = reason
	place(r)
end
return {'OK'}
