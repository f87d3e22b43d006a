"""The Prediction page: what is given, what was read, and what a person says of it."""
