-- uses: clock agenda words begin
-- take_sends: begin the first word of lanes that are due, people's words before answers before notices.
-- KEYS  1 agenda:sends (zset)
-- ARGV  3 owner  4 most  5 lease ms  6 token seed  7 limits (JSON)
-- Returns  {{conversation, token, number, kind, body, attempt}*, ms to the next due lane (-1: none)}
keep_time()
local limits, seed, out, took = cjson.decode(ARGV[7]), ARGV[6], {}, P .. 'took:' .. ARGV[3]

local last = redis.call('GET', took) or ''
if string.sub(last, 1, #seed) == seed then -- repeated after a lost reply: the same words again, whose lanes nobody else has
  local place = 0
  for c in string.gmatch(string.sub(last, #seed + 1), '%S+') do
    local lane, token = lane_of(c, 'K', 'y'), seed .. place
    local number, attempts = string.match(lane.y, '^(%d+):(%d+)$')
    local kind, body = string.match(redis.call('LINDEX', P .. 'o:' .. c, 0) or '', '^%d+|(%a)|%d+|%d+|(.*)$')
    if lane.K == token and kind then
      redis.call('ZADD', KEYS[1], now + ARGV[5], c)
      out[#out + 1] = {c, token, number, kind, body, tonumber(attempts)}
    end
    place = place + 1
  end
  return {out, next_due(KEYS[1])}
end

local function told(due) -- kept for as long as the lanes are
  local lanes = {}
  for i, word in ipairs(out) do lanes[i] = word[1] end
  if #out > 0 then redis.call('SET', took, seed .. table.concat(lanes, ' '), 'PX', ARGV[5]) end
  return {out, due}
end

stand_in_class()
for _, c in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])) do
  local free = total_at(limits)
  if free > now then return told(math.ceil(free - now)) end
  local token = seed .. #out
  local word = begin(lane_to_speak(c), limits, {token = token, owner = ARGV[3], ms = tonumber(ARGV[5])})
  if word then out[#out + 1] = {c, token, word[1], word[2], word[3], word[4]} end
end
return told(next_due(KEYS[1]))
