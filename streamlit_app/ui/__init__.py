"""What the pages draw more than once, and every cache."""
