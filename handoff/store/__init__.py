"""Where everything is kept: Redis or Valkey with one Lua file a verb, and the same in memory."""
