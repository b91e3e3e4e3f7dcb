"""digest beside other programs for the same tasks, in one table."""
