-- Erases a chat's cards of some incidents, or moves them to another chat.
--
-- Safe to run twice: what was erased or moved is not found again.
--
-- ARGV: platform, chat, whether they move (1 or 0), where to, how many cards at most, incidents. Answers with how many
--   cards it has found: as many as it may is perhaps not all.
-- include outbox
local platform, chat, moves, other, budget = ARGV[1], ARGV[2], ARGV[3] == '1', ARGV[4], tonumber(ARGV[5])
local own = platform .. '/' .. chat
local pending = prefix .. 'pending'

local function sorts(incident)
	return (string.gsub(incident, '%z', '\0\255')) .. '\0\1'
end

-- lastPending is the last revision whose fan-out is not over. That may have passed a card's new place already.
local function lastPending(incident)
	if redis.call('HLEN', pending) == 0 then
		return nil
	end
	local notices = redis.call('ZREVRANGE', prefix .. 'notices:' .. incident, 0, -1, 'WITHSCORES')
	for i = 2, #notices, 2 do
		local revision = tonumber(notices[i])
		if redis.call('HEXISTS', pending, sorts(incident) .. string.format('%010d', revision)) == 1 then
			return revision
		end
	end
end

-- take adds the card at the destination to the rows, if it is the chat's: another chat's thread may have that name.
local function take(rows, incident, to)
	local r, bad = rowOf('card', #incident .. ':' .. incident .. ':' .. to)
	if bad then
		return bad
	end
	local place = redis.call('HMGET', r.key, 'platform', 'chat', 'thread')
	if place[1] ~= platform or place[2] ~= chat then
		return nil
	end
	r.incident, r.cards = incident, prefix .. 'cards:' .. incident
	if moves then
		local new = platform .. '/' .. other
		if place[3] and place[3] ~= '' then
			new = new .. '/' .. place[3]
		end
		r.moved, bad = rowOf('card', #incident .. ':' .. incident .. ':' .. new)
	end
	rows[#rows + 1] = r
	return bad
end

local function find(rows, incident)
	local cards = prefix .. 'cards:' .. incident
	local bad = wrong('zset', cards, prefix .. 'notices:' .. incident, prefix .. 'spoken:' .. incident)
		or wrong('hash', prefix .. 'incident:' .. incident)
	if not bad and redis.call('ZSCORE', cards, own) then
		bad = take(rows, incident, own)
	end
	local from, names = 0, nil
	repeat
		if bad then
			return bad
		end
		names = redis.call('ZRANGEBYLEX', cards, '[' .. own .. '/', '(' .. own .. '0', 'LIMIT', from, 100) -- 0 follows /
		from = from + #names
		for _, to in ipairs(names) do
			if not bad and #rows < budget then
				bad = take(rows, incident, to)
			end
		end
	until #names < 100 or #rows >= budget
	return bad
end

local function erase(r)
	unclaim(r)
	redis.call('DEL', r.key)
	redis.call('ZREM', r.cards, r.to)
	redis.call('ZREM', r.queue, r.name)
	redis.call('ZREM', r.dead, sorts(r.incident) .. r.to)
end

local function move(r)
	unclaim(r)
	redis.call('RENAME', r.key, r.moved.key)
	redis.call('HSET', r.moved.key, 'chat', other)
	redis.call('ZREM', r.cards, r.to)
	redis.call('ZADD', r.cards, 0, r.moved.to)
	redis.call('ZREM', r.queue, r.name)
	if r.abandoned then
		redis.call('ZREM', r.dead, sorts(r.incident) .. r.to)
		redis.call('ZADD', r.dead, 0, sorts(r.incident) .. r.moved.to)
	end
	local last = lastPending(r.incident)
	if last and r.wanted < last then
		local speak = redis.call('ZREVRANGEBYSCORE', prefix .. 'spoken:' .. r.incident, last, '-inf', 'LIMIT', 0, 1)[1]
		redis.call('HSET', r.moved.key, 'wanted', last, 'speak', speak or '0', 'severity',
			redis.call('HGET', prefix .. 'incident:' .. r.incident, 'severity'))
	end
	place((rowOf('card', r.moved.name)))
end

local bad = wrong('hash', pending) or wrong('zset', prefix .. 'due:0', prefix .. 'due:1', prefix .. 'due:2',
	prefix .. 'due:3')
local rows = {}
for i = 6, #ARGV do
	if not bad and #rows < budget then
		bad = find(rows, ARGV[i])
	end
end
if bad then
	return bad
end
evenWhenFull()
for _, r in ipairs(rows) do
	if moves and not r.moved.exists then
		move(r)
	else
		erase(r)
	end
end
return {'OK', #rows}
