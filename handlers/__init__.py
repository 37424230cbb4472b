"""What people can ask for: a message or a press becomes one operation of the domain, and an answer."""
