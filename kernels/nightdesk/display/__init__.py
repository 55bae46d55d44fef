"""How objects look in a notebook: HTML that brings everything it needs and follows the Lab's theme."""
