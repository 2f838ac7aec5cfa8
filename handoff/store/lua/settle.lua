-- uses: clock words begin
-- settle: write down what became of a word; begin the lane's next one under the same lease if it may be said.
-- KEYS  1 agenda:sends (zset)  2 ledger (hash)
-- ARGV  3 conversation  4 token  5 number  6 result  7 message id or reason  8 park ms  9 unreachable
--       10 next token  11 lease ms  12 limits (JSON)
-- Returns  {number, kind, body, attempt, token} the next word, {} nothing to say now
local c, token, number, result = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
keep_time()
local lane = lane_to_speak(c)
local mine = lane.K == token
local rows = redis.call('LRANGE', P .. 'o:' .. c, 0, 1)
local row = rows[1]
local first = row and string.match(row, '^(%d+)|') == number
local tried, attempts = string.match(lane.y, '^(%d+):(%d+)$')

if not mine and lane.R == token .. '|' .. lane.K and row then -- repeated after a lost reply: the same next word again
  local next_number, kind, body = string.match(row, '^(%d+)|(%a)|%d+|%d+|(.*)$')
  if tried == next_number then return {next_number, kind, body, tonumber(attempts), lane.K} end
end

if result == 'unknown' and mine and first and tonumber(attempts) >= 2 then result = 'lost' end
if result == 'sent' or result == 'failed' or result == 'lost' then
  local fact = result == 'lost' and 'unknown' or result .. ':' .. ARGV[7]
  if first or result == 'sent' then redis.call('HSET', KEYS[2], number, fact) end
  if tonumber(number) > 500 then redis.call('HDEL', KEYS[2], number - 500) end
  if first then redis.call('LPOP', P .. 'o:' .. c) end
  if first and result ~= 'sent' and ARGV[9] ~= '1' then
    fell(lane, number, string.match(row, '^%d+|(%a)'), result == 'lost' and 'unknown' or 'failed')
  end
  if first then row = rows[2] end
  if ARGV[9] == '1' then change(lane, 'u', at) elseif result == 'sent' and lane.u ~= '' then change(lane, 'u', '') end
  if lane.case ~= '' then event('words.' .. string.match(fact, '^%a+'), c, lane.case) end
end
if not mine then
  save(lane)
  return {}
end
if result == 'later' or result == 'unknown' then
  if result == 'later' and first then change(lane, 'y', number .. ':' .. math.max(0, attempts - 1)) end
  change(lane, 'K', '', 'O', '')
  save(lane)
  redis.call('ZADD', KEYS[1], now + ARGV[8], c)
  return {}
end
if row then change(lane, 'R', token .. '|' .. ARGV[10]) end
local lend = {token = ARGV[10], owner = lane.O, ms = tonumber(ARGV[11]), fused = true}
local word = begin(lane, row and cjson.decode(ARGV[12]), lend, row or false)
if not word then return {} end
return {word[1], word[2], word[3], word[4], ARGV[10]}
