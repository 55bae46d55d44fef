"""The broker's queries; the only layer that knows the document store."""
