"""Group articles into stories, rank the stories and summarize each into a brief. Pure: no store, no network."""
