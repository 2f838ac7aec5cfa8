"""The web desk: where agents see the queue, take cases and answer; and the page for operations."""
