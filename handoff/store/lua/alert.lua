-- alert: raise a named alert; it is open until its time runs out or somebody clears it.
-- KEYS  1 alerts (hash)
-- ARGV  3 name  4 detail  5 open for so many ms
-- Returns  {1} opened by this, {0} it was open
local name = ARGV[3]
local until_ms = tonumber(redis.call('HGET', KEYS[1], name .. '|until') or 0)
local fresh = until_ms <= now
if fresh then
  if redis.call('HLEN', KEYS[1]) > 400 then -- names of processes, folders and tracks that are no more
    local found = redis.call('HGETALL', KEYS[1])
    for i = 1, #found, 2 do
      local old = string.match(found[i], '^(.*)|until$')
      if old and tonumber(found[i + 1]) <= now then
        redis.call('HDEL', KEYS[1], old .. '|since', old .. '|count', old .. '|detail', old .. '|until')
      end
    end
  end
  redis.call('HSET', KEYS[1], name .. '|since', now, name .. '|count', 0)
end
until_ms = math.max(until_ms, now + ARGV[5])
redis.call('HSET', KEYS[1], name .. '|detail', ARGV[4], name .. '|until', string.format('%.0f', until_ms))
redis.call('HINCRBY', KEYS[1], name .. '|count', 1)
return {fresh and 1 or 0}
