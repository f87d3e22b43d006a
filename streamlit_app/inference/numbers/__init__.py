"""Every digit of a photo: where the writing stands, what is left out, where touching digits are cut."""
