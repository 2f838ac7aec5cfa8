"""The Telegram side: what a customer says in, what the bot decides, what goes out."""
