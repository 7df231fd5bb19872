-- Sets those fan-outs back to their beginning whose progress names a chat or one of its subscriptions. To do their
-- pages again changes nothing.
--
-- Safe to run twice: they are set back then.
--
-- ARGV: the chat's own destination, IDs of subscriptions
local own, after = ARGV[1], prefix .. 'after'
local bad = wrong('hash', after)
if bad then
	return bad
end
local named = {[own] = true}
for i = 2, #ARGV do
	named[ARGV[i]] = true
end
evenWhenFull()
local progress = redis.call('HGETALL', after)
for i = 1, #progress, 2 do
	local at = progress[i + 1]
	if named[at] or string.sub(at, 1, #own + 1) == own .. '/' then
		redis.call('HDEL', after, progress[i])
	end
end
return {'OK'}
