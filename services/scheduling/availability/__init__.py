"""When coaches offer time, and what is free of it."""
