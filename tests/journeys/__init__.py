"""What people do, in a real browser, on the whole product as `manage.py up` starts it."""
