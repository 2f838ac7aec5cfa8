"""Background work: chores run by RQ, and nothing a customer waits for."""
