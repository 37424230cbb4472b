"""Tables, connections, the unit of work, migrations, backup and verification."""
