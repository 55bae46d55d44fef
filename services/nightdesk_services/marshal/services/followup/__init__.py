"""Robotic follow-up: requests to facilities, how they stand, and when they can be observed."""
