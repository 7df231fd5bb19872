-- Ends a claim and makes the row due at a time, with the attempt counted or not.
--
-- Safe to run twice: a claim that was ended writes nothing; without one there is nothing to count a second time.
--
-- ARGV: kind, name, claim, due, whether the attempt counts (1 or 0)
-- include outbox
local kind, name, claim, due, counts = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local r, bad = rowOf(kind, name)
bad = bad or refused(r, claim)
if bad then
	return bad
end
evenWhenFull()
local attempt = settle(r, claim)
if counts then
	redis.call('HINCRBY', r.key, 'attempts', attempt)
end
redis.call('HSET', r.key, 'due', due)
r.due = due
place(r)
return {'OK'}
