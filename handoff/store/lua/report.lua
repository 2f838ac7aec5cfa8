-- report: write a process's figures, and add what it counted since its last report to the shop's totals.
-- KEYS  1 its figures (string)  2 processes (zset)  3 what it had counted (hash)  4 totals (hash)
-- ARGV  3 process  4 figures (JSON)  5 when it started  6 figures fade after, s
-- Returns  {how many totals changed}
local had, changed = {}, 0
local kept = redis.call('HGETALL', KEYS[3])
for i = 1, #kept, 2 do had[kept[i]] = kept[i + 1] end
if had.started ~= ARGV[5] then -- a new life of this name counts from zero
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[3], 'started', ARGV[5])
  had = {}
end
for name, count in pairs(cjson.decode(ARGV[4])) do
  if string.sub(name, 1, 1) ~= '=' then -- levels are no sums
    local more = count - (tonumber(had[name]) or 0)
    if more ~= 0 then
      redis.call('HINCRBYFLOAT', KEYS[4], name, string.format('%.17g', more))
      redis.call('HSET', KEYS[3], name, string.format('%.17g', count))
      changed = changed + 1
    end
  end
end
redis.call('EXPIRE', KEYS[3], 86400)
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[6])
redis.call('ZADD', KEYS[2], now, ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 172800000) -- one that ended long ago is missed no more
return {changed}
