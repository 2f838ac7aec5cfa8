-- uses: clock begin
-- commit: end a turn in one step: mail consumed, state, transcript, words, case, timers and chores, or nothing of it.
-- KEYS  1 agenda:turns (zset)  2 agenda:clock (zset)  3 queue (zset)  4 chores (list)
-- ARGV  3 conversation  4 token  5 epoch  6 head (JSON)  7 state  8 packet | rows* | (word, its row)*
--       head: mail, restart, rows, words, timers {name: due}, chores [..], case {..}, rank, why, priority, dead, owner, lane token,
--       turn_lease, send_lease, limits
-- Returns  {'stored'[, number, kind, body, attempt, lane token]}, {'more', mail}, {'stale'}
local c, token, head = ARGV[3], ARGV[4], cjson.decode(ARGV[6])
local mail, lane = P .. 'm:' .. c, lane_of(c)

local function begun(number, lane_token) -- the same reply for a commit that is repeated after a lost one
  if lane_token ~= lane.K or lane.y ~= number .. ':1' then return {'stored'} end
  local kind, body = string.match(redis.call('LINDEX', P .. 'o:' .. c, 0) or '', '^%d+|(%a)|%d+|%d+|(.*)$')
  return {'stored', number, kind, body, 1, lane_token}
end

if lane.k ~= token then
  local last, number, lane_token = string.match(lane.r, '^(.-)|(%d+)|(.*)$')
  if last == token then return begun(number, lane_token) end
  return {'stale'}
end
if (tonumber(lane.e) or 0) ~= tonumber(ARGV[5]) then
  change(lane, 'k', '', 'o', '')
  save(lane)
  redis.call('ZADD', KEYS[1], now, c)
  wake('turns')
  return {'stale'}
end
if head.restart then
  local more = redis.call('LRANGE', mail, head.mail, -1)
  for _, row in ipairs(more) do
    local kind = string.match(row, '^%d+|(%a+)|')
    if kind == 'message' or kind == 'edit' or kind == 'button' then
      redis.call('ZADD', KEYS[1], now + head.turn_lease, c)
      return {'more', more}
    end
  end
end

if head.dead ~= '' then
  for _, row in ipairs(redis.call('LRANGE', mail, 0, head.mail - 1)) do
    redis.call('XADD', P .. 'dead', '*', 'kind', 'mail', 'reason', head.dead, 'conversation', c, 'raw', row)
  end
end
redis.call('LTRIM', mail, head.mail, -1)
redis.call('SET', P .. 's:' .. c, ARGV[7])

if head.case and lane.case == '' then
  local id = head.case.id
  local k, rank = P .. 'k:' .. id, string.format('%.0f', now - head.case.head_start)
  change(lane, 'h', 'queue', 'e', (tonumber(lane.e) or 0) + 1, 'case', id)
  redis.call('HSET', k, 'conversation', c, 'status', 'waiting', 'rank', rank, 'opened', now, 'version', 1, 'epoch', lane.e, unpack(head.case.fields))
  redis.call('SET', P .. 'p:' .. id, ARGV[8])
  redis.call('ZADD', KEYS[3], rank, id)
  redis.call('ZADD', P .. 'opened', now, id)
  redis.call('RPUSH', P .. 'h:' .. c, id)
  event('case.opened', c, id)
elseif lane.case ~= '' then
  if ARGV[8] ~= '' then
    redis.call('SET', P .. 'p:' .. lane.case, ARGV[8])
    redis.call('HINCRBY', P .. 'k:' .. lane.case, 'version', 1)
  end
  if head.rank and redis.call('ZSCORE', KEYS[3], lane.case) then
    redis.call('ZADD', KEYS[3], 'LT', head.rank, lane.case)
    redis.call('HSET', P .. 'k:' .. lane.case, 'rank', redis.call('ZSCORE', KEYS[3], lane.case), 'why', head.why)
    if head.priority ~= '' then redis.call('HSET', P .. 'k:' .. lane.case, 'priority', head.priority) end
  end
  event('conversation.changed', c, lane.case)
end

local lines = {}
for i = 9, 8 + head.rows do
  lines[#lines + 1] = 0
  lines[#lines + 1] = ARGV[i]
end
local numbers, had = queue_words(lane, 9 + head.rows, lines)
write(lane, lines)
for name, due in pairs(head.timers) do
  if due == 0 then redis.call('ZREM', KEYS[2], c .. '|' .. name) else redis.call('ZADD', KEYS[2], due, c .. '|' .. name) end
end
for _, chore in ipairs(head.chores) do redis.call('RPUSH', KEYS[4], chore) end
if #head.chores > 0 then wake('chores') end
if redis.call('LLEN', mail) > 0 then
  redis.call('ZADD', KEYS[1], now, c)
  wake('turns')
else
  redis.call('ZREM', KEYS[1], c)
end

local fused = #numbers > 0 and had == 0 and lane.K == '' and head.owner ~= '' and not parked(c)
change(lane, 'k', '', 'o', '', 'n', 0, 'x', 0, 'r', token .. '|' .. (fused and numbers[1] or 0) .. '|' .. head.lane)
if not fused then
  save(lane)
  if #numbers > 0 then queue_lane(lane) end
  return {'stored'}
end
local sending = begin(lane, head.limits, head.lane, head.owner, head.send_lease)
if not sending then return {'stored'} end
return {'stored', sending[1], sending[2], sending[3], sending[4], head.lane}
