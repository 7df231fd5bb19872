-- One page of a notice's fan-out.
--
-- Safe to run twice: a card is only ever raised, the fan-out only ever moves on, and what is over stays over.
--
-- ARGV: the notice as pending names it, incident, revision, severity, due, after, done (1 or 0)
--   and for each destination: its name, platform, chat, thread
local member, incident, revision, severity, due = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local after, done, perCard, first = ARGV[6], ARGV[7] == '1', 4, 8
local notices, spoken, cards = prefix .. 'notices:' .. incident, prefix .. 'spoken:' .. incident,
	prefix .. 'cards:' .. incident
local pending, progress, queue = prefix .. 'pending', prefix .. 'after', prefix .. 'due:' .. severity

-- later says whether a comes after b in the order of their bytes.
local function later(a, b)
	for i = 1, math.min(#a, #b) do
		local x, y = string.byte(a, i), string.byte(b, i)
		if x ~= y then
			return x > y
		end
	end
	return #a > #b
end

-- add puts pairs of score and member into a zset, as many at a time as one call takes.
local function add(zset, pairs)
	for i = 1, #pairs, 1000 do
		redis.call('ZADD', zset, unpack(pairs, i, math.min(i + 999, #pairs)))
	end
end

local bad = wrong('zset', notices, spoken, cards, prefix .. 'due:0', prefix .. 'due:1', prefix .. 'due:2',
	prefix .. 'due:3', prefix .. 'pending:0', prefix .. 'pending:1', prefix .. 'pending:2', prefix .. 'pending:3')
	or wrong('hash', pending, progress)
if bad then
	return bad
end
if redis.call('ZCOUNT', notices, revision, revision) == 0 then
	return {'NOTFOUND'}
end
local speak = redis.call('ZREVRANGEBYSCORE', spoken, revision, '-inf', 'LIMIT', 0, 1)[1] or '0'
local start = #incident .. ':' .. incident .. ':'
local kept = {}
for at = first, #ARGV, perCard do
	local key = prefix .. 'card:' .. start .. ARGV[at]
	local card = redis.pcall('HMGET', key, 'wanted', 'told', 'spoken', 'severity', 'abandoned')
	if card.err then
		return wrong('hash', key) or redis.error_reply(card.err)
	end
	kept[at] = card
end

-- From here on nothing fails. A page is one pass over few calls: it may have a thousand cards.
local fresh, waiting = {}, {}
for at = first, #ARGV, perCard do
	local to, card = ARGV[at], kept[at]
	local key, name = prefix .. 'card:' .. start .. to, start .. to
	if not card[1] then
		redis.call('HSET', key, 'platform', ARGV[at + 1], 'chat', ARGV[at + 2], 'thread', ARGV[at + 3], 'wanted',
			revision, 'severity', severity, 'due', due, 'speak', speak)
		fresh[#fresh + 1] = 0
		fresh[#fresh + 1] = to
	elseif tonumber(card[1]) < revision then
		redis.call('HSET', key, 'wanted', revision, 'severity', severity, 'due', due, 'speak', speak)
		if card[4] ~= severity then
			redis.call('ZREM', prefix .. 'due:' .. card[4], name)
		end
	end
	if not card[1] or tonumber(card[1]) < revision then
		local behind = tonumber(card[2] or 0) < revision or tonumber(card[3] or 0) < tonumber(speak)
		if behind and not card[5] then
			waiting[#waiting + 1] = due
			waiting[#waiting + 1] = name
		end
	end
end
add(cards, fresh)
add(queue, waiting)
if redis.call('HEXISTS', pending, member) == 1 then
	if done then
		for severity = 0, 3 do
			redis.call('ZREM', prefix .. 'pending:' .. severity, member)
		end
		redis.call('HDEL', pending, member)
		redis.call('HDEL', progress, member)
	elseif later(after, redis.call('HGET', progress, member) or '') then
		redis.call('HSET', progress, member, after)
	end
end
return {'OK'}
