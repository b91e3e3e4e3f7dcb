"""Find boilerplate: captions, credits, calls to action and repeated lines around an article's text."""
