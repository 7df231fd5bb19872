-- Records what a card's message shows, and ends the claim.
--
-- Safe to run twice: a claim that was ended writes nothing, and without one told and spoken only ever rise.
--
-- ARGV: name, claim, told, spoken, receipt
-- include outbox
local claim, told, spoken, receipt = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local r, bad = rowOf('card', ARGV[1])
bad = bad or refused(r, claim)
if bad then
	return bad
end
evenWhenFull()
settle(r, claim)
if receipt ~= '' and told >= r.told then
	redis.call('HSET', r.key, 'receipt', receipt)
end
r.told, r.spoken = math.max(r.told, told), math.max(r.spoken, spoken)
redis.call('HSET', r.key, 'told', r.told, 'spoken', r.spoken)
redis.call('HDEL', r.key, 'attempts')
place(r)
return {'OK'}
