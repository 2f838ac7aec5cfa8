-- claim: give a waiting case to one agent, exactly once; the bot's unbegun answers are withdrawn.
-- KEYS  1 queue (zset)  2 assigned (zset)  3 agenda:sends (zset)  4 operation (string)
-- ARGV  3 case id ('' = the best of the queue)  4 agent  5 row
-- Returns  {'claimed', case, number in flight or 0, withdrawn bodies (JSON), case (flat hash)}, {'taken', holder}, {'closed'}, {'unknown'}, {'empty'}
local id, agent = ARGV[3], ARGV[4]
local done = redis.call('GET', KEYS[4])
if done then id = done elseif id == '' then id = redis.call('ZRANGE', KEYS[1], 0, 0)[1] end
if not id then return {'empty'} end
local k = P .. 'k:' .. id
local h = redis.call('HMGET', k, 'conversation', 'status', 'agent', 'opened', 'withdrawn')
local c = h[1]
if not c then return {'unknown'} end

local lane = lane_of(c)
local flying = 0 -- a word that was begun and may still arrive
if lane.K ~= '' and tonumber(redis.call('ZSCORE', KEYS[3], c) or 0) > now then
  flying = tonumber(string.match(lane.y, '^(%d+):')) or 0
end

if done then return {'claimed', id, flying, h[5] or '[]', redis.call('HGETALL', k)} end
if h[2] == 'resolved' then return {'closed'} end
if h[2] == 'assigned' then return {'taken', h[3]} end

local withdrawn, tried = {}, string.match(lane.y, '^(%d+):[1-9]')
for _, row in ipairs(redis.call('LRANGE', P .. 'o:' .. c, 0, -1)) do
  local number, kind, body = string.match(row, '^(%d+)|(%a)|%d+|%d+|(.*)$')
  if kind == 'a' and tonumber(number) ~= flying and number ~= tried then
    redis.call('HSET', P .. 'd:' .. c, number, 'withdrawn')
    redis.call('LREM', P .. 'o:' .. c, 1, row)
    withdrawn[#withdrawn + 1] = body
  end
end
local list = #withdrawn > 0 and '[' .. table.concat(withdrawn, ',') .. ']' or '[]'
write(lane, {0, ARGV[5]})
change(lane, 'e', lane.e + 1, 'h', 'agent', 'g', agent)
save(lane)
redis.call('HSET', k, 'status', 'assigned', 'agent', agent, 'claimed', now, 'epoch', lane.e, 'withdrawn', list)
redis.call('ZREM', KEYS[1], id)
redis.call('ZADD', KEYS[2], now, id)
redis.call('ZADD', P .. 'claims', now, id .. '|' .. lane.e .. '|' .. now - h[4])
redis.call('SET', KEYS[4], id, 'EX', 86400)
event('case.claimed', c, id)
return {'claimed', id, flying, list, redis.call('HGETALL', k)}
