"""The methods of the Bot API, one room a subject; `table` knows them by name."""
