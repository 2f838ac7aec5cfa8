-- Queueing words in a lane.
local HEAD_START = {p = 3 * 3600000, a = 2 * 3600000, n = 3600000} -- people's words first, then answers, then notices

local function queue_words(lane, from, lines) -- the words from ARGV[from] on get the next numbers, and lines to write
  local count, rows, numbers = (#ARGV - from + 1) / 2, {}, {}
  if count < 1 then return numbers end
  local number, epoch = tonumber(lane.q) or 0, tonumber(lane.e) or 0
  for i = from, #ARGV, 2 do
    local kind, life, body = string.match(ARGV[i], '^(%a)|(%d+)|(.*)$')
    local expires = life == '0' and '0' or string.format('%d', now + life)
    number = number + 1
    rows[#rows + 1] = string.format('%d|%s|%d|%s|', number, kind, epoch, expires) .. body
    numbers[#numbers + 1] = number
    lines[#lines + 1] = number
    lines[#lines + 1] = ARGV[i + 1]
  end
  change(lane, 'q', number)
  local length = redis.call('RPUSH', P .. 'o:' .. lane.c, unpack(rows))
  return numbers, length == count and rows[1] -- and the first, if no words were waiting before it
end

local function queue_lane(lane, first) -- a lane with words before these is on the agenda: due, leased, or asked to wait
  if not first then return end
  local due = now - HEAD_START[string.match(first, '^%d+|(%a)')] -- in the place of its first word's class
  if redis.call('ZADD', P .. 'agenda:sends', 'NX', due, lane.c) == 1 then wake('sends') end
end
