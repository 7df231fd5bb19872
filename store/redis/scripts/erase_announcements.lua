-- Erases some of a chat's announcements.
--
-- Safe to run twice: what was erased is not found again.
--
-- ARGV: chat, how many. Answers with how many are left.
-- include outbox
local of, budget = ARGV[1], tonumber(ARGV[2])
local index = prefix .. 'announcements:of:' .. of
local bad = wrong('zset', index)
local rows = {}
for _, key in ipairs(bad and {} or redis.call('ZRANGE', index, 0, budget - 1)) do
	if not bad then
		rows[#rows + 1], bad = rowOf('announcement', key)
	end
end
if bad then
	return bad
end
evenWhenFull()
for _, r in ipairs(rows) do
	if redis.call('HGET', r.key, 'of') == of then -- else it was told long ago, and the key is another chat's now
		unclaim(r)
		redis.call('DEL', r.key)
		redis.call('ZREM', r.queue, r.name)
		redis.call('ZREM', r.dead, r.name)
	end
	redis.call('ZREM', index, r.name)
end
return {'OK', redis.call('ZCARD', index)}
