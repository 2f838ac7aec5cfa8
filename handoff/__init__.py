"""The floor below the bot: conversations, cases, the store, the desk and operations."""
