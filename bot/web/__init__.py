"""The robot's HTTP: is it alive, how is it doing, and the book as other people's programs read it."""
