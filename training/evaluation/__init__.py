"""What training/evaluate.py is made of: the images asked about, measures, tables, figures, the model card."""
