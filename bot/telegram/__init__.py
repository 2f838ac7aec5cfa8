"""The Telegram side: intake, updates, deliveries. Only here is aiogram imported, and only by
`updates` and `routers`.
"""
