"""Photometric series: long light curves of one object with one instrument and filter, as tables."""
