-- The atomic step: the observation is marked seen and goes to History, the incidents stand at their new
-- revisions, their notices are pending; or nothing of it.
--
-- Safe to run twice: the token is noted with the step, and a token that is known is a success that writes nothing.
--
-- ARGV: token, fence (0: no check), token of the holder's step before (or empty), how many tokens to keep, how many
--   changes
--   observed (1 or 0), seen key, what its mark holds, for how many ms, type, kept by, record, hour of a bar (or
--   empty), when that hour may be thinned, fine or whole
--   and for each change: incident, its form that sorts, revision, severity, opened, closed (+inf: open), incident
--   data, notice data (or empty), its time, spoken (1 or 0)
local token, fence, before, keep, changes = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local observed, seen, mark, ttl = ARGV[6] == '1', prefix .. 'seen:' .. ARGV[7], ARGV[8], ARGV[9]
local kind, keptBy, record, hour, ripe, grain = ARGV[10], ARGV[11], ARGV[12], ARGV[13], ARGV[14], ARGV[15]
local perChange, first = 10, 16

local function change(n)
	local at = first + (n - 1) * perChange
	return {
		id = ARGV[at], sorts = ARGV[at + 1], revision = tonumber(ARGV[at + 2]), severity = ARGV[at + 3],
		opened = ARGV[at + 4], closed = ARGV[at + 5], data = ARGV[at + 6], notice = ARGV[at + 7],
		time = ARGV[at + 8], spoken = ARGV[at + 9] == '1',
		key = prefix .. 'incident:' .. ARGV[at], notices = prefix .. 'notices:' .. ARGV[at],
		speak = prefix .. 'spoken:' .. ARGV[at],
	}
end

local steps, counters = prefix .. 'steps', prefix .. 'counters'
local lease = prefix .. 'lease:world'
local bad = wrong('zset', steps, prefix .. 'incidents:opened', prefix .. 'incidents:live', prefix .. 'history',
	prefix .. 'history:' .. kind, prefix .. 'hours', prefix .. 'pending:0', prefix .. 'pending:1',
	prefix .. 'pending:2', prefix .. 'pending:3')
	or wrong('hash', counters, lease, prefix .. 'pending', prefix .. 'hour:' .. hour)
	or wrong('string', seen, prefix .. 'horizon')
if bad then
	return bad
end
if redis.call('ZSCORE', steps, token) then
	return {'OK'}
end
local held = tonumber(redis.call('HGET', lease, 'fence') or 0)
if fence ~= 0 and held > fence then
	return {'FENCED'}
end
-- A replica that lagged when it became the master lacks what was answered, and so does a server that came back from an
-- old snapshot: the lease, or the holder's last step. What the holder has in mind goes on from that, and its feeds
-- believe it kept.
if fence ~= 0 and held < fence or before ~= '' and not redis.call('ZSCORE', steps, before) then
	return {'BEHIND'}
end
if observed then
	local held = redis.call('GET', seen)
	local horizon = tonumber(redis.call('GET', prefix .. 'horizon') or '-inf')
	if held and tonumber(string.match(held, '^%-?%d+')) >= horizon then
		return {'SEEN'}
	end
end
local all, revisions, severities = {}, {}, {}
for n = 1, changes do
	local c = change(n)
	bad = wrong('hash', c.key) or wrong('zset', c.notices, c.speak)
	if bad then
		return bad
	end
	local kept = redis.call('HMGET', c.key, 'revision', 'severity')
	local at = revisions[c.id] or tonumber(kept[1] or nil)
	if c.revision == 1 and at or c.revision ~= 1 and at ~= c.revision - 1 then
		return {'CONFLICT', c.id, ARGV[first + (n - 1) * perChange + 2]}
	end
	c.was = severities[c.id] or kept[2]
	revisions[c.id], severities[c.id], all[n] = c.revision, c.severity, c
end

-- From here on nothing fails. When memory is full, Redis refuses the first write, and so all of them.
local number = redis.call('HINCRBY', counters, 'steps', 1)
redis.call('ZADD', steps, number, token)
redis.call('ZREMRANGEBYRANK', steps, 0, -keep - 1)
if observed then
	redis.call('SET', seen, mark, 'PX', ttl)
	local n = redis.call('HINCRBY', counters, 'history', 1)
	redis.call('ZADD', prefix .. 'history', n, string.format('%.0f', n) .. ':' .. record)
	redis.call('ZADD', prefix .. 'history:' .. kind, keptBy, n)
	if hour ~= '' then
		redis.call('HSET', prefix .. 'hour:' .. hour, n, grain)
		if grain == 'fine' then
			redis.call('ZADD', prefix .. 'hours', 'GT', ripe, hour)
		end
	end
end
for _, c in ipairs(all) do
	redis.call('HSET', c.key, 'revision', c.revision, 'severity', c.severity, 'data', c.data)
	redis.call('ZADD', prefix .. 'incidents:opened', c.opened, c.id)
	redis.call('ZADD', prefix .. 'incidents:live', c.closed, c.id)
	if c.was and c.was ~= c.severity then -- what is pending of it goes by how severe it is now
		for revision = 1, c.revision - 1 do
			local member = c.sorts .. string.format('%010d', revision)
			local time = redis.call('ZSCORE', prefix .. 'pending:' .. c.was, member)
			if time then
				redis.call('ZADD', prefix .. 'pending:' .. c.severity, time, member)
				redis.call('ZREM', prefix .. 'pending:' .. c.was, member)
			end
		end
	end
	if c.notice ~= '' then
		local member = c.sorts .. string.format('%010d', c.revision)
		redis.call('ZADD', c.notices, c.revision, c.notice)
		if c.spoken then
			redis.call('ZADD', c.speak, c.revision, c.revision)
		end
		redis.call('ZADD', prefix .. 'pending:' .. c.severity, c.time, member)
		redis.call('HSET', prefix .. 'pending', member, c.notice)
	end
end
return {'OK'}
