"""What a desk page asks to be done: actions on cases, and the sign that somebody is there."""
