"""HTML pages: what their ``head`` says of them, their article, and whether a feed's entry needs it."""
