-- Finds out whether the server lets this user run what the other scripts run, on keys like theirs.
--
-- Safe to run twice: it leaves nothing.
--
-- Answers with the first command that is forbidden, or with none.
local key = prefix .. 'nothing'
for _, command in ipairs({
	{'TIME'}, {'TYPE', key}, {'EXISTS', key}, {'GET', key}, {'MGET', key}, {'HGET', key, 'f'}, {'HMGET', key, 'f'},
	{'HGETALL', key}, {'HEXISTS', key, 'f'}, {'HDEL', key, 'f'}, {'LRANGE', key, 0, 0}, {'SMEMBERS', key},
	{'SREM', key, 'm'}, {'HLEN', key}, {'LREM', key, 0, 'm'}, {'RENAME', key, key}, {'PERSIST', key},
	{'PEXPIREAT', key, 1}, {'ZCARD', key}, {'ZREVRANGE', key, 0, 0}, {'ZSCORE', key, 'm'}, {'ZCOUNT', key, 0, 0}, {'ZRANGE', key, 0, 0},
	{'ZRANGEBYSCORE', key, 0, 0}, {'ZREVRANGEBYSCORE', key, 0, 0}, {'ZRANGEBYLEX', key, '-', '+'},
	{'ZREM', key, 'm'}, {'ZREMRANGEBYRANK', key, 0, 0}, {'ZREMRANGEBYSCORE', key, 0, 0}, {'PEXPIRE', key, 1},
	{'DEL', key},
	-- What takes memory comes last, and goes at once. A full server refuses it, which is no matter of rights.
	{'HSET', key, 'f', 1}, {'HSETNX', key, 'f', 1}, {'HINCRBY', key, 'f', 1}, {'DEL', key}, {'ZADD', key, 0, 'm'},
	{'DEL', key}, {'SADD', key, 'm'}, {'DEL', key}, {'RPUSH', key, 'm'}, {'DEL', key}, {'SET', key, 1, 'PX', 1000},
	{'DEL', key},
}) do
	local answer = redis.pcall(unpack(command))
	if type(answer) == 'table' and answer.err
		and (string.find(answer.err, 'NOPERM') or string.find(answer.err, 'permission')
			or string.find(answer.err, "can't run this command") or string.find(answer.err, 'access')) then
		return {'OK', command[1]}
	end
end
return {'OK'}
