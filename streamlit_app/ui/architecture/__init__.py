"""The rooms of the Architecture page."""
