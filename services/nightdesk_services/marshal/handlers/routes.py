"""How addresses are written in the tables of routes."""

from __future__ import annotations

from tornado.web import RequestHandler

Routes = list[tuple[str, type[RequestHandler]]]
"""Pattern of the address below ``api/`` -> its handler; the first that matches is taken."""

OBJECT = r"([\w.+\-]+)"
ID = r"(\d{1,18})"
CUTOUT = r"(\w+)/(\d{1,19})/(science|template|difference)"
