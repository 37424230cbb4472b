"""The company to practise in: a month behind it, lessons, and a fresh start whenever somebody wants one."""
