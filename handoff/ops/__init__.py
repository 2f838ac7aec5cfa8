"""For ops: figures, the live board, the doctor."""
