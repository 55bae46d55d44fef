"""The broker: takes survey alert streams into the store and runs the filters on them."""
