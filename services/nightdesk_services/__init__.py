"""The hub services: broker and marshal."""
