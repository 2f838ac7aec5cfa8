-- uses: clock agenda
-- take: ring due timers, then lease due lanes.
-- KEYS  1 agenda:turns (zset)  2 agenda:clock (zset)
-- ARGV  3 owner  4 most  5 lease ms  6 token seed
-- Returns  {leased turns, ms to the next due lane or timer (-1: none)}
keep_time()
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', 0, 50)) do
  local c, timer = string.match(member, '^(.-)|(.*)$')
  redis.call('ZREM', KEYS[2], member)
  redis.call('RPUSH', P .. 'm:' .. c, at .. '|timer|0|' .. timer)
  put(lane_of(c, 'k'), now)
end
local turns = {}
for _, c in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])) do
  turns[#turns + 1] = lease(lane_to_think(c), ARGV[6] .. #turns, ARGV[3], tonumber(ARGV[5]))
end
local turn, timer = next_due(KEYS[1]), next_due(KEYS[2])
if turn < 0 or (timer >= 0 and timer < turn) then turn = timer end
return {turns, turn}
