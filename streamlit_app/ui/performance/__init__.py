"""The rooms of the Performance page. Each part reads its file of models/, and says so where there is none."""
