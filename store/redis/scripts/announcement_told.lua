-- Ends an announcement well. Its words go; its key stays for a while, so that it is not announced again.
--
-- Safe to run twice: it is told then.
--
-- ARGV: key, claim, for how many ms the key stays
-- include outbox
local claim, stays = ARGV[2], ARGV[3]
local r, bad = rowOf('announcement', ARGV[1])
local of = not bad and redis.call('HGET', r.key, 'of')
local index = prefix .. 'announcements:of:' .. (of or '')
bad = bad or refused(r, claim) or wrong('zset', index)
if bad then
	return bad
end
evenWhenFull()
settle(r, claim)
redis.call('HDEL', r.key, 'data', 'abandoned')
redis.call('ZREM', r.dead, r.name)
if r.told == 0 then
	redis.call('HSET', r.key, 'told', 1)
	redis.call('PEXPIRE', r.key, stays)
	if of then
		local clock = redis.call('TIME')
		local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
		redis.call('ZREMRANGEBYSCORE', index, '-inf', '(' .. string.format('%.0f', now))
		redis.call('ZADD', index, string.format('%.0f', now + stays), r.name)
		goWithLast(index)
	end
end
r.told = 1
place(r)
return {'OK'}
