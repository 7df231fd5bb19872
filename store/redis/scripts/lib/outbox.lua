-- Cards and announcements are rows of one outbox. A row knows the token of its last claim (claim) and of the last
-- one that its holder has ended (settled). A destination is busy with at most one card and one announcement; the
-- hash of claims says with which and until when.

-- rowOf reads a row. Of one that does not exist it knows the name and the keys only.
local function rowOf(kind, name)
	local r = {kind = kind, name = name, key = prefix .. kind .. ':' .. name}
	local plural = kind == 'card' and '' or 'announcements:'
	r.claims, r.dead = prefix .. plural .. 'claims', prefix .. plural .. 'dead'
	local bad = wrong('hash', r.key, r.claims) or wrong('zset', r.dead)
	if bad then
		return r, bad
	end
	local f = redis.call('HMGET', r.key, 'wanted', 'told', 'spoken', 'speak', 'severity', 'due', 'abandoned',
		'claim', 'settled', 'to')
	r.wanted, r.told, r.spoken, r.speak = tonumber(f[1] or 0), tonumber(f[2] or 0), tonumber(f[3] or 0),
		tonumber(f[4] or 0)
	r.due, r.abandoned, r.claim, r.settled = f[6], f[7], f[8], f[9]
	r.exists = f[6] ~= false
	if kind == 'card' then
		local length, at = string.match(name, '^(%d+):()')
		r.to = string.sub(name, at + length + 1)
		r.queue = prefix .. 'due:' .. (f[5] or 0)
	else
		r.to, r.queue = f[10], prefix .. 'announcements:due'
	end
	return r, wrong('zset', r.queue)
end

-- place puts the row among those that are due, or takes it away from there.
local function place(r)
	local waits = not r.abandoned
	if r.kind == 'card' then
		waits = waits and (r.told < r.wanted or r.spoken < r.speak)
	else
		waits = waits and r.told == 0
	end
	if waits then
		redis.call('ZADD', r.queue, r.due, r.name)
	else
		redis.call('ZREM', r.queue, r.name)
	end
end

-- busy says which row a destination is busy with, and until when.
local function busy(claims, destination)
	local entry = redis.call('HGET', claims, destination)
	if entry then
		local till, name = string.match(entry, '^(%-?%d+) (.*)$')
		return name, tonumber(till)
	end
end

-- refused answers for the script when the claim must not, or need not, say what came of the row.
local function refused(r, claim)
	if not r.exists then
		return {'NOTFOUND'}
	end
	if claim ~= '' and claim == r.settled then
		return {'OK'} -- it has been said
	end
	if claim ~= '' and r.claim and claim ~= r.claim then
		return {'LOST'}
	end
end

-- settle ends the claim and says how many attempts that makes: none or one.
local function settle(r, claim)
	local live = busy(r.claims, r.to) == r.name
	if live then
		redis.call('HDEL', r.claims, r.to)
	end
	if claim ~= '' then
		redis.call('HSET', r.key, 'settled', claim)
		return 1
	end
	return live and 1 or 0
end

-- unnote forgets under which token the row was handed out last, so that no note but that of its next claim names it.
local function unnote(r)
	if r.claim then
		redis.pcall('LREM', prefix .. 'claimed:' .. r.claim, 0, r.name)
	end
end

-- unclaim ends whatever claim the row has.
local function unclaim(r)
	unnote(r)
	if busy(r.claims, r.to) == r.name then
		redis.call('HDEL', r.claims, r.to)
	end
end

-- goWithLast lets the index of a chat's announcements go with the last of them; see announcements:of.
local function goWithLast(index)
	local last = redis.call('ZREVRANGE', index, 0, 0, 'WITHSCORES')[2]
	if last == 'inf' then
		redis.call('PERSIST', index)
	elseif last then
		redis.call('PEXPIREAT', index, string.format('%.0f', tonumber(last)))
	end
end

-- hand claims rows that are due, queue by queue, longest due first, at destinations that are not busy, and
-- returns them. What it has handed out is noted under the token, so that asking again hands out the same.
local function hand(kind, queues, token, now, till, limit, remember)
	local note = prefix .. 'claimed:' .. token
	local bad = wrong('list', note) or wrong('zset', unpack(queues))
	if bad then
		return nil, bad
	end
	local rows, gone, taken = {}, {}, {}
	for _, name in ipairs(redis.call('LRANGE', note, 0, -1)) do
		local r = rowOf(kind, name)
		if r.claim == token and r.settled ~= token then
			rows[#rows + 1] = r
		end
	end
	if #rows > 0 then
		return rows
	end
	for _, queue in ipairs(queues) do
		local from, names = 0, nil
		repeat
			names = redis.call('ZRANGEBYSCORE', queue, '-inf', now, 'LIMIT', from, 100)
			from = from + #names
			for _, name in ipairs(names) do
				if #rows >= limit then
					break
				end
				local r, bad = rowOf(kind, name)
				if bad then
					return nil, bad
				end
				if not r.exists then
					gone[#gone + 1] = {queue, name}
				elseif not taken[r.to] then
					local _, ends = busy(r.claims, r.to)
					taken[r.to] = true
					if not ends or ends <= tonumber(now) then
						rows[#rows + 1] = r
					end
				end
			end
		until #names < 100 or #rows >= limit
	end
	evenWhenFull()
	for _, g in ipairs(gone) do
		redis.call('ZREM', g[1], g[2])
	end
	for _, r in ipairs(rows) do
		unnote(r)
		redis.call('HSET', r.key, 'claim', token)
		redis.call('HSET', r.claims, r.to, till .. ' ' .. r.name)
		redis.call('RPUSH', note, r.name)
	end
	if #rows > 0 then
		redis.call('PEXPIRE', note, remember)
	end
	return rows
end
