"""Our own small supervisor: PostgreSQL and Valkey from wheels, and the processes of `manage.py up`.

Nothing in here imports Django: it runs before the settings are read, since it makes what they need.
"""
