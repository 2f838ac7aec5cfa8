"""A stand-in for Telegram: the Bot API over HTTP, and the customer's phone in a browser.

It knows nothing of the bot it serves: it never imports aiogram, nor anything of `bot` but itself.
"""
