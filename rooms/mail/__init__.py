"""Mail as text: addresses, what is written, what came in. Nothing here reads or writes a table."""
