-- Takes an abandoned row up again.
--
-- Safe to run twice: it lives then, and stays as it is.
--
-- ARGV: kind, name, due, how the dead letters name it
-- include outbox
local kind, name, due, dead = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local r, bad = rowOf(kind, name)
bad = bad or refused(r, '')
if bad then
	return bad
end
if r.abandoned then
	evenWhenFull()
	redis.call('HDEL', r.key, 'abandoned', 'attempts')
	redis.call('HSET', r.key, 'due', due)
	redis.call('ZREM', r.dead, dead)
	r.abandoned, r.due = false, due
	place(r)
end
return {'OK'}
