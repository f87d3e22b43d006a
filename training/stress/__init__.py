"""What must not break the server: many clients at once, many predictions, bad files. ``python -m training.stress``."""
