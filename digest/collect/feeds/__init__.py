"""Feeds of every kind: ``fast`` reads what is well formed and usual, ``forgiving`` the rest, ``jsonfeed`` JSON."""
