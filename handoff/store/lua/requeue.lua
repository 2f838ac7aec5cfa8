-- uses: case
-- requeue: put an assigned case back at its old rank, by its agent or by the house (agent '').
-- KEYS  1 operation (string)  2 queue (zset)  3 assigned (zset)
-- ARGV  3 case id  4 agent | row*
-- Returns  {'waiting'}, {'unknown'}, {'closed'}, {'held', holder}
local id, case = ARGV[3], case_of(ARGV[3], 'rank', 'opened', 'claimed')
if redis.call('EXISTS', KEYS[1]) == 1 then return {'waiting'} end
local refused = refusal_of(case, ARGV[4])
if refused then return refused end
if case.status == 'assigned' then
  local c, lines = case.conversation, {}
  local lane = lane_of(c, 'e', 'k', 't')
  for i = 5, #ARGV do
    lines[#lines + 1] = '0'
    lines[#lines + 1] = ARGV[i]
  end
  write(lane, lines)
  change(lane, 'e', lane.e + 1, 'h', 'queue', 'g', '')
  save(lane)
  set(case, 'status', 'waiting', 'agent', '', 'epoch', lane.e)
  redis.call('ZREM', KEYS[3], id)
  redis.call('ZADD', P .. 'ended', at, id .. '|' .. case.opened .. '|' .. case.claimed .. '|back')
  redis.call('ZADD', KEYS[2], case.rank, id)
  -- A promise may have come due while the agent held: the turn looks whether it is kept.
  redis.call('RPUSH', P .. 'm:' .. c, at .. '|timer|0|promise')
  put(lane, now)
  event('case.requeued', c, id)
end
redis.call('SET', KEYS[1], id, 'EX', '86400')
return {'waiting'}
