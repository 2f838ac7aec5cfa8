-- uses: begin
-- settle: write down what became of a word; begin the lane's next one under the same lease if it may be said.
-- KEYS  1 agenda:sends (zset)  2 control (hash)  3 ledger (hash)
-- ARGV  3 conversation  4 token  5 number  6 result  7 message id or reason  8 park ms  9 unreachable
--       10 next token  11 lease ms  12 limits (JSON)
-- Returns  {number, kind, body, attempt, token} the next word, {} nothing to say now
local c, token, number, result = ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local lane, limits = P .. 'o:' .. c, cjson.decode(ARGV[12])
local h = redis.call('HMGET', KEYS[2], 'K', 'R', 'y', 'case', 'O', 'u')
local mine = h[1] == token
local row = redis.call('LINDEX', lane, 0)
local first = row and string.match(row, '^(%d+)|') == number
local tried, attempts = string.match(h[3] or '', '^(%d+):(%d+)$')

if not mine and h[2] == token .. '|' .. (h[1] or '') and row then -- repeated after a lost reply: the same next word again
  local next_number, kind, body = string.match(row, '^(%d+)|(%a)|%d+|%d+|(.*)$')
  if tried == next_number then return {next_number, kind, body, tonumber(attempts), h[1]} end
end

if result == 'unknown' and mine and first and tonumber(attempts) >= 2 then result = 'lost' end
if result == 'sent' or result == 'failed' or result == 'lost' then
  local fact = result == 'lost' and 'unknown' or result .. ':' .. ARGV[7]
  if first or result == 'sent' then redis.call('HSET', KEYS[3], number, fact) end
  if tonumber(number) > 500 then redis.call('HDEL', KEYS[3], number - 500) end
  if first then redis.call('LPOP', lane) end
  if ARGV[9] == '1' then redis.call('HSET', KEYS[2], 'u', now) elseif result == 'sent' and h[6] then redis.call('HDEL', KEYS[2], 'u') end
  if h[4] and h[4] ~= '' then event('words.' .. string.match(fact, '^%a+'), c, h[4]) end
end
if not mine then return {} end
if result == 'later' or result == 'unknown' then
  if result == 'later' and first then redis.call('HSET', KEYS[2], 'y', number .. ':' .. math.max(0, attempts - 1)) end
  redis.call('HDEL', KEYS[2], 'K', 'O')
  redis.call('ZADD', KEYS[1], now + ARGV[8], c)
  return {}
end
local word = begin(c, limits, ARGV[10], h[5], tonumber(ARGV[11]))
if not word then return {} end
redis.call('HSET', KEYS[2], 'R', token .. '|' .. ARGV[10])
return {word[1], word[2], word[3], word[4], ARGV[10]}
