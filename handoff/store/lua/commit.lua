-- uses: clock words begin
-- commit: end a turn in one step: mail consumed, state, transcript, words, case, timers and chores, or nothing of it.
-- KEYS  1 agenda:turns (zset)  2 agenda:clock (zset)  3 queue (zset)  4 chores (list)
-- ARGV  3 conversation  4 token  5 epoch  6 head (JSON)  7 state  8 packet  9 what the case is about (JSON) | rows* | (word, its row)*
--       head: mail, rows, lane token; where it applies: state (it is new), restart {lease}, timers {name: due}, chores [..], case {..}, patch
--       {rank, why, priority}, dead, send {owner, lease, limits}
-- Returns  {'stored'[, number, kind, body, attempt, lane token]}, {'more', mail}, {'stale'}
local c, token, head = ARGV[3], ARGV[4], cjson.decode(ARGV[6])
local mail, lane = P .. 'm:' .. c, lane_of(c, 'k', 'e', 'h', 'r', 'case', 't', 'q', 'K', 'y', 'a')

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
  redis.call('ZADD', KEYS[1], at, c)
  wake('turns')
  return {'stale'}
end
local more = redis.call('LLEN', mail) - head.mail
if head.restart and more > 0 then
  local rows = redis.call('LRANGE', mail, head.mail, -1)
  for _, row in ipairs(rows) do
    local kind = string.match(row, '^%d+|(%a+)|')
    if kind == 'message' or kind == 'edit' or kind == 'button' then
      keep_time()
      redis.call('ZADD', KEYS[1], now + head.restart, c)
      return {'more', rows}
    end
  end
end

if head.dead then
  for _, row in ipairs(redis.call('LRANGE', mail, 0, head.mail - 1)) do
    redis.call('XADD', P .. 'dead', 'MAXLEN', '~', 10000, '*', 'kind', 'mail', 'reason', head.dead, 'conversation', c, 'raw', row)
  end
end
if more > 0 then
  redis.call('LTRIM', mail, head.mail, -1)
  redis.call('ZADD', KEYS[1], at, c)
  wake('turns')
else
  redis.call('DEL', mail)
  redis.call('ZREM', KEYS[1], c)
end
if head.state then redis.call('SET', P .. 's:' .. c, ARGV[7]) end

if head.case and lane.case == '' then
  local id = head.case.id
  local rank = string.format('%d', now - head.case.head_start)
  change(lane, 'h', 'queue', 'e', (tonumber(lane.e) or 0) + 1, 'case', id)
  redis.call('HSET', P .. 'k:' .. id, 'conversation', c, 'status', 'waiting', 'rank', rank, 'opened', at, 'version', '1',
    'epoch', lane.e, 'about', ARGV[9], 'packet', ARGV[8])
  redis.call('ZADD', KEYS[3], rank, id)
  redis.call('RPUSH', P .. 'h:' .. c, id)
  event('case.opened', c, id)
elseif lane.case ~= '' then
  local k, patch = P .. 'k:' .. lane.case, head.patch
  if ARGV[8] ~= '' then
    redis.call('HSET', k, 'packet', ARGV[8])
    redis.call('HINCRBY', k, 'version', 1)
  end
  if patch and redis.call('ZSCORE', KEYS[3], lane.case) then
    redis.call('ZADD', KEYS[3], 'LT', patch.rank, lane.case)
    redis.call('HSET', k, 'rank', redis.call('ZSCORE', KEYS[3], lane.case), 'why', patch.why)
    if patch.priority ~= '' then redis.call('HSET', k, 'priority', patch.priority) end
  end
  event('conversation.changed', c, lane.case)
end

local lines = {}
for i = 10, 9 + head.rows do
  lines[#lines + 1] = '0'
  lines[#lines + 1] = ARGV[i]
end
local numbers, first = queue_words(lane, 10 + head.rows, lines)
write(lane, lines)
for name, due in pairs(head.timers or {}) do
  if due == 0 then redis.call('ZREM', KEYS[2], c .. '|' .. name) else redis.call('ZADD', KEYS[2], due, c .. '|' .. name) end
end
if head.chores then
  redis.call('RPUSH', KEYS[4], unpack(head.chores))
  wake('chores')
end

local fused = first and head.send and lane.K == '' and not parked(c)
change(lane, 'k', '', 'o', '', 'n', '0', 'x', '0', 'r', token .. '|' .. (fused and numbers[1] or 0) .. '|' .. head.lane)
if not fused then
  save(lane)
  queue_lane(lane, first)
  return {'stored'}
end
local send = head.send
local sending = begin(lane, send.limits, {token = head.lane, owner = send.owner, ms = send.lease, fused = true}, first)
if not sending then return {'stored'} end
return {'stored', sending[1], sending[2], sending[3], sending[4], head.lane}
