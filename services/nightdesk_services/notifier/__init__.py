"""The notifier: tells people, by rules of their own, what changed of what they may see."""
