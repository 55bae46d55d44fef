"""How the shipped real/bogus network was made: ``python -m nightdesk.ml.training``.

Needs the dependency group ``train`` (JAX, optax, onnx); nothing else of Nightdesk imports it.
"""
