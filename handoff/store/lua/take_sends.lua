-- uses: clock agenda words begin
-- take_sends: begin the first word of lanes that are due, people's words before answers before notices.
-- KEYS  1 agenda:sends (zset)
-- ARGV  3 owner  4 most  5 lease ms  6 token seed  7 limits (JSON)
-- Returns  {{conversation, token, number, kind, body, attempt}*, ms to the next due lane (-1: none)}
keep_time()
local limits, out = cjson.decode(ARGV[7]), {}
stand_in_class()
for _, c in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[4])) do
  local free = total_at(limits)
  if free > now then return {out, math.ceil(free - now)} end
  local token = ARGV[6] .. #out
  local word = begin(lane_to_speak(c), limits, {token = token, owner = ARGV[3], ms = tonumber(ARGV[5])})
  if word then out[#out + 1] = {c, token, word[1], word[2], word[3], word[4]} end
end
return {out, next_due(KEYS[1])}
