-- One incident with its notices and those whose fan-out is not over, all of one moment.
--
-- Reads only.
--
-- ARGV: incident, its form that sorts. Answers with its data, the notices, and pairs of revision and how far the
-- fan-out has come.
local incident, notices = prefix .. 'incident:' .. ARGV[1], prefix .. 'notices:' .. ARGV[1]
local pending, after = prefix .. 'pending', prefix .. 'after'
local bad = wrong('hash', incident, pending, after) or wrong('zset', notices)
if bad then
	return bad
end
local data = redis.call('HGET', incident, 'data')
if not data then
	return {'NOTFOUND'}
end
local told, waiting = {}, {}
local rows = redis.call('ZRANGE', notices, 0, -1, 'WITHSCORES')
for i = 1, #rows, 2 do
	told[#told + 1] = rows[i]
	local member = ARGV[2] .. string.format('%010d', tonumber(rows[i + 1]))
	if redis.call('HEXISTS', pending, member) == 1 then
		waiting[#waiting + 1] = rows[i + 1]
		waiting[#waiting + 1] = redis.call('HGET', after, member) or ''
	end
end
return {'OK', data, told, waiting}
