"""Pictures of the repository: screenshots of the templates, and illustrations of the sample's stories."""
