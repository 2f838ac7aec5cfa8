-- uses: clock agenda
-- accept: write updates down once; lease the lanes that were idle and are due at once.
-- KEYS  1 agenda:turns (zset)
-- ARGV  3 account  4 owner  5 room  6 lease ms  7 token seed | (update id, conversation, kind, message id, pause, cap, raw)*
-- Returns  {leased turns, how many updates were new, 1 if other lanes became due}
local room, lanes, order, new, pending = tonumber(ARGV[5]), {}, {}, 0, 0
keep_time()

local function replaced(lane, message_id, raw) -- an edit takes the place of what nobody has read yet
  if lane.k ~= '' then return false end
  for i, row in ipairs(redis.call('LRANGE', P .. 'm:' .. lane.c, 0, -1)) do
    local at, kind, id = string.match(row, '^(%d+)|(%a+)|(%-?%d+)|')
    if kind == 'message' and id == message_id then
      redis.call('LSET', P .. 'm:' .. lane.c, i - 1, at .. '|message|' .. id .. '|' .. raw)
      return true
    end
  end
end

for i = 8, #ARGV, 7 do
  local update, c, kind, id, raw = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 6]
  local page = P .. 'seen:' .. ARGV[3] .. ':' .. math.floor(update / 32768)
  if redis.call('SETBIT', page, update % 32768, 1) == 0 then
    new = new + 1
    if redis.call('TTL', page) < 172800 then redis.call('EXPIRE', page, 259200) end -- known two days from the last
    if not lanes[c] then order[#order + 1] = c end
    local lane = lanes[c] or lane_to_think(c)
    lanes[c] = lane
    if kind ~= 'edit' or not replaced(lane, id, raw) then
      local row = at .. '|' .. kind .. '|' .. id .. '|' .. raw
      local length = redis.call('RPUSH', P .. 'm:' .. c, row)
      lane.mail = length == 1 and {row} or lane.mail and {}
    else
      lane.mail = lane.mail and {}
    end
    lane.pause, lane.cap = tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5])
  end
end

local turns = {}
for _, c in ipairs(order) do
  local lane, due = lanes[c], now
  if lane.pause > 0 and lane.h ~= 'agent' then
    local first = string.match(redis.call('LINDEX', P .. 'm:' .. c, 0), '^(%d+)')
    due = math.min(now + lane.pause, tonumber(first) + lane.cap)
  end
  if lane.k == '' then
    if due <= now and room > 0 and lane.mail then -- it was idle; a single mail need not be read again
      turns[#turns + 1] = lease(lane, ARGV[7] .. #turns, ARGV[4], tonumber(ARGV[6]), lane.mail[1] and lane.mail)
      room = room - 1
    else
      -- more words postpone a burst, so not only earlier; but whoever is due already keeps the place in the line
      redis.call('ZADD', KEYS[1], due <= now and 'LT' or 'CH', due, c)
      pending = 1
    end
  end
end
if pending == 1 then wake('turns') end
return {turns, new, pending}
