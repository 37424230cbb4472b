"""Lessons by role: short conversations that ask for the next real action and look in the book whether it was done."""
