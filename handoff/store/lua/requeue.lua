-- uses: held
-- requeue: put an assigned case back at its old rank, by its agent or by the house (agent '').
-- KEYS  1 operation (string)  2 queue (zset)  3 assigned (zset)
-- ARGV  3 case id  4 agent | row*
-- Returns  {'waiting', case (flat hash)}, {'unknown'}, {'closed'}, {'held', holder}
if redis.call('EXISTS', KEYS[1]) == 1 then return {'waiting', redis.call('HGETALL', P .. 'k:' .. ARGV[3])} end
local id, c, refused = ARGV[3], held(ARGV[3], ARGV[4])
if not c then return refused end
local k = P .. 'k:' .. id
if redis.call('HGET', k, 'status') == 'assigned' then
  local lane, lines = lane_of(c), {}
  for i = 5, #ARGV do
    lines[#lines + 1] = 0
    lines[#lines + 1] = ARGV[i]
  end
  write(lane, lines)
  change(lane, 'e', lane.e + 1, 'h', 'queue', 'g', '')
  save(lane)
  redis.call('HSET', k, 'status', 'waiting', 'agent', '', 'epoch', lane.e)
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', KEYS[2], redis.call('HGET', k, 'rank'), id)
  -- A promise may have come due while the agent held: the turn looks whether it is kept.
  redis.call('RPUSH', P .. 'm:' .. c, now .. '|timer|0|promise')
  put(lane, now)
  event('case.requeued', c, id)
end
redis.call('SET', KEYS[1], id, 'EX', 86400)
return {'waiting', redis.call('HGETALL', P .. 'k:' .. id)}
