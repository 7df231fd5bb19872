-- Moves an announcement to another chat.
--
-- Safe to run twice: it is not the chat's any more.
--
-- ARGV: key, chat, the other chat, the destination there, data with that destination
-- include outbox
local of, other, to, data = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local index, moved = prefix .. 'announcements:of:' .. of, prefix .. 'announcements:of:' .. other
local r, bad = rowOf('announcement', ARGV[1])
bad = bad or wrong('zset', index, moved)
if bad then
	return bad
end
evenWhenFull()
local goes = redis.call('ZSCORE', index, r.name)
if goes and redis.call('HGET', r.key, 'of') == of then
	unclaim(r)
	redis.call('HSET', r.key, 'of', other, 'to', to)
	if r.told == 0 then -- the words of one that was told are gone
		redis.call('HSET', r.key, 'data', data)
	end
	redis.call('ZADD', moved, goes, r.name)
	goWithLast(moved)
end
redis.call('ZREM', index, r.name)
return {'OK'}
