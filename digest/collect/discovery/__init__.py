"""From what a person has (an address as pasted, a site, a list, a site map) to what can be read."""
