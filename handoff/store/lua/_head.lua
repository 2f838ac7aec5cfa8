-- In front of every script. ARGV[1] key prefix, ARGV[2] now in ms (0 = the server's clock; only tests pass a time).
local P, now = ARGV[1], tonumber(ARGV[2])
if now == 0 then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end

local function wake(what) -- knock for other processes; four knocks are enough for anybody
  if redis.call('LLEN', P .. 'wake:' .. what) < 4 then redis.call('RPUSH', P .. 'wake:' .. what, 1) end
end

local function event(kind, c, case) -- desks hear ids, never text
  redis.call('XADD', P .. 'events', 'MINID', '~', math.max(0, now - 86400000), '*', 'kind', kind, 'conversation', c, 'case', case)
end

local FIELDS = {'h', 'e', 'k', 'o', 'n', 'x', 'i', 'r', 'K', 'O', 'R', 'y', 'a', 'q', 't', 'case', 'g', 'u'}

local function lane_of(c) -- a lane's control values: read once, changed here, saved once
  local found, lane = redis.call('HMGET', P .. 'c:' .. c, unpack(FIELDS)), {c = c, changes = {}}
  for i, field in ipairs(FIELDS) do lane[field] = found[i] or '' end
  return lane
end

local function change(lane, ...) -- field, value, field, value ..
  local pairs_of = {...}
  for i = 1, #pairs_of, 2 do
    lane[pairs_of[i]] = tostring(pairs_of[i + 1])
    lane.changes[#lane.changes + 1] = pairs_of[i]
    lane.changes[#lane.changes + 1] = pairs_of[i + 1]
  end
end

local function save(lane)
  if #lane.changes > 0 then redis.call('HSET', P .. 'c:' .. lane.c, unpack(lane.changes)) end
  lane.changes = {}
end

local function put(lane, due) -- someone should think, no later than due; a leased lane is looked at again by its commit
  if lane.k == '' then
    redis.call('ZADD', P .. 'agenda:turns', 'LT', due, lane.c)
    if due <= now then wake('turns') end
  end
end

local function write(lane, lines) -- more lines {word, row, word, row ..} in the transcript
  local count, rows, last = #lines / 2, {}, tonumber(lane.t) or 0
  if count == 0 then return end
  for i = 1, count do rows[i] = last + i .. '|' .. now .. '|' .. lines[2 * i - 1] .. '|' .. lines[2 * i] end
  change(lane, 't', last + count)
  local length = redis.call('RPUSH', P .. 't:' .. lane.c, unpack(rows))
  if length > 550 then redis.call('LTRIM', P .. 't:' .. lane.c, -500, -1) end
end
