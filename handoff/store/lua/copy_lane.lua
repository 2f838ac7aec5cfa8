-- copy_lane: everything that is kept of one conversation, as of one moment, for a backup.
-- ARGV  3 conversation
-- Returns  {key without the shop's prefix, its dump, key, dump ..}
local c, found = ARGV[3], {}
local function copy(name)
  local value = redis.call('DUMP', P .. name)
  if value then found[#found + 1] = name; found[#found + 1] = value end
end
for _, kind in ipairs({'c', 's', 'm', 'o', 'd', 't', 'h', 'f'}) do copy(kind .. ':' .. c) end
for _, id in ipairs(redis.call('LRANGE', P .. 'h:' .. c, 0, -1)) do
  for _, kind in ipairs({'k', 'w'}) do copy(kind .. ':' .. id) end
end
return found
