"""What clients may send; a wrong request is answered with the name of the field."""
