"""The items of a program and of an engagement: what is to go out, in which order, to whom and when."""
