"""The archive: transcripts, cases and events in SQL, written behind the chat, never on its path."""
