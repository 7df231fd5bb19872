-- Every script gets the prefix of our keys as its only key, and answers with a list that begins with a word.
-- Redis runs a script alone and never undoes half of one: so each looks at all it needs first, and writes only
-- when nothing can fail any more. Strings are never compared with < here: that follows the server's locale.
local prefix = KEYS[1]

-- wrong answers for the script when one of the keys holds another kind of value than ours.
local function wrong(kind, ...)
	for _, key in ipairs({...}) do
		local is = redis.call('TYPE', key).ok
		if is ~= 'none' and is ~= kind then
			return {'WRONG', key, is, kind}
		end
	end
end

-- evenWhenFull lets what follows through when memory is full. Redis refuses commands that may take memory, but
-- only as the first write of a script. It is for what frees memory, and for the few bytes that keep sending
-- alive.
local function evenWhenFull()
	redis.call('DEL', prefix .. 'nothing')
end
