"""Pure helpers that read text: encodings, sentences, words, languages, HTML. No clock, no network, no store."""
