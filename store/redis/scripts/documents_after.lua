-- A page of the documents of a kind, in the order of their keys. One script, for a page that came out short would look
-- like the last.
--
-- Reads only.
--
-- ARGV: kind, after which key, how many. Answers with pairs of key and document.
local documents, order = prefix .. 'document:' .. ARGV[1], prefix .. 'documents:' .. ARGV[1]
local bad = wrong('hash', documents) or wrong('zset', order)
if bad then
	return bad
end
local found = {'OK'}
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
for _, key in ipairs(redis.call('ZRANGEBYLEX', order, from, '+', 'LIMIT', 0, ARGV[3])) do
	found[#found + 1] = key
	found[#found + 1] = redis.call('HGET', documents, key)
end
return found
